/* SPDX-License-Identifier: Apache-2.0 */
/* The file:
 *
 *   vibe-kanban-processes frozen 1
 *   boot 6d3ef2b5-6f0b-4ff1-b07a-0c0b0b7c1e2f
 *   4242:1890042
 *   4243:1890044
 *   end 2
 *
 * The last line tells a whole file from one that was cut. */
#include "common/kill/frozen.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/proc/pidfd.h"

#define FIRST_LINE "vibe-kanban-processes frozen 1"
#define BOOT_WORD "boot "
#define END_WORD "end "

/* A longer list is neither written nor believed. pid_max may allow for far more processes (systemd
 * sets it to 4194304), but a crowd of that size is killed without being frozen first. */
#define MAX_ENTRIES 65536u
#define MAX_BYTES (MAX_ENTRIES * VKP_IDENTITY_TEXT_SIZE)

static gboolean parse_boot(const char *line, const VkpUuid *boot_id)
{
    VkpUuid boot;
    return line && g_str_has_prefix(line, BOOT_WORD) &&
           vkp_uuid_parse(line + strlen(BOOT_WORD), &boot) && !vkp_uuid_is_nil(&boot) &&
           vkp_uuid_equal(&boot, boot_id);
}

static gboolean is_end(const char *line, guint n_entries)
{
    char expected[32];
    g_snprintf(expected, sizeof expected, END_WORD "%u", n_entries);
    return g_str_equal(line, expected);
}

/* Between the head and the end line, behind whose newline there is nothing. */
static GArray *parse_entries(char *text)
{
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    const char *line;
    while ((line = strsep(&text, "\n"))) {
        VkpIdentity identity;
        if (is_end(line, identities->len))
            return text && !*text ? g_steal_pointer(&identities) : NULL;
        if (identities->len >= MAX_ENTRIES || !vkp_identity_parse(line, &identity))
            return NULL;
        g_array_append_val(identities, identity);
    }
    return NULL;
}

GArray *vkp_frozen_parse(const char *text, gsize length, const VkpUuid *boot_id)
{
    if (length > MAX_BYTES || memchr(text, '\0', length))
        return NULL;
    g_autofree char *copy = g_strndup(text, length);
    char *rest = copy;
    const char *first = strsep(&rest, "\n");
    if (!g_str_equal(first, FIRST_LINE) || !parse_boot(strsep(&rest, "\n"), boot_id))
        return NULL;
    return parse_entries(rest);
}

static gboolean remove_file(const char *path, GError **error)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return TRUE;
    vkp_set_error_errno(error, errno, "Cannot remove \"%s\"", path);
    return FALSE;
}

/* The same for whatever is in its place: a folder goes aside, where the last one does not lie. */
static gboolean clear_place(const char *path, GError **error)
{
    struct stat status;
    if (lstat(path, &status) < 0 || !S_ISDIR(status.st_mode))
        return remove_file(path, error);
    g_autofree char *aside = g_strconcat(path, ".aside", NULL);
    if (rename(path, aside) == 0)
        return TRUE;
    vkp_set_error_errno(error, errno, "Cannot move \"%s\" aside", path);
    return FALSE;
}

static void set_unknown_boot(const char *path, GError **error)
{
    g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM,
                "Cannot use \"%s\": the system's boot id is not known", path);
}

gboolean vkp_frozen_save(const char *path, const VkpUuid *boot_id, const GArray *identities,
                         GError **error)
{
    if (identities->len == 0)
        return remove_file(path, error);
    if (identities->len > MAX_ENTRIES) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED,
                    "Cannot list %u processes in \"%s\": more than %u", identities->len, path,
                    MAX_ENTRIES);
        return FALSE;
    }
    if (vkp_uuid_is_nil(boot_id)) {
        set_unknown_boot(path, error);
        return FALSE;
    }
    char text[MAX(VKP_IDENTITY_TEXT_SIZE, VKP_UUID_TEXT_SIZE)];
    g_autoptr(GString) lines = g_string_new(FIRST_LINE "\n");
    g_string_append_printf(lines, BOOT_WORD "%s\n", vkp_uuid_to_text(boot_id, text));
    for (guint i = 0; i < identities->len; i++) {
        VkpIdentity identity = g_array_index(identities, VkpIdentity, i);
        g_string_append_printf(lines, "%s\n", vkp_identity_to_text(identity, text));
    }
    g_string_append_printf(lines, END_WORD "%u\n", identities->len);
    return vkp_file_replace(path, lines->str, lines->len, error);
}

/* NULL without error: there is nothing to be believed, because there is no file, it is somebody
 * else's, malformed, or of another boot. With error: nobody can say. */
static GArray *load(const char *path, const VkpUuid *boot_id, GError **error)
{
    struct stat status;
    if (lstat(path, &status) < 0) {
        if (errno != ENOENT)
            vkp_set_error_errno(error, errno, "Cannot look at \"%s\"", path);
        return NULL;
    }
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid())
        return NULL;
    if (vkp_uuid_is_nil(boot_id)) {
        set_unknown_boot(path, error);
        return NULL;
    }
    if (!(status.st_mode & S_IRUSR))
        (void)chmod(path, S_IRUSR | S_IWUSR); /* we may, and reading fails if not */
    gsize length = 0;
    g_autofree char *text = vkp_file_read(AT_FDCWD, path, MAX_BYTES + 1, &length, NULL, error);
    return text ? vkp_frozen_parse(text, length, boot_id) : NULL;
}

gboolean vkp_frozen_add(const char *path, const VkpUuid *boot_id, const GArray *identities,
                        GError **error)
{
    g_autoptr(GError) load_error = NULL;
    g_autoptr(GArray) listed = load(path, boot_id, &load_error);
    if (load_error) {
        g_propagate_error(error, g_steal_pointer(&load_error));
        return FALSE;
    }
    if (!listed)
        return vkp_frozen_save(path, boot_id, identities, error);
    g_array_append_vals(listed, identities->data, identities->len);
    return identities->len == 0 || vkp_frozen_save(path, boot_id, listed, error);
}

/* How often each identity is in the array: VkpIdentity*, into the array, to a number. */
static GHashTable *count(const GArray *identities)
{
    GHashTable *counts = g_hash_table_new(vkp_identity_hash, vkp_identity_equal_keys);
    for (guint i = 0; i < identities->len; i++) {
        VkpIdentity *identity = &g_array_index(identities, VkpIdentity, i);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, identity));
        g_hash_table_insert(counts, identity, GUINT_TO_POINTER(n + 1));
    }
    return counts;
}

/* What is left of the list without those, each as often as they are given. */
static GArray *subtract(const GArray *list, const GArray *identities)
{
    g_autoptr(GHashTable) counts = count(identities);
    GArray *rest = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < list->len; i++) {
        VkpIdentity *identity = &g_array_index(list, VkpIdentity, i);
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(counts, identity));
        if (n == 0)
            g_array_append_val(rest, *identity);
        else
            g_hash_table_insert(counts, identity, GUINT_TO_POINTER(n - 1));
    }
    return rest;
}

gboolean vkp_frozen_remove(const char *path, const VkpUuid *boot_id, const GArray *identities,
                           GError **error)
{
    g_autoptr(GError) load_error = NULL;
    g_autoptr(GArray) listed = load(path, boot_id, &load_error);
    if (load_error) {
        g_propagate_error(error, g_steal_pointer(&load_error));
        return FALSE;
    }
    if (!listed)
        return remove_file(path, error);
    g_autoptr(GArray) rest = subtract(listed, identities);
    return vkp_frozen_save(path, boot_id, rest, error);
}

/* Whether a failure says that there is nobody to be thawed, or nobody of ours. */
static gboolean is_settled(const GError *error)
{
    return g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_FOUND) ||
           g_error_matches(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
}

/* Continues the process whatever its state looks like: a SIGSTOP that has not taken effect yet
 * (uninterruptible sleep, a leader thread that is gone) cannot be seen, and SIGCONT takes it back.
 * Whether the process is ours to signal is for the kernel to say. FALSE: it may still be frozen. */
static gboolean thaw(VkpReader *reader, VkpIdentity identity, guint *n_thawed)
{
    VkpStat stat;
    g_autoptr(GError) error = NULL;
    g_auto(VkpFd) pidfd = vkp_reader_open_pidfd(reader, identity.pid, &error);
    if (pidfd < 0 || !vkp_reader_read_stat(reader, identity.pid, &stat, &error))
        return is_settled(error);
    if (stat.start_ticks != identity.start_ticks || vkp_state_is_dead(stat.state, stat.threads))
        return TRUE;
    int failure = vkp_pidfd_signal(pidfd, SIGCONT);
    *n_thawed += failure == 0 && (stat.state == 'T' || stat.state == 't');
    return failure == 0 || failure == ESRCH || failure == EPERM;
}

/* Thaws all; whoever could not be is left in the list. */
static guint thaw_all(GArray *identities, VkpReader *reader)
{
    guint n_thawed = 0;
    g_autoptr(GArray) all = g_array_copy(identities);
    g_array_set_size(identities, 0);
    for (guint i = 0; i < all->len; i++) {
        VkpIdentity identity = g_array_index(all, VkpIdentity, i);
        if (!thaw(reader, identity, &n_thawed))
            g_array_append_val(identities, identity);
    }
    return n_thawed;
}

guint vkp_frozen_thaw(const char *path, VkpReader *reader, GError **error)
{
    VkpUuid boot_id = vkp_reader_boot_id(reader);
    vkp_file_sweep(path);
    g_autoptr(GError) load_error = NULL;
    g_autoptr(GArray) identities = load(path, &boot_id, &load_error);
    if (load_error) {
        g_propagate_error(error, g_steal_pointer(&load_error));
        return 0;
    }
    guint n_thawed = identities ? thaw_all(identities, reader) : 0;
    if (!identities || identities->len == 0)
        clear_place(path, error);
    else
        g_set_error(error, VKP_ERROR, VKP_ERROR_SYSTEM,
                    "%u of the processes in \"%s\" cannot be looked at now", identities->len, path);
    return n_thawed;
}
