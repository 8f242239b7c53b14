/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/executor.h"

#include "common/roster/claim.h"
#include "common/roster/launcher.h"

static gboolean is_of_agent(const VkpSubject *subject)
{
    const VkpExecution *execution = subject->claim.execution;
    return execution && execution->kind == VKP_KIND_CODING_AGENT;
}

/* A script in front of an agent sets up its environment; what another script runs is its work. */
static gboolean launches(const VkpSubject *launcher, const VkpSubject *child, gboolean an_agent)
{
    return vkp_launcher_is(launcher->process, child->process) ||
           (an_agent && vkp_launcher_is_shell(launcher->process));
}

static gboolean is_launched(const VkpSubject *launcher, const VkpSubject *child, gboolean an_agent)
{
    return child->is_candidate && !child->is_shared && !child->is_executor &&
           child->claim.evidence != VKP_EVIDENCE_REGISTERED &&
           child->claim.confidence >= VKP_CONFIDENCE_HEREDITARY &&
           vkp_claim_agrees(&launcher->claim, &child->claim) && launches(launcher, child, an_agent);
}

/* Appends those behind a launcher to `found`. Which of several is the agent cannot be told: all of
 * them may be, and an agent must not be hit by mistake. What another script runs is not looked
 * for among several. */
static void find_launched(const VkpInquiry *inquiry, const VkpSubject *launcher, gboolean an_agent,
                          GArray *found)
{
    if (launcher->n_children == 0 || (launcher->n_children > 1 && !an_agent))
        return;
    const VkpSnapshot *snapshot = inquiry->input->snapshot;
    const GPtrArray *children = vkp_snapshot_children(snapshot, launcher->process->identity.pid);
    for (guint i = 0; i < children->len; i++) {
        const VkpProcess *process = (const VkpProcess *)children->pdata[i];
        gint index = vkp_inquiry_find(inquiry, process->identity.pid);
        const VkpSubject *child = vkp_subject_at(inquiry, index);
        if (child && vkp_subject_at(inquiry, child->parent) == launcher &&
            !vkp_process_is_dead(process) && is_launched(launcher, child, an_agent))
            g_array_append_val(found, index);
    }
}

/* Each is flagged once, so this ends. */
static void flag_from(VkpInquiry *inquiry, gint first)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(gint));
    gboolean an_agent = is_of_agent(&inquiry->subjects[first]);
    g_array_append_val(found, first);
    for (guint i = 0; i < found->len; i++) {
        VkpSubject *subject = &inquiry->subjects[g_array_index(found, gint, i)];
        subject->is_executor = TRUE;
        find_launched(inquiry, subject, an_agent, found);
    }
}

void vkp_executor_flag(VkpInquiry *inquiry)
{
    for (guint i = 0; i < inquiry->n; i++) {
        const VkpSubject *subject = &inquiry->subjects[i];
        if (subject->claim.evidence == VKP_EVIDENCE_REGISTERED &&
            !vkp_process_is_dead(subject->process))
            flag_from(inquiry, (gint)i);
    }
}
