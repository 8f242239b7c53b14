/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Identifies a file whatever path leads to it. All zeros means unknown. */
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

/* read(), repeated when a signal interrupts it. */
gssize vkp_fd_read(int fd, char *buffer, gsize size);

/* Passes the ownership of the descriptor on: *fd is -1 afterwards. */
static inline int vkp_fd_steal(VkpFd *fd)
{
    int given = *fd;
    *fd = -1;
    return given;
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpFd, vkp_fd_close)

/* Reads at most `limit` bytes of the file at `path`, relative to `directory_fd` (or AT_FDCWD).
 * Works on /proc, where sizes are unknown. The buffer is NUL-terminated after *length bytes;
 * *cut (may be NULL) says whether the file is longer. NULL and error on failure. */
char *vkp_file_read(int directory_fd, const char *path, gsize limit, gsize *length, gboolean *cut,
                    GError **error);

/* Replaces the file at `path` by `length` bytes, readable by the owner only: they are written to a
 * file beside it, synced and renamed, so that a crash leaves the old or the new content. */
gboolean vkp_file_replace(const char *path, const char *bytes, gsize length, GError **error);

/* Removes files that a crash during vkp_file_replace() has left beside `path`. Not to be called
 * while the file is being replaced. */
void vkp_file_sweep(const char *path);

/* By stat(); unknown (all zeros) if that fails. */
VkpInode vkp_file_inode(const char *path);
