/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/filter.h"

#include "common/base/path.h"

void vkp_filter_clear(VkpFilter *filter)
{
    g_free(filter->working_directory);
    *filter = (VkpFilter){0};
}

static void add_line(GHashTable *line, const VkpRoster *roster, const VkpSnapshot *snapshot,
                     pid_t pid)
{
    g_autoptr(GPtrArray) subtree = vkp_snapshot_subtree(snapshot, pid);
    for (guint i = 0; i < subtree->len; i++) {
        const VkpProcess *process = g_ptr_array_index(subtree, i);
        VkpMember *member = vkp_roster_lookup(roster, process->identity);
        if (member)
            g_hash_table_add(line, member);
    }
}

/* Over everybody: between a process and its descendants there may be some that belong to nothing.
 * Whom hidepid keeps from us is still named by its children. */
static GHashTable *collect_line(const VkpRoster *roster, const VkpSnapshot *snapshot, pid_t pid)
{
    GHashTable *line = g_hash_table_new(NULL, NULL);
    if (vkp_snapshot_find(snapshot, pid) != VKP_SNAPSHOT_NOBODY) {
        add_line(line, roster, snapshot, pid);
        return line;
    }
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++) {
        const VkpProcess *process = vkp_snapshot_at(snapshot, i);
        if (process->parent_pid == pid)
            add_line(line, roster, snapshot, process->identity.pid);
    }
    return line;
}

static gboolean id_fits(const VkpWantedId *wanted, const VkpUuid *id)
{
    return !wanted->is_set || vkp_uuid_is_same(&wanted->id, id);
}

/* `line`: set of VkpMember; NULL: any. */
static gboolean passes(const VkpFilter *filter, GHashTable *line, VkpMember *member)
{
    const VkpTie *tie = &member->tie;
    if (!id_fits(&filter->project_id, &tie->project_id) ||
        !id_fits(&filter->task_id, &tie->task_id) ||
        !id_fits(&filter->attempt_id, &tie->attempt_id) ||
        !id_fits(&filter->execution_id, &tie->execution_id))
        return FALSE;
    if (filter->executors_only && !tie->is_executor)
        return FALSE;
    if (filter->leftovers_only && tie->leftover_reason == VKP_LEFTOVER_NONE)
        return FALSE;
    if (line && !g_hash_table_contains(line, member))
        return FALSE;
    const VkpFolder *folder = member->process->folder;
    return !filter->working_directory ||
           (folder && folder->path && vkp_path_is_within(folder->path, filter->working_directory));
}

GPtrArray *vkp_filter_apply(const VkpFilter *filter, const VkpRoster *roster,
                            const VkpSnapshot *snapshot)
{
    GPtrArray *found = g_ptr_array_new();
    g_autoptr(GHashTable) line =
        filter->pid > 0 ? collect_line(roster, snapshot, filter->pid) : NULL;
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        if (passes(filter, line, member))
            g_ptr_array_add(found, member);
    }
    return found;
}
