/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/leftover.h"

#include "common/roster/claim.h"
#include "common/roster/shelter.h"

struct VkpCoverage {
    const VkpInquiry *inquiry;
    GHashTable *covered;  /* set of ids of attempts and executions with a living executor */
    GHashTable *orphaned; /* set of those with one that lost its server */
};

/* An execution's own process is a child of its server, or of whoever registered it. Adopted, it has
 * lost it: then its parent is init, systemd or another subreaper. A service has always been the
 * child of systemd. */
static gboolean was_adopted(const VkpInquiry *inquiry, const VkpSubject *executor)
{
    const VkpProcess *process = executor->process;
    const VkpSubject *parent = vkp_subject_at(inquiry, executor->parent);
    if (vkp_subject_is_child_of_server(inquiry, executor) ||
        vkp_subject_is_service(inquiry, executor))
        return FALSE;
    if (process->parent_pid == 1 ||
        (parent && parent->is_boundary && vkp_protect_is_manager(parent->process)))
        return TRUE;
    pid_t first = inquiry->input->memory
                      ? vkp_memory_first_parent(inquiry->input->memory, process->identity)
                      : 0;
    if (first > 0 && first != process->parent_pid)
        return TRUE;
    /* Who did not make its own session has it from its first parent. */
    return parent && process->session != process->identity.pid &&
           process->session != parent->process->session;
}

static void add_ids(GHashTable *set, const VkpClaim *claim)
{
    if (!vkp_uuid_is_nil(&claim->attempt_id))
        g_hash_table_add(set, (gpointer)&claim->attempt_id);
    if (!vkp_uuid_is_nil(&claim->execution_id))
        g_hash_table_add(set, (gpointer)&claim->execution_id);
}

/* What the server runs is an executor also when its row cannot be told, as after a jump of the
 * clock. */
static gboolean is_spawned(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    return subject->claim.confidence >= VKP_CONFIDENCE_STRONG &&
           vkp_subject_is_spawned_by_server(inquiry, subject);
}

VkpCoverage *vkp_coverage_new(const VkpInquiry *inquiry)
{
    VkpCoverage *coverage = g_new0(VkpCoverage, 1);
    coverage->inquiry = inquiry;
    coverage->covered = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    coverage->orphaned = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    for (guint i = 0; i < inquiry->n; i++) {
        const VkpSubject *subject = &inquiry->subjects[i];
        if (vkp_process_is_dead(subject->process))
            continue;
        gboolean is_registered = subject->claim.evidence == VKP_EVIDENCE_REGISTERED;
        if (is_registered && was_adopted(inquiry, subject))
            add_ids(coverage->orphaned, &subject->claim);
        else if (is_registered || is_spawned(inquiry, subject))
            add_ids(coverage->covered, &subject->claim);
    }
    return coverage;
}

void vkp_coverage_free(VkpCoverage *coverage)
{
    if (!coverage)
        return;
    g_hash_table_unref(coverage->covered);
    g_hash_table_unref(coverage->orphaned);
    g_free(coverage);
}

static gboolean lacks_attempt(const VkpClaim *claim)
{
    return !claim->attempt && (!claim->execution || !vkp_uuid_is_nil(&claim->attempt_id));
}

/* Its own executor counts where it is known to be orphaned; else any living one of the attempt. */
static gboolean is_orphaned(const VkpCoverage *coverage, const VkpClaim *claim)
{
    if (vkp_uuid_is_nil(&claim->execution_id))
        return g_hash_table_contains(coverage->orphaned, &claim->attempt_id);
    return g_hash_table_contains(coverage->orphaned, &claim->execution_id) &&
           !g_hash_table_contains(coverage->covered, &claim->execution_id);
}

static gboolean is_covered(const VkpCoverage *coverage, const VkpClaim *claim)
{
    if (!vkp_uuid_is_nil(&claim->execution_id) && is_orphaned(coverage, claim))
        return FALSE;
    return g_hash_table_contains(coverage->covered, vkp_uuid_is_nil(&claim->attempt_id)
                                                        ? &claim->execution_id
                                                        : &claim->attempt_id);
}

static gboolean is_worktree_lost(const VkpCoverage *coverage, const VkpSubject *subject)
{
    const VkpClaim *claim = &subject->claim;
    const VkpPlaces *places = coverage->inquiry->input->places;
    const VkpFolder *folder = subject->process->folder;
    if (claim->attempt->is_worktree_deleted)
        return TRUE;
    if (!places)
        return FALSE;
    if (vkp_places_is_gone(places, &claim->attempt_id))
        return TRUE;
    const VkpAttempt *place = folder ? vkp_places_match(places, folder) : NULL;
    return place && vkp_uuid_equal(&place->id, &claim->attempt_id) &&
           vkp_places_is_lost(places, folder);
}

static VkpLeftoverReason find_reason(const VkpCoverage *coverage, const VkpSubject *subject)
{
    const VkpClaim *claim = &subject->claim;
    if (!claim->attempt)
        return VKP_LEFTOVER_ATTEMPT_DELETED;
    if (is_worktree_lost(coverage, subject))
        return VKP_LEFTOVER_WORKTREE_DELETED;
    return is_orphaned(coverage, claim) ? VKP_LEFTOVER_SERVER_GONE : VKP_LEFTOVER_EXECUTOR_EXITED;
}

VkpLeftoverReason vkp_leftover_judge(const VkpCoverage *coverage, const VkpSubject *subject)
{
    const VkpClaim *claim = &subject->claim;
    if (claim->evidence == VKP_EVIDENCE_NONE || subject->protection != VKP_PROTECTION_NONE ||
        subject->is_shared || vkp_shelter_has(subject) || vkp_process_is_dead(subject->process))
        return VKP_LEFTOVER_NONE;
    if (lacks_attempt(claim))
        return claim->is_deleted ? VKP_LEFTOVER_ATTEMPT_DELETED : VKP_LEFTOVER_NONE;
    if (claim->confidence < VKP_CONFIDENCE_STRONG || subject->is_run_by_server ||
        is_covered(coverage, claim))
        return VKP_LEFTOVER_NONE;
    return find_reason(coverage, subject);
}
