/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "service/manager.h"
#include "service/turns.h"

/* The calls of Kill in flight: each is answered when all its outcomes are known, and written to the
 * journal, even if its caller has left the bus. */
typedef struct VkpKillCalls VkpKillCalls;

/* Both are borrowed. `grace_ms` is the grace period of calls that give none. */
VkpKillCalls *vkp_kill_calls_new(VkpManager *manager, VkpTurns *turns, guint grace_ms);

/* Takes NULL. To be freed after the turns. The manager is freed before both, which answers calls in
 * flight with KILL_FAILED. */
void vkp_kill_calls_free(VkpKillCalls *calls);

/* Writes to the journal that a call was refused before it came here, if it is one of Kill. `caller`
 * NULL: not known. If there are too many refusals in a minute, those after parsing included, the
 * rest is only counted. */
void vkp_kill_calls_note_refusal(VkpKillCalls *calls, const VkpCaller *caller,
                                 sd_bus_message *message, const char *why);

/* Reads the arguments and queues the call; returns what a method handler returns. */
int vkp_kill_calls_start(VkpKillCalls *calls, VkpCaller *caller, sd_bus_message *message,
                         sd_bus_error *bus_error);
