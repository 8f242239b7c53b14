/* SPDX-License-Identifier: Apache-2.0 */
#include "service/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/error.h"

/* Where the session has no folder of its own, $XDG_RUNTIME_DIR may be one that others write to. */
static gboolean make_folder(const char *path, GError **error)
{
    struct stat status;
    if (mkdir(path, 0700) < 0 && errno != EEXIST) {
        vkp_set_error_errno(error, errno, "Cannot make the folder \"%s\"", path);
        return FALSE;
    }
    if (lstat(path, &status) < 0) {
        vkp_set_error_errno(error, errno, "Cannot look at the folder \"%s\"", path);
        return FALSE;
    }
    if (S_ISDIR(status.st_mode) && status.st_uid == geteuid() &&
        !(status.st_mode & (S_IWGRP | S_IWOTH)))
        return TRUE;
    g_set_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                "\"%s\" is not a folder that only you may write to", path);
    return FALSE;
}

gboolean vkp_runtime_open(VkpRuntime *runtime, const char *parent, GError **error)
{
    g_autofree char *folder = g_build_filename(parent, "vibekanban-processes", NULL);
    g_autofree char *lock_path = g_build_filename(folder, "lock", NULL);
    if (!make_folder(folder, error))
        return FALSE;
    g_auto(VkpFd) lock = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (lock < 0) {
        vkp_set_error_errno(error, errno, "Cannot open \"%s\"", lock_path);
        return FALSE;
    }
    if (flock(lock, LOCK_EX | LOCK_NB) < 0) {
        vkp_set_error_errno(error, errno, "Cannot lock \"%s\"", lock_path);
        return FALSE;
    }
    runtime->lock = vkp_fd_steal(&lock);
    runtime->frozen_path = g_build_filename(folder, "frozen", NULL);
    return TRUE;
}

void vkp_runtime_close(VkpRuntime *runtime)
{
    vkp_fd_close(&runtime->lock);
    g_clear_pointer(&runtime->frozen_path, g_free);
}
