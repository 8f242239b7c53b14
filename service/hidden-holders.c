/* SPDX-License-Identifier: Apache-2.0 */
#include "service/hidden-holders.h"

#include "common/base/error.h"
#include "common/proc/locks.h"
#include "common/roster/server-name.h"

static gboolean contains(const GArray *pids, pid_t pid)
{
    for (guint i = 0; i < pids->len; i++)
        if (g_array_index(pids, pid_t, i) == pid)
            return TRUE;
    return FALSE;
}

static GArray *list_lockers(VkpReader *reader, const VkpDatabase *database)
{
    return vkp_reader_list_lockers(reader, vkp_file_inode(vkp_store_path(database->store)));
}

static gboolean is_refused(VkpReader *reader, pid_t pid)
{
    gboolean is_open;
    g_autoptr(GError) error = NULL;
    vkp_reader_check_files_open(reader, pid, NULL, 0, &is_open, &error);
    return g_error_matches(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
}

/* Nobody, or the process itself, is known to hold it. */
static gboolean is_free_for(const VkpDatabase *database, pid_t pid)
{
    g_autoptr(GArray) known = g_array_new(FALSE, FALSE, sizeof(pid_t));
    vkp_holders_append_pids(database->holders, known);
    return known->len == 0 || contains(known, pid);
}

void vkp_hidden_holders_append(VkpReader *reader, const VkpSnapshot *among, uid_t uid,
                               const VkpDatabase *database, GArray *found)
{
    g_autoptr(GArray) lockers = list_lockers(reader, database);
    gboolean is_held = found->len > 0;
    for (guint i = 0; i < vkp_snapshot_size(among); i++) {
        const VkpProcess *process = vkp_snapshot_at(among, i);
        pid_t pid = process->identity.pid;
        if (process->uid != uid || vkp_process_is_dead(process) || contains(found, pid))
            continue;
        if (contains(lockers, pid) || (!is_held && vkp_server_name_is(process->name) &&
                                       is_free_for(database, pid) && is_refused(reader, pid)))
            g_array_append_val(found, pid);
    }
}

gboolean vkp_hidden_holders_include(VkpReader *reader, pid_t pid, const VkpDatabase *database)
{
    VkpStat stat;
    g_autoptr(GArray) lockers = list_lockers(reader, database);
    return contains(lockers, pid) ||
           (is_free_for(database, pid) && vkp_reader_read_stat(reader, pid, &stat, NULL) &&
            vkp_server_name_is(stat.comm));
}
