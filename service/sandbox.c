/* SPDX-License-Identifier: Apache-2.0 */
#include "service/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/file.h"

#define LABEL_MAX_BYTES 512

/* Flatpak puts this file into the root of each sandbox, where the one inside can't change it. */
static gboolean is_flatpak(int process_fd)
{
    g_auto(VkpFd) root = openat(process_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat status;
    if (root < 0 || fstatat(root, ".flatpak-info", &status, AT_SYMLINK_NOFOLLOW) == 0)
        return TRUE;
    return errno != ENOENT;
}

/* A confined snap runs under a label such as
 *   snap.firefox.firefox (enforce)
 * while a classic one, which is no sandbox, has "(complain)". Kernels without labels have no such
 * file (ENOENT) or nobody who fills it (EINVAL), and then snaps are not confined either. Any other
 * failure, want of descriptors say, hides a label that may be there. */
static gboolean is_snap(int process_fd)
{
    char label[LABEL_MAX_BYTES + 1];
    g_auto(VkpFd) fd = openat(process_fd, "attr/current", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno != ENOENT;
    gssize length = vkp_fd_read(fd, label, LABEL_MAX_BYTES);
    if (length < 0)
        return errno != EINVAL;
    label[length] = '\0';
    gboolean is_cut = length == LABEL_MAX_BYTES;
    return g_str_has_prefix(label, "snap.") && (is_cut || strstr(label, "(enforce)"));
}

/* The label first: of a process that ends meanwhile the root is what can't be looked at. */
gboolean vkp_sandbox_holds(const char *proc_root, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("%s/%d", proc_root, pid);
    g_auto(VkpFd) process_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return process_fd < 0 || is_snap(process_fd) || is_flatpak(process_fd);
}
