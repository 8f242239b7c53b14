/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A file as the kernel knows it, whatever paths lead there. All zeros is "unknown". */
typedef struct {
    dev_t device;
    ino_t inode;
} VkpInode;

static inline gboolean vkp_inode_equal(VkpInode a, VkpInode b)
{
    return a.device == b.device && a.inode == b.inode;
}

static inline gboolean vkp_inode_is_unknown(VkpInode inode)
{
    return inode.device == 0 && inode.inode == 0;
}

/* A file descriptor that its scope owns: `g_auto(VkpFd) fd = open(...)`. Below 0 is none. */
typedef int VkpFd;

/* Closes *fd and sets it to -1; keeps errno. */
void vkp_fd_close(VkpFd *fd);

/* read(), begun anew when a signal comes in between. */
gssize vkp_fd_read(int fd, char *buffer, gsize size);

/* The descriptor, given away: *fd is -1 afterwards. */
static inline int vkp_fd_steal(VkpFd *fd)
{
    int given = *fd;
    *fd = -1;
    return given;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpFd, vkp_fd_close)

/* Reads at most `limit` bytes of the file at `path`, relative to `directory_fd` (or AT_FDCWD).
 * Works on /proc, where sizes are unknown. The buffer is NUL-terminated beyond *length;
 * *cut (may be NULL) tells that there was more. NULL and error on failure. */
char *vkp_file_read(int directory_fd, const char *path, gsize limit, gsize *length, gboolean *cut,
                    GError **error);

/* Replaces the file at `path` by `length` bytes, readable by the owner only: written beside it,
 * synced, renamed, so that a crash leaves the old or the new content. */
gboolean vkp_file_replace(const char *path, const char *bytes, gsize length, GError **error);

/* Removes what a crash in the middle of vkp_file_replace() has left beside `path`. Only while
 * nobody replaces it. */
void vkp_file_sweep(const char *path);

/* Looks at `path` with stat() only; unknown (all zeros) if it cannot be. */
VkpInode vkp_file_inode(const char *path);
