/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "common/kill/plan.h"
#include "common/roster/filter.h"

/* Decodes arguments from the bus. They are untrusted: their size is limited, and what is wrong is
 * refused with a message that names the offending word and lists the valid ones. */

/* Reads the a{sv} at the message's read pointer. FALSE and INVALID_FILTER or LIMITS_EXCEEDED; then
 * *filter is cleared. */
gboolean vkp_decode_filter(sd_bus_message *message, VkpFilter *filter, GError **error);

/* The same for Kill's options, with defaults where a key is missing; `grace_ms` is that of the
 * grace period. FALSE and INVALID_OPTION or LIMITS_EXCEEDED; then *options is cleared. */
gboolean vkp_decode_kill_options(sd_bus_message *message, guint grace_ms, VkpKillOptions *options,
                                 GError **error);
