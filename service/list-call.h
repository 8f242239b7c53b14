/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/caller.h"
#include "service/manager.h"

/* The calls of List under way. They are the dearest that anybody may ask for without end, so they
 * are not answered as they come, but one at a time, after whatever else is waiting on the bus (yet
 * some each second even if something always is), and each caller in his turn: who sends a thousand
 * waits for them, the others don't. */
typedef struct VkpListCalls VkpListCalls;

/* `manager` is borrowed and outlives the calls. NULL and error when `bus` has no loop. */
VkpListCalls *vkp_list_calls_new(sd_bus *bus, VkpManager *manager, GError **error);

/* Takes NULL. Calls that still wait are given up. */
void vkp_list_calls_free(VkpListCalls *calls);

/* Reads the arguments and lines up; returns what a method handler returns. */
int vkp_list_calls_start(VkpListCalls *calls, VkpCaller *caller, sd_bus_message *message,
                         sd_bus_error *bus_error);
