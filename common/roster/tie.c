/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/tie.h"

static VkpKind find_kind(const VkpSubject *subject)
{
    const VkpClaim *claim = &subject->claim;
    if (subject->is_executor || claim->evidence == VKP_EVIDENCE_REGISTERED)
        return claim->execution ? claim->execution->kind : VKP_KIND_UNKNOWN;
    return VKP_KIND_CHILD;
}

static void name_by_board(VkpTie *tie, const VkpAttempt *attempt)
{
    tie->task_id = attempt->task_id;
    tie->project_id = attempt->project_id;
    vkp_tie_set_string(&tie->project_name, attempt->project_name);
    vkp_tie_set_string(&tie->task_title, attempt->task_title);
    vkp_tie_set_string(&tie->attempt_name, attempt->name);
    vkp_tie_set_string(&tie->branch, attempt->branch);
    vkp_tie_set_string(&tie->agent, attempt->agent);
}

static void name_by_marks(VkpTie *tie, const VkpMarks *marks)
{
    tie->task_id = marks->task_id;
    tie->project_id = marks->project_id;
    vkp_tie_set_string(&tie->project_name, marks->project_name);
    vkp_tie_set_string(&tie->branch, marks->branch);
}

void vkp_tie_fill(VkpTie *tie, const VkpSubject *subject)
{
    const VkpClaim *claim = &subject->claim;
    tie->evidence = claim->evidence;
    tie->confidence = claim->confidence;
    tie->kind = find_kind(subject);
    tie->is_executor = subject->is_executor;
    tie->is_protected = subject->protection != VKP_PROTECTION_NONE;
    tie->is_shared_daemon = subject->is_shared;
    tie->attempt_id = claim->attempt_id;
    tie->execution_id = claim->execution_id;
    if (claim->attempt)
        name_by_board(tie, claim->attempt);
    else if (claim->marks)
        name_by_marks(tie, claim->marks);
    if (!claim->execution)
        return;
    tie->execution_status = claim->execution->status;
    if (claim->execution->agent)
        vkp_tie_set_string(&tie->agent, claim->execution->agent);
}
