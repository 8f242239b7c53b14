/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/orphans.h"

#include "common/roster/claim.h"
#include "common/roster/registered.h"

static VkpOrphanGroup *find_orphans(const VkpInquiry *inquiry, pid_t leader)
{
    return (VkpOrphanGroup *)g_hash_table_lookup(inquiry->orphan_groups, GINT_TO_POINTER(leader));
}

/* Of several leaders with that pid the latest that is not younger than its group is meant. */
static void offer_leader(VkpOrphanGroup *orphans, const VkpClaim *claim, gint64 started_usec)
{
    if (vkp_start_is_too_old(orphans->oldest_usec, started_usec) ||
        (orphans->claim.evidence != VKP_EVIDENCE_NONE &&
         orphans->leader_started_usec >= started_usec))
        return;
    orphans->claim = *claim;
    orphans->leader_started_usec = started_usec;
}

static void offer_pid_column(VkpInquiry *inquiry, const VkpExecution *execution)
{
    VkpOrphanGroup *orphans = find_orphans(inquiry, execution->pid);
    if (!orphans ||
        !vkp_start_can_be_of_this_boot(inquiry->input->snapshot, execution->started_at_usec))
        return;
    VkpClaim claim = vkp_registered_claim(inquiry, execution);
    offer_leader(orphans, &claim, execution->started_at_usec);
}

static gint64 ticks_to_usec(const VkpSnapshot *snapshot, guint64 ticks)
{
    guint64 usec = vkp_ticks_to_usec(ticks, vkp_snapshot_ticks_per_second(snapshot));
    return (gint64)(vkp_snapshot_boot_time_usec(snapshot) + usec);
}

static void offer_registration(VkpInquiry *inquiry, const VkpRegistration *registration)
{
    VkpOrphanGroup *orphans = find_orphans(inquiry, registration->identity.pid);
    const VkpExecution *execution =
        vkp_board_lookup_execution(inquiry->input->board, &registration->execution_id);
    if (!orphans || !execution || registration->identity.start_ticks > orphans->oldest_ticks)
        return;
    VkpClaim claim = vkp_registered_claim(inquiry, execution);
    gint64 started_usec =
        ticks_to_usec(inquiry->input->snapshot, registration->identity.start_ticks);
    offer_leader(orphans, &claim, started_usec);
}

/* The kernel keeps a number taken while a group or session uses it. Still the leader may have died,
 * its group emptied, and the number gone to a stranger that led a group and died as well. So one
 * member must prove the link: it started soon after the leader and while its execution ran, or it
 * carries the attempt's marks, or it is remembered for the attempt. */
static gboolean proves(const VkpInquiry *inquiry, const VkpSubject *member,
                       const VkpOrphanGroup *orphans)
{
    guint64 start_usec = member->process->start_time_usec;
    if (vkp_start_fits(start_usec, orphans->leader_started_usec) &&
        !vkp_execution_is_over(orphans->claim.execution, start_usec))
        return TRUE;
    VkpClaim own = {0};
    if (vkp_claim_read_marks(inquiry, member, &own) == VKP_MARKS_CLAIM &&
        vkp_claim_agrees(&own, &orphans->claim))
        return TRUE;
    const VkpMemory *memory = inquiry->input->memory;
    const VkpRemembered *seen =
        memory ? vkp_memory_lookup(memory, member->process->identity) : NULL;
    return seen && vkp_uuid_equal(&seen->attempt_id, &orphans->claim.attempt_id);
}

static void bind_orphans(VkpInquiry *inquiry)
{
    for (guint i = 0; i < inquiry->n; i++) {
        const VkpSubject *member = &inquiry->subjects[i];
        const pid_t leaders[] = {member->process->group, member->process->session};
        for (guint j = 0; member->is_candidate && j < G_N_ELEMENTS(leaders); j++) {
            VkpOrphanGroup *orphans = find_orphans(inquiry, leaders[j]);
            if (orphans && orphans->claim.evidence != VKP_EVIDENCE_NONE && !orphans->is_bound)
                orphans->is_bound = proves(inquiry, member, orphans);
        }
    }
}

void vkp_orphans_find(VkpInquiry *inquiry)
{
    const GArray *registrations = inquiry->input->registrations;
    for (guint i = 0; registrations && i < registrations->len; i++)
        offer_registration(inquiry, &g_array_index(registrations, VkpRegistration, i));
    for (guint i = 0; i < vkp_board_n_executions(inquiry->input->board); i++) {
        const VkpExecution *execution = vkp_board_execution_at(inquiry->input->board, i);
        if (execution->pid > 0)
            offer_pid_column(inquiry, execution);
    }
    bind_orphans(inquiry);
}
