/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/executor.h"

#include "common/roster/claim.h"
#include "common/roster/launcher.h"

/* The next one behind a launcher, or NULL: with several children it cannot be told which is the
 * agent. */
static VkpSubject *find_launched(const VkpInquiry *inquiry, const VkpSubject *launcher)
{
    if (launcher->n_children != 1)
        return NULL;
    VkpSubject *child = vkp_subject_at(inquiry, launcher->last_child);
    if (!child || !child->is_candidate || child->is_shared || child->is_executor ||
        child->claim.evidence == VKP_EVIDENCE_REGISTERED ||
        child->claim.confidence < VKP_CONFIDENCE_HEREDITARY ||
        !vkp_claim_agrees(&launcher->claim, &child->claim))
        return NULL;
    return vkp_launcher_is(launcher->process, child->process) ? child : NULL;
}

void vkp_executor_flag(VkpInquiry *inquiry)
{
    for (guint i = 0; i < inquiry->n; i++) {
        VkpSubject *subject = &inquiry->subjects[i];
        if (subject->claim.evidence != VKP_EVIDENCE_REGISTERED ||
            vkp_process_is_dead(subject->process))
            continue;
        /* Each step flags one that was not flagged, so this ends. */
        for (; subject; subject = find_launched(inquiry, subject))
            subject->is_executor = TRUE;
    }
}
