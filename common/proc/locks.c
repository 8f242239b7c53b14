/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/locks.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "common/proc/reader-private.h"

#define LOCKS_MAX_BYTES (1024 * 1024)

/* "08:01:1052", the first two in hexadecimal. */
static gboolean parse_file(const char *text, VkpInode *file)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 4);
    guint64 major = 0;
    guint64 minor = 0;
    guint64 inode = 0;
    if (g_strv_length(parts) != 3 ||
        !g_ascii_string_to_unsigned(parts[0], 16, 0, G_MAXUINT32, &major, NULL) ||
        !g_ascii_string_to_unsigned(parts[1], 16, 0, G_MAXUINT32, &minor, NULL) ||
        !g_ascii_string_to_unsigned(parts[2], 10, 0, G_MAXUINT64, &inode, NULL))
        return FALSE;
    *file = (VkpInode){makedev((guint)major, (guint)minor), inode};
    return TRUE;
}

/* The words between any number of blanks; the first six are enough. */
static guint split(const char *line, char **words, guint n_words)
{
    guint n = 0;
    while (n < n_words) {
        line += strspn(line, " ");
        gsize length = strcspn(line, " ");
        if (length == 0)
            break;
        words[n++] = g_strndup(line, length);
        line += length;
    }
    return n;
}

gboolean vkp_lock_parse(const char *line, pid_t *pid, VkpInode *file)
{
    char *words[7] = {NULL};
    pid_t holder = 0;
    VkpInode locked = {0};
    gboolean is_lock = split(line, words, 6) == 6 && g_str_equal(words[1], "POSIX") &&
                       vkp_pid_parse(words[4], &holder) && parse_file(words[5], &locked);
    for (char **word = words; *word; word++)
        g_free(*word);
    if (!is_lock)
        return FALSE;
    *pid = holder;
    *file = locked;
    return TRUE;
}

GArray *vkp_reader_list_lockers(VkpReader *reader, VkpInode file)
{
    GArray *pids = g_array_new(FALSE, FALSE, sizeof(pid_t));
    gsize length = 0;
    g_autofree char *text =
        vkp_file_read(reader->root, "locks", LOCKS_MAX_BYTES, &length, NULL, NULL);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
    for (char **line = lines; line && *line; line++) {
        pid_t pid = 0;
        VkpInode locked;
        if (vkp_lock_parse(*line, &pid, &locked) && vkp_inode_equal(locked, file))
            g_array_append_val(pids, pid);
    }
    return pids;
}
