/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "common/kill/plan.h"
#include "common/roster/filter.h"

/* Arguments from the bus to our values. Everything in them is a stranger's: bounded, and refused
 * with a sentence that names the offending word and lists the valid ones. */

/* Reads the a{sv} at the message's read pointer. INVALID_FILTER or LIMITS_EXCEEDED; then *filter is
 * cleared. */
gboolean vkp_decode_filter(sd_bus_message *message, VkpFilter *filter, GError **error);

/* The same for Kill's options, with the defaults where a key is missing, `grace_ms` among them.
 * INVALID_OPTION or LIMITS_EXCEEDED; then *options is cleared. */
gboolean vkp_decode_kill_options(sd_bus_message *message, guint grace_ms, VkpKillOptions *options,
                                 GError **error);
