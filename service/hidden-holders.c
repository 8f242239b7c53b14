/* SPDX-License-Identifier: Apache-2.0 */
#include "service/hidden-holders.h"

#include "common/base/error.h"
#include "common/proc/locks.h"
#include "common/roster/server-name.h"

static GArray *list_lockers(VkpReader *reader, const VkpDatabase *database)
{
    return vkp_reader_list_lockers(reader, vkp_file_inode(vkp_store_path(database->store)));
}

/* Nobody, or the process itself, is known to hold it. */
static gboolean is_free_for(const VkpDatabase *database, pid_t pid)
{
    g_autoptr(GArray) known = g_array_new(FALSE, FALSE, sizeof(pid_t));
    vkp_holders_append_pids(database->holders, known);
    return known->len == 0 || vkp_pids_contain(known, pid);
}

/* The kernel waits for all its processors before it lists the locks: some 15 ms. So it is asked
 * only if there is anybody to be found. */
void vkp_hidden_holders_append(VkpReader *reader, const VkpSnapshot *among, const GArray *refused,
                               const VkpDatabase *database, GArray *found)
{
    if (refused->len == 0)
        return;
    g_autoptr(GArray) lockers = list_lockers(reader, database);
    gboolean is_held = found->len > 0;
    for (guint i = 0; i < refused->len; i++) {
        pid_t pid = g_array_index(refused, pid_t, i);
        const VkpProcess *process = vkp_snapshot_lookup(among, pid);
        if (!process || vkp_pids_contain(found, pid))
            continue;
        if (vkp_pids_contain(lockers, pid) ||
            (!is_held && vkp_server_name_is(process->name) && is_free_for(database, pid)))
            g_array_append_val(found, pid);
    }
}

gboolean vkp_hidden_holders_include(VkpReader *reader, pid_t pid, const VkpDatabase *database)
{
    VkpStat stat;
    g_autoptr(GArray) lockers = list_lockers(reader, database);
    return vkp_pids_contain(lockers, pid) ||
           (is_free_for(database, pid) && vkp_reader_read_stat(reader, pid, &stat, NULL) &&
            vkp_server_name_is(stat.comm));
}
