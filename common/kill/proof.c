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

/* An exec empties both for a moment. */
static gboolean is_between_images(const VkpImage *image)
{
    return !image->command[0] && !has_any_mark(&image->marks);
}

static VkpProof judge(gboolean stands)
{
    return stands ? VKP_PROOF_STANDS : VKP_PROOF_FALLS;
}

static VkpProof check_environment(const VkpProcess *process, const VkpImage *now)
{
    if (is_between_images(now))
        return VKP_PROOF_UNSEEN;
    return judge(now->environment_known && has_same_marks(&process->image->marks, &now->marks));
}

/* A descendant is where it was found, or carries its ancestor's environment. */
static VkpProof check_descendant(const VkpProcess *process, const VkpStat *stat,
                                 const VkpImage *now)
{
    if (process->parent_pid == stat->parent_pid)
        return VKP_PROOF_STANDS;
    if (is_between_images(now))
        return VKP_PROOF_UNSEEN;
    return judge(now->environment_known && has_any_mark(&now->marks) &&
                 has_same_marks(&process->image->marks, &now->marks));
}

/* Registered and remembered ones are known by their identity alone, so all else must agree. Only
 * another command is no proof of another process: it has executed something since. */
static VkpProof check_known_one(const VkpProcess *process, const VkpStat *stat, const VkpImage *now)
{
    if (is_between_images(now))
        return VKP_PROOF_UNSEEN;
    if (process->parent_pid != stat->parent_pid && process->session != stat->session)
        return VKP_PROOF_FALLS;
    if (now->environment_known && !has_same_marks(&process->image->marks, &now->marks))
        return VKP_PROOF_FALLS;
    return has_same_command(process->image, now) ? VKP_PROOF_STANDS : VKP_PROOF_UNSEEN;
}

static VkpProof check_image(const VkpMember *member, const VkpStat *stat, VkpReader *reader)
{
    const VkpProcess *process = member->process;
    if (is_out_of_sight(stat) || !process->image)
        return judge(has_same_place(process, stat));
    g_autoptr(VkpImage) now = vkp_reader_read_image(reader, process->identity.pid, NULL);
    if (!now)
        return VKP_PROOF_UNSEEN;
    if (member->tie.evidence == VKP_EVIDENCE_ENVIRONMENT)
        return check_environment(process, now);
    if (member->tie.evidence == VKP_EVIDENCE_DESCENDANT)
        return check_descendant(process, stat, now);
    return check_known_one(process, stat, now);
}

VkpProof vkp_proof_check(const VkpMember *member, const VkpStat *stat, VkpReader *reader)
{
    const VkpProcess *process = member->process;
    switch (member->tie.evidence) {
    case VKP_EVIDENCE_PROCESS_GROUP:
        return judge(process->group == stat->group || process->session == stat->session);
    case VKP_EVIDENCE_WORKING_DIRECTORY:
        return judge(has_same_folder(process, reader));
    case VKP_EVIDENCE_REGISTERED:
    case VKP_EVIDENCE_REMEMBERED:
    case VKP_EVIDENCE_ENVIRONMENT:
    case VKP_EVIDENCE_DESCENDANT:
        return check_image(member, stat, reader);
    case VKP_EVIDENCE_NONE:
        break;
    }
    return VKP_PROOF_FALLS;
}
