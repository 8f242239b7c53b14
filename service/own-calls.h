/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <systemd/sd-bus.h>

/* sd-bus itself answers introspection, pings and malformed calls, but only when they come in. If
 * such a call was held then (see caller.h), we make the same call to ourselves through the bus, and
 * pass the reply on. */
typedef struct VkpOwnCalls VkpOwnCalls;

/* `bus` is borrowed and outlives the calls. */
VkpOwnCalls *vkp_own_calls_new(sd_bus *bus);

/* Takes NULL. Drops calls still in flight. */
void vkp_own_calls_free(VkpOwnCalls *calls);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpOwnCalls, vkp_own_calls_free)

/* Whether we sent this incoming message ourselves. */
gboolean vkp_own_calls_is_one(const VkpOwnCalls *calls, sd_bus_message *message);

/* Makes the call; returns what a method handler returns. */
int vkp_own_calls_start(VkpOwnCalls *calls, sd_bus_message *message);
