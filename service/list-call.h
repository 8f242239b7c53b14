/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/manager.h"
#include "service/turns.h"

/* Reads the arguments of a List and queues it; returns what a method handler returns. `manager` and
 * `caller` outlive the turns. */
int vkp_list_call_start(VkpTurns *turns, VkpManager *manager, VkpCaller *caller,
                        sd_bus_message *message, sd_bus_error *bus_error);
