/* SPDX-License-Identifier: Apache-2.0 */
#include "service/openers.h"

#include "common/base/error.h"

/* The database, and what SQLite keeps beside it while it is in use. */
static void add_files(const char *database_path, GArray *files)
{
    static const char *const endings[] = {"", "-wal", "-journal"};
    for (guint i = 0; i < G_N_ELEMENTS(endings); i++) {
        g_autofree char *path = g_strconcat(database_path, endings[i], NULL);
        VkpInode inode = vkp_file_inode(path);
        if (!vkp_inode_is_unknown(inode))
            g_array_append_val(files, inode);
    }
}

GArray *vkp_openers_find(VkpReader *reader, const VkpSnapshot *snapshot, uid_t uid,
                         const char *const *database_paths, GArray *refused)
{
    g_autoptr(GArray) holders = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(GArray) files = g_array_new(FALSE, FALSE, sizeof(VkpInode));
    for (guint i = 0; database_paths[i]; i++)
        add_files(database_paths[i], files);
    const VkpInode *inodes = (const VkpInode *)(const void *)files->data;
    for (guint i = 0; files->len > 0 && i < vkp_snapshot_size(snapshot); i++) {
        const VkpProcess *process = vkp_snapshot_at(snapshot, i);
        pid_t pid = process->identity.pid;
        gboolean holds = FALSE;
        g_autoptr(GError) failure = NULL;
        if (process->uid != uid || process->is_kernel_thread || vkp_process_is_dead(process))
            continue;
        vkp_reader_check_files_open(reader, pid, inodes, files->len, &holds, &failure);
        if (holds)
            g_array_append_val(holders, pid);
        if (refused && g_error_matches(failure, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED))
            g_array_append_val(refused, pid);
        if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED))
            return NULL;
    }
    return g_steal_pointer(&holders);
}
