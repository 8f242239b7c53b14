/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/mounts.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "common/proc/reader-private.h"

#define MOUNTS_MAX_BYTES (4 * 1024 * 1024)

static gboolean is_served(const char *type)
{
    static const char *const types[] = {"nfs",  "nfs4",     "cifs",  "smb3",      "smbfs",  "9p",
                                        "afs",  "ceph",     "coda",  "glusterfs", "lustre", "ocfs2",
                                        "gfs2", "orangefs", "pvfs2", NULL};
    return g_str_has_prefix(type, "fuse") || g_strv_contains(types, type);
}

/* "36 35 98:0 /root /mount rw,noatime shared:1 - ext3 /dev/sda rw": of any number of fields before
 * the lone "-", blanks in paths being escaped. */
static gboolean serves(const char *line, const char *device)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    guint n = g_strv_length(words);
    if (n < 3 || !g_str_equal(words[2], device))
        return FALSE;
    for (guint i = 3; i + 1 < n; i++)
        if (g_str_equal(words[i], "-"))
            return is_served(words[i + 1]);
    return FALSE;
}

gboolean vkp_reader_device_is_served(VkpReader *reader, dev_t device)
{
    gsize length = 0;
    g_autofree char *text =
        vkp_file_read(reader->root, "self/mountinfo", MOUNTS_MAX_BYTES, &length, NULL, NULL);
    g_auto(GStrv) lines = text ? g_strsplit(text, "\n", -1) : NULL;
    g_autofree char *wanted = g_strdup_printf("%u:%u", major(device), minor(device));
    for (char **line = lines; line && *line; line++)
        if (serves(*line, wanted))
            return TRUE;
    return FALSE;
}
