/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* Introspection, pings and what is wrong with a call are answered inside of sd-bus, and only while
 * the call comes in. One that was held then is made once more, by us to ourselves through the bus,
 * and the answer passed on. */
typedef struct VkpOwnCalls VkpOwnCalls;

/* `bus` is borrowed and outlives the calls. */
VkpOwnCalls *vkp_own_calls_new(sd_bus *bus);

/* Takes NULL. Calls still under way are given up. */
void vkp_own_calls_free(VkpOwnCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpOwnCalls, vkp_own_calls_free)

/* Whether the message that comes in is one that we sent. */
gboolean vkp_own_calls_is_one(const VkpOwnCalls *calls, sd_bus_message *message);

/* Makes the call; returns what a method handler returns. */
int vkp_own_calls_start(VkpOwnCalls *calls, sd_bus_message *message);
