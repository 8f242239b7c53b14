/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/client.h"
#include "applet/model/kill-order.h"
#include "applet/model/victims.h"

/* One kill from the question to the result: a dry run finds the victims, a person confirms them or
 * unticks some, the real kill runs, perhaps with force, and in the end every outcome is known.
 * Exactly what was shown is sent: the operation has its own copies and never looks at the
 * selection.
 *
 * Signals:
 *   "changed"   state, victims or results changed
 *   "over"      it became DONE or FAILED; also each time that survivors were killed by force */
#define VKP_TYPE_KILL_OPERATION (vkp_kill_operation_get_type())
G_DECLARE_FINAL_TYPE(VkpKillOperation, vkp_kill_operation, VKP, KILL_OPERATION, GObject)

typedef enum {
    VKP_KILL_ASKING,     /* the dry run is in flight */
    VKP_KILL_CONFIRMING, /* the victims are known, nothing was signalled */
    VKP_KILL_CANCELLED,  /* nothing was or will be signalled */
    VKP_KILL_RUNNING,
    VKP_KILL_DONE,   /* results are known, except those of lost victims, see victims.h */
    VKP_KILL_FAILED, /* results are not known, see its problem; DONE once the list shows them */
} VkpKillState;

/* `order` is copied. */
VkpKillOperation *vkp_kill_operation_new(VkpClient *client, const VkpKillOrder *order);

/* Begins the dry run. */
void vkp_kill_operation_ask(VkpKillOperation *operation);

/* Ticks or unticks a victim; only while CONFIRMING, and not a protected one. */
void vkp_kill_operation_set_ticked(VkpKillOperation *operation, guint index, gboolean is_ticked);

/* Cancels; only while ASKING or CONFIRMING. */
void vkp_kill_operation_cancel(VkpKillOperation *operation);

/* Sends the real kill for the victims that are ticked and still there. */
void vkp_kill_operation_confirm(VkpKillOperation *operation);

/* Sends a kill with SIGKILL for the confirmed victims that are still there: while the first one
 * runs, or afterwards for the survivors. */
void vkp_kill_operation_force(VkpKillOperation *operation);

/* One that is over may run again, see vkp_kill_operation_force(). */
VkpKillState vkp_kill_operation_state(VkpKillOperation *operation);
gboolean vkp_kill_operation_is_over(VkpKillOperation *operation); /* DONE or FAILED */

/* FAILED, or a victim did not end. (One that leaves the list afterwards need not have ended.) */
gboolean vkp_kill_operation_has_failed(VkpKillOperation *operation);

/* DONE, and all ticked victims are known to have ended. */
gboolean vkp_kill_operation_has_succeeded(VkpKillOperation *operation);

/* Whether `older` is over and its result is obsolete beside this operation: it is for the same
 * processes, or it kills all survivors of `older`. */
gboolean vkp_kill_operation_replaces(VkpKillOperation *operation, VkpKillOperation *older);

/* Whether a kill was sent that the service accepted or may have accepted; otherwise nothing can
 * have been killed. */
gboolean vkp_kill_operation_was_sent(VkpKillOperation *operation);

/* What was requested; borrowed. With `force` once vkp_kill_operation_force() was called. */
const VkpKillOrder *vkp_kill_operation_order(VkpKillOperation *operation);

/* Why it FAILED, a sentence; else NULL. Borrowed. */
const char *vkp_kill_operation_problem(VkpKillOperation *operation);

/* Of VkpVictim, borrowed; empty until the dry run is over. */
const GPtrArray *vkp_kill_operation_victims(VkpKillOperation *operation);

/* Counts its victims by their current state. */
VkpKillCounts vkp_kill_operation_count(VkpKillOperation *operation);
