/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"
#include "service/turns.h"

/* The calls of Kill under way: each is answered when its every fate is known, and written to the
 * journal, whether its caller still listens or not. */
typedef struct VkpKillCalls VkpKillCalls;

/* Both are borrowed. `grace_ms` is that of calls that name none. */
VkpKillCalls *vkp_kill_calls_new(VkpManager *manager, VkpTurns *turns, guint grace_ms);

/* Takes NULL; after the turns. The manager is freed before both: calls still under way are answered
 * then, with KILL_FAILED. */
void vkp_kill_calls_free(VkpKillCalls *calls);

/* Writes to the journal that the call was refused before it came here, if it is one of Kill. NULL:
 * it is not known who called. Beyond some a minute, those refused later included, they are counted
 * only. */
void vkp_kill_calls_note_refusal(VkpKillCalls *calls, const VkpCaller *caller,
                                 sd_bus_message *message, const char *why);

/* Reads the arguments and lines up; returns what a method handler returns. */
int vkp_kill_calls_start(VkpKillCalls *calls, VkpCaller *caller, sd_bus_message *message,
                         sd_bus_error *bus_error);
