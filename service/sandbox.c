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
 * while a classic one, which is no sandbox, has "(complain)". Kernels without AppArmor have no such
 * file or leave it unreadable, and then snaps are not confined either. */
static gboolean is_snap(int process_fd)
{
    gsize length = 0;
    g_autofree char *label =
        vkp_file_read(process_fd, "attr/current", LABEL_MAX_BYTES, &length, NULL, NULL);
    return label && g_str_has_prefix(label, "snap.") && strstr(label, "(enforce)");
}

gboolean vkp_sandbox_holds(const char *proc_root, pid_t pid)
{
    g_autofree char *path = g_strdup_printf("%s/%d", proc_root, pid);
    g_auto(VkpFd) process_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return process_fd < 0 || is_flatpak(process_fd) || is_snap(process_fd);
}
