/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/mount-table.h"

#include <string.h>
#include <sys/sysmacros.h>

struct VkpMountTable {
    GHashTable *by_id;    /* VkpMount.id -> owned VkpMount */
    GHashTable *by_point; /* VkpMount.point -> VkpMount: the most distant one there */
    gboolean has_distant;
};

/* Overlays count for what they lie on, almost always: the layers of a container on a disk. */
static const char *const local_types[] = {
    "aufs",     "bcachefs", "binfmt_misc", "bpf",        "btrfs",      "cgroup",    "cgroup2",
    "configfs", "cramfs",   "debugfs",     "devpts",     "devtmpfs",   "ecryptfs",  "efivarfs",
    "erofs",    "exfat",    "ext2",        "ext3",       "ext4",       "f2fs",      "fusectl",
    "hfs",      "hfsplus",  "hugetlbfs",   "iso9660",    "jfs",        "mqueue",    "msdos",
    "nilfs2",   "nsfs",     "ntfs",        "ntfs3",      "overlay",    "proc",      "pstore",
    "ramfs",    "reiserfs", "rootfs",      "rpc_pipefs", "securityfs", "selinuxfs", "squashfs",
    "sysfs",    "tmpfs",    "tracefs",     "udf",        "vfat",       "xfs",       "zfs",
};

/* Their getattr() asks nobody, or heeds AT_STATX_DONT_SYNC. */
static const char *const served_types[] = {
    "afs", "autofs", "ceph", "fuse", "fuseblk", "nfs", "nfs4", "virtiofs",
};

static gboolean is_among(const char *type, const char *const *types, guint n_types)
{
    for (guint i = 0; i < n_types; i++)
        if (strcmp(type, types[i]) == 0)
            return TRUE;
    return FALSE;
}

VkpMountKind vkp_mount_kind_parse(const char *type)
{
    if (is_among(type, local_types, G_N_ELEMENTS(local_types)))
        return VKP_MOUNT_LOCAL;
    if (g_str_has_prefix(type, "fuse.") || g_str_has_prefix(type, "fuseblk.") ||
        is_among(type, served_types, G_N_ELEMENTS(served_types)))
        return VKP_MOUNT_SERVED;
    return VKP_MOUNT_DISTANT;
}

/* The next word, and *at behind it; NULL at the end. */
static const char *next_word(const char **at, gsize *length)
{
    const char *word = *at + strspn(*at, " ");
    *length = strcspn(word, " ");
    *at = word + *length;
    return *length > 0 ? word : NULL;
}

/* Digits only, up to `end`, which is stepped over. */
static gboolean take_number(const char **at, char end, guint64 max, guint64 *number)
{
    char *rest;
    if (!g_ascii_isdigit(**at))
        return FALSE;
    *number = g_ascii_strtoull(*at, &rest, 10);
    if (*rest != end || *number > max)
        return FALSE;
    *at = rest + 1;
    return TRUE;
}

/* "36 35 98:0 " */
static gboolean take_numbers(const char **at, VkpMount *mount)
{
    guint64 device_major;
    guint64 device_minor;
    if (!take_number(at, ' ', G_MAXUINT64, &mount->id) ||
        !take_number(at, ' ', G_MAXUINT64, &mount->parent_id) ||
        !take_number(at, ':', G_MAXUINT32, &device_major) ||
        !take_number(at, ' ', G_MAXUINT32, &device_minor))
        return FALSE;
    mount->device = makedev((guint)device_major, (guint)device_minor);
    return TRUE;
}

static gboolean is_octal(const char *digits)
{
    for (guint i = 0; i < 3; i++)
        if (digits[i] < '0' || digits[i] > '7')
            return FALSE;
    return digits[0] <= '3';
}

/* The kernel writes space, tab, newline, backslash and "#" as "\\040" and so on. */
static char *dup_unescaped(const char *word, gsize length)
{
    GString *text = g_string_sized_new(length);
    for (gsize i = 0; i < length; i++) {
        gboolean is_escape = word[i] == '\\' && length - i > 3 && is_octal(word + i + 1);
        if (!is_escape) {
            g_string_append_c(text, word[i]);
            continue;
        }
        const char *digits = word + i + 1;
        int byte = (digits[0] - '0') << 6 | (digits[1] - '0') << 3 | (digits[2] - '0');
        g_string_append_c(text, (char)byte);
        i += 3;
    }
    return g_string_free(text, FALSE);
}

/* "36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue": between the
 * options and "-" stands any number of words. */
gboolean vkp_mount_parse(const char *line, VkpMount *mount)
{
    VkpMount found = {0};
    const char *at = line;
    gsize length;
    if (!take_numbers(&at, &found) || !next_word(&at, &length))
        return FALSE;
    gsize point_length;
    const char *point = next_word(&at, &point_length);
    const char *word = next_word(&at, &length);
    while (word && !(length == 1 && *word == '-'))
        word = next_word(&at, &length);
    const char *type = next_word(&at, &length);
    if (!type || !point || point[0] != '/')
        return FALSE;
    g_autofree char *type_text = g_strndup(type, length);
    found.kind = vkp_mount_kind_parse(type_text);
    found.point = dup_unescaped(point, point_length);
    *mount = found;
    return TRUE;
}

static void free_mount(gpointer data)
{
    VkpMount *mount = data;
    g_free(mount->point);
    g_free(mount);
}

/* Takes the mount. An id that is there already is not the kernel's doing. */
static void add_mount(VkpMountTable *table, VkpMount *mount)
{
    if (g_hash_table_contains(table->by_id, &mount->id)) {
        free_mount(mount);
        return;
    }
    g_hash_table_insert(table->by_id, &mount->id, mount);
    table->has_distant |= mount->kind == VKP_MOUNT_DISTANT;
    const VkpMount *known = g_hash_table_lookup(table->by_point, mount->point);
    if (!known || known->kind < mount->kind)
        g_hash_table_replace(table->by_point, mount->point, mount);
}

VkpMountTable *vkp_mount_table_parse(const char *text)
{
    VkpMountTable *table = g_new0(VkpMountTable, 1);
    table->by_id = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, free_mount);
    table->by_point = g_hash_table_new(g_str_hash, g_str_equal);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line; line++) {
        VkpMount mount;
        if (vkp_mount_parse(*line, &mount))
            add_mount(table, g_memdup2(&mount, sizeof mount));
    }
    return table;
}

void vkp_mount_table_free(VkpMountTable *table)
{
    if (!table)
        return;
    g_hash_table_unref(table->by_point);
    g_hash_table_unref(table->by_id);
    g_free(table);
}

/* The topmost one has a parent that is not there, or itself. */
gboolean vkp_mount_table_is_local(const VkpMountTable *table, guint64 id)
{
    const VkpMount *mount = g_hash_table_lookup(table->by_id, &id);
    if (!mount)
        return FALSE;
    guint n_left = g_hash_table_size(table->by_id);
    while (mount && mount->kind == VKP_MOUNT_LOCAL && n_left-- > 0)
        mount = mount->parent_id == mount->id
                    ? NULL
                    : g_hash_table_lookup(table->by_id, &mount->parent_id);
    return !mount || mount->kind == VKP_MOUNT_LOCAL;
}

const VkpMount *vkp_mount_table_find(const VkpMountTable *table, const char *point)
{
    return g_hash_table_lookup(table->by_point, point);
}

gboolean vkp_mount_table_is_remote_device(const VkpMountTable *table, dev_t device)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, table->by_id);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        const VkpMount *mount = value;
        if (mount->device == device && mount->kind != VKP_MOUNT_LOCAL)
            return TRUE;
    }
    return FALSE;
}

gboolean vkp_mount_table_has_distant(const VkpMountTable *table)
{
    return table->has_distant;
}
