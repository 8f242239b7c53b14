/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/build.h"

#include "common/roster/claim.h"
#include "common/roster/evidence.h"
#include "common/roster/executor.h"
#include "common/roster/leftover.h"
#include "common/roster/orphans.h"
#include "common/roster/registered.h"
#include "common/roster/session.h"
#include "common/roster/shelter.h"
#include "common/roster/tie.h"

/* Who belongs to what is decided in steps, each in a file of its own:
 *
 *   subject     links the processes among each other and puts parents before children
 *   registered  finds the executions' own processes
 *   session     finds what serves the user's whole session without having a name for it
 *   orphans     finds the groups and sessions whose registered leader is gone
 *   evidence    weighs, one process after another, its marks (claim), group, ancestors, memory and
 *               folder; what one process is decides about its descendants
 *   shelter     (a part of that) finds who comes from a daemon that serves the whole user
 *   executor    follows launchers from the registered processes to the agents
 *   leftover    asks whether a living executor still covers the attempt
 *   tie         writes it all out
 *
 * Each step is linear in processes and rows, and none recurses. The rule throughout: where two
 * readings are possible, the one that ties less wins, because a process that was spared by mistake
 * can still be ended by hand. */

static VkpMember *write_member(const VkpCoverage *coverage, const VkpSubject *subject)
{
    VkpMember *member = vkp_member_new(vkp_process_ref(subject->process));
    vkp_tie_fill(&member->tie, subject);
    member->tie.leftover_reason = vkp_leftover_judge(coverage, subject);
    return member;
}

static void write_borrowed(const VkpInquiry *inquiry, VkpRoster *roster)
{
    for (guint i = 0; i < inquiry->n; i++) {
        if (!inquiry->subjects[i].has_borrowed_marks)
            continue;
        VkpBorrowedMarks borrowed = vkp_claim_borrowed(&inquiry->subjects[i]);
        vkp_roster_add_borrowed(roster, &borrowed);
    }
}

static void write_shelters(const VkpInquiry *inquiry, VkpRoster *roster)
{
    for (guint i = 0; i < inquiry->n; i++) {
        VkpShelter shelter;
        if (vkp_shelter_describe(inquiry, &inquiry->subjects[i], &shelter))
            vkp_roster_add_shelter(roster, &shelter);
    }
}

VkpRoster *vkp_roster_build(const VkpRosterInput *input)
{
    VkpInquiry inquiry;
    vkp_inquiry_begin(&inquiry, input);
    vkp_claim_note_old_ids(&inquiry);
    vkp_claim_note_borrowed(&inquiry);
    vkp_registered_find(&inquiry);
    vkp_session_note_services(&inquiry);
    vkp_shelter_note_daemons(&inquiry);
    vkp_orphans_find(&inquiry);
    for (guint i = 0; i < inquiry.n; i++)
        vkp_evidence_decide(&inquiry, &inquiry.subjects[inquiry.order[i]]);
    vkp_executor_flag(&inquiry);

    VkpRoster *roster = vkp_roster_new();
    VkpCoverage *coverage = vkp_coverage_new(&inquiry);
    for (guint i = 0; i < inquiry.n; i++)
        if (inquiry.subjects[i].claim.evidence != VKP_EVIDENCE_NONE)
            vkp_roster_add(roster, write_member(coverage, &inquiry.subjects[i]));
    write_borrowed(&inquiry, roster);
    write_shelters(&inquiry, roster);
    vkp_coverage_free(coverage);
    vkp_inquiry_end(&inquiry);
    vkp_roster_seal(roster);
    return roster;
}
