/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/inspector.h"

#include <errno.h>
#include <sys/stat.h>

#include "common/base/error.h"
#include "common/proc/ended.h"
#include "common/proc/pidfd.h"
#include "common/proc/scanner.h"

VkpSnapshot *vkp_inspector_list(VkpReader *reader, GError **error)
{
    g_autoptr(VkpScanner) scanner = vkp_scanner_new(reader, VKP_SCANNER_ANY_UID);
    return vkp_scanner_scan(scanner, error);
}

static GPtrArray *new_processes(void)
{
    return g_ptr_array_new_with_free_func((GDestroyNotify)vkp_process_unref);
}

GPtrArray *vkp_inspector_descendants(VkpReader *reader, pid_t pid, GError **error)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_inspector_list(reader, error);
    if (!snapshot)
        return NULL;
    g_autoptr(GPtrArray) subtree = vkp_snapshot_subtree(snapshot, pid);
    if (subtree->len == 0) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND, "There is no process %d", pid);
        return NULL;
    }
    GPtrArray *descendants = new_processes();
    for (guint i = 1; i < subtree->len; i++)
        g_ptr_array_add(descendants, vkp_process_ref(subtree->pdata[i]));
    return descendants;
}

static gboolean find_folder(const char *folder, VkpInode *inode, GError **error)
{
    struct stat status;
    if (stat(folder, &status) < 0) {
        vkp_set_error_errno(error, errno == ENOTDIR ? ENOENT : errno, "Cannot look at \"%s\"",
                            folder);
        return FALSE;
    }
    if (!S_ISDIR(status.st_mode)) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND, "\"%s\" is not a folder", folder);
        return FALSE;
    }
    *inode = (VkpInode){status.st_dev, status.st_ino};
    return TRUE;
}

GPtrArray *vkp_inspector_under_folder(VkpReader *reader, const char *folder, GError **error)
{
    VkpInode inode;
    if (!find_folder(folder, &inode, error))
        return NULL;
    g_autoptr(VkpSnapshot) snapshot = vkp_inspector_list(reader, error);
    if (!snapshot)
        return NULL;
    GPtrArray *inside = new_processes();
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++) {
        VkpProcess *process = vkp_snapshot_at(snapshot, i);
        if (process->folder && vkp_folder_is_within(process->folder, inode))
            g_ptr_array_add(inside, vkp_process_ref(process));
    }
    return inside;
}

/* Sets NOT_FOUND if it has ended, and what kept it from being seen otherwise. */
static gboolean check_alive(VkpReader *reader, VkpIdentity identity, GError **error)
{
    g_autoptr(GError) failure = NULL;
    if (vkp_has_ended(reader, identity, &failure))
        g_set_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND, "Process %d has ended", identity.pid);
    else if (failure)
        g_propagate_error(error, g_steal_pointer(&failure));
    else
        return TRUE;
    return FALSE;
}

gboolean vkp_inspector_signal(VkpReader *reader, VkpIdentity identity, int signal_number,
                              GError **error)
{
    /* First the pidfd, then the look: should the pid change hands in between, the pidfd stays with
     * the former owner, and can hit nobody. */
    g_auto(VkpFd) pidfd = vkp_reader_open_pidfd(reader, identity.pid, error);
    if (pidfd < 0 || !check_alive(reader, identity, error))
        return FALSE;
    int failure = vkp_pidfd_signal(pidfd, signal_number);
    if (failure == ESRCH || failure == EPERM)
        vkp_set_error_errno(error, failure, "Cannot signal process %d", identity.pid);
    else if (failure != 0)
        g_set_error(error, VKP_ERROR, VKP_ERROR_KILL_FAILED, "Cannot signal process %d: %s",
                    identity.pid, g_strerror(failure));
    return failure == 0;
}

gboolean vkp_inspector_exists(VkpReader *reader, VkpIdentity identity)
{
    return check_alive(reader, identity, NULL);
}
