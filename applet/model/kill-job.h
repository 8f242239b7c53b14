/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/client.h"
#include "applet/model/kill-order.h"
#include "applet/model/victims.h"

/* One kill from the question to the answer: a dry run tells the victims, a person confirms or takes
 * some out, the real one runs, perhaps by force, and every fate is known at the end. What was shown
 * is what is sent: the job holds its own copies and never looks at a selection.
 *
 * Signals:
 *   "changed"   state, victims or results differ
 *   "over"      it came to DONE or FAILED; again after each time that survivors are forced */
#define VKP_TYPE_KILL_JOB (vkp_kill_job_get_type())
G_DECLARE_FINAL_TYPE(VkpKillJob, vkp_kill_job, VKP, KILL_JOB, GObject)

typedef enum {
    VKP_KILL_ASKING,     /* the dry run is under way */
    VKP_KILL_CONFIRMING, /* victims are known, nothing was signalled */
    VKP_KILL_CANCELLED,  /* nothing was, or will be */
    VKP_KILL_RUNNING,
    VKP_KILL_DONE,   /* results are known */
    VKP_KILL_FAILED, /* they are not: see vkp_kill_job_problem(); DONE once the list tells them */
} VkpKillState;

/* `order` is copied. */
VkpKillJob *vkp_kill_job_new(VkpClient *client, const VkpKillOrder *order);

/* Begins the dry run. */
void vkp_kill_job_ask(VkpKillJob *job);

/* Takes a victim in or out; only while CONFIRMING, and not protected ones. */
void vkp_kill_job_set_ticked(VkpKillJob *job, guint index, gboolean is_ticked);

/* Gives up; only while ASKING or CONFIRMING. */
void vkp_kill_job_cancel(VkpKillJob *job);

/* Sends the real one for those that are ticked and still there. */
void vkp_kill_job_confirm(VkpKillJob *job);

/* SIGKILL for those that were confirmed and are still there: joins a running job, or begins again
 * on survivors. */
void vkp_kill_job_force(VkpKillJob *job);

VkpKillState vkp_kill_job_state(VkpKillJob *job);
gboolean vkp_kill_job_is_over(VkpKillJob *job); /* DONE or FAILED */

/* Over, and not everything that was to end has ended, by itself or otherwise. */
gboolean vkp_kill_job_has_failed(VkpKillJob *job);

/* Whether `older` is over and has nothing to say beside this job: the same was asked for again, or
 * all that it left is killed here. */
gboolean vkp_kill_job_replaces(VkpKillJob *job, VkpKillJob *older);

/* Whether the service took a kill, or may have: before that nothing can have been killed. */
gboolean vkp_kill_job_was_sent(VkpKillJob *job);

/* Whether it is DONE by what the list says of a kill that was never answered. */
gboolean vkp_kill_job_is_told_by_list(VkpKillJob *job);

/* What was asked for; borrowed. With force once it came to that. */
const VkpKillOrder *vkp_kill_job_order(VkpKillJob *job);

const char *vkp_kill_job_problem(VkpKillJob *job); /* a sentence, borrowed; NULL: none */

/* Of VkpVictim, borrowed; empty until the dry run is over. */
const GPtrArray *vkp_kill_job_victims(VkpKillJob *job);

VkpKillCounts vkp_kill_job_count(VkpKillJob *job);
