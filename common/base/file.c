/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"

void vkp_fd_close(VkpFd *fd)
{
    if (*fd < 0)
        return;
    int saved_errno = errno;
    close(*fd); /* on Linux the descriptor is gone even after EINTR: never retry */
    *fd = -1;
    errno = saved_errno;
}

gssize vkp_fd_read(int fd, char *buffer, gsize size)
{
    gssize got;
    do
        got = read(fd, buffer, size);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Grows the buffer as it reads: files of /proc say that their size is 0. */
static char *read_bounded(int fd, gsize limit, gsize *length, gboolean *cut)
{
    gsize room = MIN(limit, 4096);
    gsize used = 0;
    g_autofree char *buffer = g_malloc(room + 1);
    for (;;) {
        gssize got = vkp_fd_read(fd, buffer + used, room + 1 - used);
        if (got < 0)
            return NULL;
        used += (gsize)got;
        if (got == 0 || used > limit)
            break;
        if (used > room) {
            room = MIN(limit, room * 2);
            buffer = g_realloc(buffer, room + 1);
        }
    }
    *cut = used > limit;
    *length = MIN(used, limit);
    buffer = g_realloc(buffer, *length + 1);
    buffer[*length] = '\0';
    return g_steal_pointer(&buffer);
}

char *vkp_file_read(int directory_fd, const char *path, gsize limit, gsize *length, gboolean *cut,
                    GError **error)
{
    g_auto(VkpFd) fd = openat(directory_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0) {
        vkp_set_error_errno(error, errno, "Cannot open \"%s\"", path);
        return NULL;
    }
    gboolean was_cut = FALSE;
    char *bytes = read_bounded(fd, limit, length, &was_cut);
    if (!bytes) {
        vkp_set_error_errno(error, errno, "Cannot read \"%s\"", path);
        return NULL;
    }
    if (cut)
        *cut = was_cut;
    return bytes;
}

static gboolean write_all(int fd, const char *bytes, gsize length)
{
    while (length > 0) {
        gssize written = write(fd, bytes, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return FALSE;
        bytes += written;
        length -= (gsize)written;
    }
    return TRUE;
}

gboolean vkp_file_replace(const char *path, const char *bytes, gsize length, GError **error)
{
    g_autofree char *beside = g_strdup_printf("%s.XXXXXX", path);
    g_auto(VkpFd) fd = g_mkstemp_full(beside, O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0) {
        vkp_set_error_errno(error, errno, "Cannot create a file beside \"%s\"", path);
        return FALSE;
    }
    if (write_all(fd, bytes, length) && fsync(fd) == 0 && rename(beside, path) == 0)
        return TRUE;
    int saved_errno = errno;
    (void)unlink(beside);
    vkp_set_error_errno(error, saved_errno, "Cannot write \"%s\"", path);
    return FALSE;
}

/* "NAME.aB3dE9", as mkstemp() makes it. */
static gboolean is_beside(const char *entry, const char *name)
{
    gsize length = strlen(name);
    if (!g_str_has_prefix(entry, name) || entry[length] != '.')
        return FALSE;
    const char *at = entry + length + 1;
    while (g_ascii_isalnum(*at))
        at++;
    return !*at && at == entry + length + 1 + strlen("XXXXXX");
}

static gboolean is_our_file(int folder, const char *name)
{
    struct stat status;
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(status.st_mode) &&
           status.st_uid == geteuid();
}

void vkp_file_sweep(const char *path)
{
    g_autofree char *folder_path = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    g_auto(VkpFd) folder = open(folder_path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    g_autoptr(GDir) entries = g_dir_open(folder_path, 0, NULL);
    const char *entry;
    while (entries && (entry = g_dir_read_name(entries)))
        if (is_beside(entry, name) && is_our_file(folder, entry))
            (void)unlinkat(folder, entry, 0);
}

VkpInode vkp_file_inode(const char *path)
{
    struct stat status;
    if (stat(path, &status) < 0)
        return (VkpInode){0};
    return (VkpInode){status.st_dev, status.st_ino};
}
