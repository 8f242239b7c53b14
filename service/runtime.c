/* SPDX-License-Identifier: Apache-2.0 */
#include "service/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "common/base/error.h"

gboolean vkp_runtime_open(VkpRuntime *runtime, const char *parent, GError **error)
{
    g_autofree char *folder = g_build_filename(parent, "vibekanban-processes", NULL);
    g_autofree char *lock_path = g_build_filename(folder, "lock", NULL);
    if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
        vkp_set_error_errno(error, errno, "Cannot make the folder \"%s\"", folder);
        return FALSE;
    }
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
