/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/proof.h"

static gboolean has_same_place(const VkpProcess *process, const VkpStat *stat)
{
    return process->parent_pid == stat->parent_pid && process->group == stat->group &&
           process->session == stat->session;
}

static gboolean has_same_marks(const VkpMarks *a, const VkpMarks *b)
{
    return vkp_uuid_equal(&a->attempt_id, &b->attempt_id) &&
           vkp_uuid_equal(&a->task_id, &b->task_id) &&
           vkp_uuid_equal(&a->project_id, &b->project_id) &&
           vkp_uuid_equal(&a->execution_id, &b->execution_id) &&
           vkp_uuid_equal(&a->session_id, &b->session_id) &&
           g_strcmp0(a->project_name, b->project_name) == 0 &&
           g_strcmp0(a->branch, b->branch) == 0 && a->is_terminal == b->is_terminal;
}

static gboolean has_any_mark(const VkpMarks *marks)
{
    return !vkp_uuid_is_nil(&marks->attempt_id) || !vkp_uuid_is_nil(&marks->task_id) ||
           !vkp_uuid_is_nil(&marks->execution_id);
}

static gboolean has_same_command(const VkpImage *a, const VkpImage *b)
{
    return g_strv_equal((const char *const *)a->command, (const char *const *)b->command);
}

static gboolean has_same_folder(const VkpProcess *process, VkpReader *reader)
{
    g_autoptr(VkpFolder) folder = vkp_reader_read_folder(reader, process->identity.pid, NULL);
    if (!folder || !process->folder)
        return FALSE;
    if (folder->n_chain > 0 && process->folder->n_chain > 0)
        return vkp_inode_equal(folder->chain[0], process->folder->chain[0]);
    return g_str_equal(folder->path, process->folder->path);
}

/* Memory that cannot be looked at: the leader thread is gone and took its view of it along, or the
 * process sleeps uninterruptibly, maybe with the lock that a reader would wait for. */
static gboolean is_out_of_sight(const VkpStat *stat)
{
    return stat->state == 'Z' || stat->state == 'D';
}

/* A descendant carries its ancestor's environment, or is where it was found. */
static gboolean is_same_descendant(const VkpProcess *process, const VkpStat *stat,
                                   const VkpImage *now)
{
    if (process->parent_pid == stat->parent_pid)
        return TRUE;
    return now->environment_known && has_any_mark(&now->marks) &&
           has_same_marks(&process->image->marks, &now->marks);
}

/* Registered and remembered ones are known by their identity alone, so all else must agree. */
static gboolean is_same_known_one(const VkpProcess *process, const VkpStat *stat,
                                  const VkpImage *now)
{
    return (process->parent_pid == stat->parent_pid || process->session == stat->session) &&
           has_same_command(process->image, now) &&
           (!now->environment_known || has_same_marks(&process->image->marks, &now->marks));
}

gboolean vkp_proof_stands(const VkpMember *member, const VkpStat *stat, VkpReader *reader)
{
    const VkpProcess *process = member->process;
    if (member->tie.evidence == VKP_EVIDENCE_PROCESS_GROUP)
        return process->group == stat->group || process->session == stat->session;
    if (member->tie.evidence == VKP_EVIDENCE_WORKING_DIRECTORY)
        return has_same_folder(process, reader);
    if (is_out_of_sight(stat) || !process->image)
        return has_same_place(process, stat);
    g_autoptr(VkpImage) now = vkp_reader_read_image(reader, process->identity.pid, NULL);
    if (!now)
        return FALSE;
    switch (member->tie.evidence) {
    case VKP_EVIDENCE_ENVIRONMENT:
        return now->environment_known && has_same_marks(&process->image->marks, &now->marks);
    case VKP_EVIDENCE_DESCENDANT:
        return is_same_descendant(process, stat, now);
    case VKP_EVIDENCE_REGISTERED:
    case VKP_EVIDENCE_REMEMBERED:
        return is_same_known_one(process, stat, now);
    case VKP_EVIDENCE_NONE:
    case VKP_EVIDENCE_PROCESS_GROUP:
    case VKP_EVIDENCE_WORKING_DIRECTORY:
        break;
    }
    return has_same_place(process, stat);
}
