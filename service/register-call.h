/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/manager.h"
#include "service/turns.h"

/* Reads the arguments of a RegisterProcess and lines it up; returns what a method handler returns.
 * All but the message and the error outlive the turns. */
int vkp_register_call_start(VkpTurns *turns, VkpManager *manager, VkpCaller *caller,
                            sd_bus_message *message, sd_bus_error *bus_error);
