/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "common/kill/plan.h"
#include "common/roster/roster.h"
#include "service/sight.h"

/* Our values to the bus. All return 0 or a negative errno of sd-bus; text is made valid first, so
 * that none is lost on the way. */

/* One process as a{sv}. */
int vkp_encode_member(sd_bus_message *message, const VkpMember *member);

/* The members (VkpMember) as aa{sv}. -E2BIG when they are more than one reply may hold; the message
 * is good for nothing then. */
int vkp_encode_members(sd_bus_message *message, const GPtrArray *members);

/* The answer to Kill: both counts and the results (VkpResult) as aa{sv}. What is done is done, so
 * this is no error when it is too much for one reply: the counts are of all, the results as many as
 * fit. Both are 0 where nothing was to be done. */
int vkp_encode_results(sd_bus_message *message, const GPtrArray *results, gboolean is_dry_run);

/* Everybody's usage as a(sdt). */
int vkp_encode_usage(sd_bus_message *message, const VkpRoster *roster);

/* A string that need not be valid. */
int vkp_encode_text(sd_bus_message *message, const char *text);

/* The bits (VkpDegraded) as words, as. */
int vkp_encode_degraded(sd_bus_message *message, guint degraded);
