/* SPDX-License-Identifier: Apache-2.0 */
#include "service/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "common/base/error.h"
#include "common/base/file.h"

#define LABEL_MAX_BYTES 512

/* Says nothing about the process: TRUE and *error. */
static gboolean is_shortage(int error_number, pid_t pid, GError **error)
{
    if (vkp_error_code_from_errno(error_number) != VKP_ERROR_LIMITS_EXCEEDED)
        return FALSE;
    vkp_set_error_errno(error, error_number, "Cannot look at process %d", pid);
    return TRUE;
}

/* Flatpak puts this file into the root of each sandbox, where the one inside can't change it. */
static gboolean look_for_flatpak(int process_fd, pid_t pid, gboolean *is_inside, GError **error)
{
    g_auto(VkpFd) root = openat(process_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    struct stat status;
    *is_inside = TRUE;
    if (root < 0)
        return !is_shortage(errno, pid, error);
    if (fstatat(root, ".flatpak-info", &status, AT_SYMLINK_NOFOLLOW) == 0)
        return TRUE;
    *is_inside = errno != ENOENT;
    return !is_shortage(errno, pid, error);
}

/* A confined snap runs under a label such as
 *   snap.firefox.firefox (enforce)
 * while a classic one, which is no sandbox, has "(complain)". Kernels without labels have no such
 * file (ENOENT) or nobody who fills it (EINVAL), and then snaps are not confined either. Any other
 * failure hides a label that may be there. */
static gboolean look_for_snap(int process_fd, pid_t pid, gboolean *is_inside, GError **error)
{
    char label[LABEL_MAX_BYTES + 1];
    g_auto(VkpFd) fd = openat(process_fd, "attr/current", O_RDONLY | O_CLOEXEC);
    gssize length = fd < 0 ? -1 : vkp_fd_read(fd, label, LABEL_MAX_BYTES);
    if (length < 0) {
        *is_inside = errno != (fd < 0 ? ENOENT : EINVAL);
        return !is_shortage(errno, pid, error);
    }
    label[length] = '\0';
    gboolean is_cut = length == LABEL_MAX_BYTES;
    *is_inside = g_str_has_prefix(label, "snap.") && (is_cut || strstr(label, "(enforce)"));
    return TRUE;
}

/* The label first: of a process that ends meanwhile the root is what can't be looked at. */
gboolean vkp_sandbox_look(const char *proc_root, pid_t pid, gboolean *is_inside, GError **error)
{
    g_autofree char *path = g_strdup_printf("%s/%d", proc_root, pid);
    g_auto(VkpFd) process_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    *is_inside = TRUE;
    if (process_fd < 0)
        return !is_shortage(errno, pid, error);
    return look_for_snap(process_fd, pid, is_inside, error) &&
           (*is_inside || look_for_flatpak(process_fd, pid, is_inside, error));
}
