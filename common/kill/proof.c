/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/proof.h"

#include "common/proc/image.h"

static gboolean has_same_place(const VkpProcess *process, const VkpStat *stat)
{
    return process->parent_pid == stat->parent_pid && process->group == stat->group &&
           process->session == stat->session;
}

static gboolean contradicts_id(const VkpUuid *known, const VkpUuid *now)
{
    return !vkp_uuid_is_nil(now) && !vkp_uuid_equal(known, now);
}

/* Either may have come first: a title covers the beginning, and the second is the first then. */
static gboolean contradicts_attempt(const VkpMarks *known, const VkpUuid *now)
{
    return contradicts_id(&known->attempt_id, now) && contradicts_id(&known->other_attempt_id, now);
}

static gboolean contradicts_text(const char *known, const char *now)
{
    return now && g_strcmp0(known, now) != 0;
}

/* Whether one of the marks that are there now is not the one that is known. */
static gboolean contradicts(const VkpMarks *known, const VkpMarks *now)
{
    return contradicts_attempt(known, &now->attempt_id) ||
           contradicts_attempt(known, &now->other_attempt_id) ||
           contradicts_id(&known->task_id, &now->task_id) ||
           contradicts_id(&known->project_id, &now->project_id) ||
           contradicts_id(&known->execution_id, &now->execution_id) ||
           contradicts_id(&known->session_id, &now->session_id) ||
           contradicts_text(known->project_name, now->project_name) ||
           contradicts_text(known->branch, now->branch) ||
           (now->is_terminal && !known->is_terminal);
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

/* What is read of its memory at the second look. */
typedef struct {
    const VkpImage *known; /* at the first */
    VkpImage *now;
    gboolean is_in_place; /* nothing was executed since: what is not there any more was overwritten,
                             as setproctitle() does it with arguments and environment */
    gboolean is_rewritten; /* it has written other marks over those that are known */
} Sight;

/* An exec empties both for a moment. */
static gboolean is_between_images(const Sight *sight)
{
    return !sight->is_in_place && !sight->now->command[0] && !has_any_mark(&sight->now->marks);
}

static gboolean keeps_marks(const Sight *sight)
{
    if (sight->is_in_place)
        return sight->is_rewritten || !contradicts(&sight->known->marks, &sight->now->marks);
    return vkp_marks_equal(&sight->known->marks, &sight->now->marks);
}

static gboolean keeps_command(const Sight *sight)
{
    return sight->is_in_place || has_same_command(sight->known, sight->now);
}

static VkpProof judge(gboolean stands)
{
    return stands ? VKP_PROOF_STANDS : VKP_PROOF_FALLS;
}

static VkpProof check_environment(const Sight *sight)
{
    if (is_between_images(sight))
        return VKP_PROOF_UNSEEN;
    return judge(sight->now->environment_known && keeps_marks(sight));
}

/* A descendant is where it was found, or carries its ancestor's environment. */
static VkpProof check_descendant(const VkpProcess *process, const VkpStat *stat, const Sight *sight)
{
    if (process->parent_pid == stat->parent_pid)
        return VKP_PROOF_STANDS;
    if (is_between_images(sight))
        return VKP_PROOF_UNSEEN;
    return judge(sight->now->environment_known && has_any_mark(&sight->known->marks) &&
                 keeps_marks(sight));
}

/* Registered and remembered ones are known by their identity alone, so all else must agree. Only
 * another command is no proof of another process: it has executed something since. */
static VkpProof check_known_one(const VkpProcess *process, const VkpStat *stat, const Sight *sight)
{
    if (is_between_images(sight))
        return VKP_PROOF_UNSEEN;
    if (process->parent_pid != stat->parent_pid && process->session != stat->session)
        return VKP_PROOF_FALLS;
    if (sight->now->environment_known && !keeps_marks(sight))
        return VKP_PROOF_FALLS;
    return keeps_command(sight) ? VKP_PROOF_STANDS : VKP_PROOF_UNSEEN;
}

/* A thread may hold the lock of the memory while the leader, whose state is all that stat shows,
 * sleeps in peace. */
static VkpImage *read_image(const VkpStat *stat, VkpReader *reader, VkpImageGuard *guard,
                            gboolean *is_late)
{
    *is_late = FALSE;
    return guard && stat->threads > 1 ? vkp_image_guard_read(guard, stat->pid, is_late, NULL)
                                      : vkp_reader_read_image(reader, stat->pid, NULL);
}

/* Other marks are another process's, or of a later exec, unless both are out of the question:
 * nobody else can have this pid and start, and after an exec the memory would lie elsewhere. `now`
 * was read before the stat that says so. */
static gboolean has_rewritten(const VkpImage *known, const VkpImage *now, pid_t pid,
                              VkpReader *reader)
{
    VkpStat stat;
    return known->is_certain && contradicts(&known->marks, &now->marks) &&
           vkp_reader_read_stat(reader, pid, &stat, NULL) &&
           (stat.flags & VKP_STAT_FLAG_RANDOMIZED) && vkp_image_is_in_place(known, &stat);
}

/* Where nobody else can have had this pid and start, it is the very process that was seen, whatever
 * it has shed or taken on by an exec. Then only marks that lead elsewhere speak against it. */
static gboolean has_stayed_itself(const VkpMember *member, const VkpImage *now)
{
    const VkpTie *tie = &member->tie;
    const VkpMarks *marks = &now->marks;
    return member->process->image->is_certain &&
           !contradicts_id(&tie->attempt_id, &marks->attempt_id) &&
           !contradicts_id(&tie->execution_id, &marks->execution_id) &&
           vkp_uuid_is_nil(&marks->other_attempt_id);
}

static VkpProof check_evidence(const VkpMember *member, const VkpStat *stat, const Sight *sight)
{
    if (member->tie.evidence == VKP_EVIDENCE_ENVIRONMENT)
        return check_environment(sight);
    if (member->tie.evidence == VKP_EVIDENCE_DESCENDANT)
        return check_descendant(member->process, stat, sight);
    return check_known_one(member->process, stat, sight);
}

static VkpProof check_image(const VkpMember *member, const VkpStat *stat, VkpReader *reader,
                            VkpImageGuard *guard)
{
    const VkpProcess *process = member->process;
    if (is_out_of_sight(stat) || !process->image)
        return judge(has_same_place(process, stat));
    gboolean is_late = FALSE;
    g_autoptr(VkpImage) now = read_image(stat, reader, guard, &is_late);
    if (!now)
        return is_late ? VKP_PROOF_WAITS : VKP_PROOF_UNSEEN;
    Sight sight = {process->image, now, vkp_image_is_in_place(process->image, stat),
                   has_rewritten(process->image, now, stat->pid, reader)};
    VkpProof proof = check_evidence(member, stat, &sight);
    return proof == VKP_PROOF_FALLS && has_stayed_itself(member, now) ? VKP_PROOF_STANDS : proof;
}

VkpProof vkp_proof_check(const VkpMember *member, const VkpStat *stat, VkpReader *reader,
                         VkpImageGuard *guard)
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
        return check_image(member, stat, reader, guard);
    case VKP_EVIDENCE_NONE:
        break;
    }
    return VKP_PROOF_FALLS;
}
