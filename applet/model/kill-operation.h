/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/client.h"
#include "applet/model/kill-order.h"
#include "applet/model/victims.h"

/* One kill from the question to the answer: a dry run tells the victims, a person confirms or takes
 * some out, the real one runs, perhaps by force, and every fate is known at the end. What was shown
 * is what is sent: the operation holds its own copies and never looks at a selection.
 *
 * Signals:
 *   "changed"   state, victims or results differ
 *   "over"      it came to DONE or FAILED; again after each time that survivors are forced */
#define VKP_TYPE_KILL_OPERATION (vkp_kill_operation_get_type())
G_DECLARE_FINAL_TYPE(VkpKillOperation, vkp_kill_operation, VKP, KILL_OPERATION, GObject)

typedef enum {
    VKP_KILL_ASKING,     /* the dry run is under way */
    VKP_KILL_CONFIRMING, /* victims are known, nothing was signalled */
    VKP_KILL_CANCELLED,  /* nothing was, or will be */
    VKP_KILL_RUNNING,
    VKP_KILL_DONE,   /* results are known, but of those that were lost */
    VKP_KILL_FAILED, /* they are not, see its problem; DONE once the list tells them */
} VkpKillState;

/* `order` is copied. */
VkpKillOperation *vkp_kill_operation_new(VkpClient *client, const VkpKillOrder *order);

/* Begins the dry run. */
void vkp_kill_operation_ask(VkpKillOperation *operation);

/* Takes a victim in or out; only while CONFIRMING, and not protected ones. */
void vkp_kill_operation_set_ticked(VkpKillOperation *operation, guint index, gboolean is_ticked);

/* Gives up; only while ASKING or CONFIRMING. */
void vkp_kill_operation_cancel(VkpKillOperation *operation);

/* Sends the real one for those that are ticked and still there. */
void vkp_kill_operation_confirm(VkpKillOperation *operation);

/* SIGKILL for those that were confirmed and are still there: joins a running operation, or begins
 * again on survivors. */
void vkp_kill_operation_force(VkpKillOperation *operation);

/* How far it is. One that is over may run again, see force. */
VkpKillState vkp_kill_operation_state(VkpKillOperation *operation);
gboolean vkp_kill_operation_is_over(VkpKillOperation *operation); /* DONE or FAILED */

/* FAILED, or somebody did not end. Who leaves the list afterwards need not have ended. */
gboolean vkp_kill_operation_has_failed(VkpKillOperation *operation);

/* DONE, and everything that was to end is known to have ended. */
gboolean vkp_kill_operation_has_succeeded(VkpKillOperation *operation);

/* Whether `older` is over and has nothing to say beside this operation: the same was asked for
 * again, or all that it left is killed here. */
gboolean vkp_kill_operation_replaces(VkpKillOperation *operation, VkpKillOperation *older);

/* Whether the service took a kill, or may have: before that nothing can have been killed. */
gboolean vkp_kill_operation_was_sent(VkpKillOperation *operation);

/* What was asked for; borrowed. With force once it came to that. */
const VkpKillOrder *vkp_kill_operation_order(VkpKillOperation *operation);

/* Why it FAILED, a sentence; else NULL. Borrowed. */
const char *vkp_kill_operation_problem(VkpKillOperation *operation);

/* Of VkpVictim, borrowed; empty until the dry run is over. */
const GPtrArray *vkp_kill_operation_victims(VkpKillOperation *operation);

/* How its victims stand now. */
VkpKillCounts vkp_kill_operation_count(VkpKillOperation *operation);
