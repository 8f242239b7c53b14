/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/mounts.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

#include "common/base/file.h"

/* Some thousand mounts take a megabyte. */
#define TEXT_MAX_BYTES (16u * 1024u * 1024u)

struct VkpMounts {
    char *path;
    VkpFd changes;        /* tells by poll() when they change; below 0: not open */
    VkpMountTable *table; /* NULL: they cannot be read */
    VkpGuard *guard;
};

VkpMounts *vkp_mounts_new(const char *path)
{
    VkpMounts *mounts = g_new0(VkpMounts, 1);
    mounts->path = g_strdup(path ? path : "/proc/self/mountinfo");
    mounts->changes = -1;
    mounts->guard = vkp_guard_new();
    return mounts;
}

void vkp_mounts_free(VkpMounts *mounts)
{
    if (!mounts)
        return;
    vkp_fd_close(&mounts->changes);
    vkp_mount_table_free(mounts->table);
    vkp_guard_free(mounts->guard);
    g_free(mounts->path);
    g_free(mounts);
}

/* The kernel counts changes from the opening, or the last poll(), on. Opened before they are read,
 * it misses none. */
static gboolean has_changed(VkpMounts *mounts)
{
    if (mounts->changes < 0) {
        mounts->changes = open(mounts->path, O_RDONLY | O_CLOEXEC);
        return TRUE;
    }
    struct pollfd changes = {.fd = mounts->changes, .events = POLLPRI};
    return poll(&changes, 1, 0) > 0;
}

void vkp_mounts_refresh(VkpMounts *mounts)
{
    if (!has_changed(mounts) && mounts->table)
        return;
    gsize length;
    gboolean is_cut = FALSE;
    g_autofree char *text =
        vkp_file_read(AT_FDCWD, mounts->path, TEXT_MAX_BYTES, &length, &is_cut, NULL);
    vkp_mount_table_free(mounts->table);
    mounts->table = text && !is_cut ? vkp_mount_table_parse(text) : NULL;
}

gboolean vkp_mounts_is_local(const VkpMounts *mounts, guint64 mount_id)
{
    return mounts->table && vkp_mount_table_is_local(mounts->table, mount_id);
}

guint64 vkp_mounts_subject(dev_t device)
{
    return device != 0 ? (guint64)device : G_MAXUINT64;
}

gboolean vkp_mounts_is_remote_point(const VkpMounts *mounts, const char *point, guint64 *subject)
{
    const VkpMount *mount = mounts->table ? vkp_mount_table_find(mounts->table, point) : NULL;
    if (mounts->table && (!mount || mount->kind == VKP_MOUNT_LOCAL))
        return FALSE;
    *subject = vkp_mounts_subject(mount ? mount->device : 0);
    return TRUE;
}

gboolean vkp_mounts_is_remote_device(const VkpMounts *mounts, dev_t device)
{
    return !mounts->table || vkp_mount_table_is_remote_device(mounts->table, device);
}

static const VkpMount *find_innermost(const VkpMountTable *table, const char *path)
{
    g_autofree char *at = g_strdup(path);
    for (;;) {
        const VkpMount *mount = vkp_mount_table_find(table, *at ? at : "/");
        char *slash = strrchr(at, '/');
        if (mount || !slash)
            return mount;
        *slash = '\0';
    }
}

/* Without a table nothing is said: what is not even known from memory is rare. */
gboolean vkp_mounts_is_distant(const VkpMounts *mounts, const char *path, guint64 *subject)
{
    if (!mounts->table || !vkp_mount_table_has_distant(mounts->table))
        return FALSE;
    const VkpMount *mount = find_innermost(mounts->table, path);
    if (!mount || mount->kind != VKP_MOUNT_DISTANT)
        return FALSE;
    *subject = vkp_mounts_subject(mount->device);
    return TRUE;
}

VkpGuard *vkp_mounts_guard(VkpMounts *mounts)
{
    return mounts->guard;
}
