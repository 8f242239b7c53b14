/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-bus.h>

#include "common/kill/plan.h"
#include "common/roster/roster.h"
#include "service/sight.h"

/* Encodes our values for the bus. All return 0 or a negative errno of sd-bus; text is made valid
 * first, as sd-bus would refuse it otherwise. */

/* One process as a{sv}. */
int vkp_encode_member(sd_bus_message *message, const VkpMember *member);

/* The members (VkpMember) as aa{sv}. -E2BIG when they are too much for one reply; then the message
 * must not be used any more. */
int vkp_encode_members(sd_bus_message *message, const GPtrArray *members);

/* The reply of Kill: both counts and the results (VkpResult) as aa{sv}. It is no error if the
 * results are too much for one reply, as the kill is done: then as many as fit are sent, while the
 * counts are of all. In a dry run both counts are 0. */
int vkp_encode_results(sd_bus_message *message, const GPtrArray *results, gboolean is_dry_run);

/* The usage of all members as a(sdt). */
int vkp_encode_usage(sd_bus_message *message, const VkpRoster *roster);

/* A string, which is made valid. */
int vkp_encode_text(sd_bus_message *message, const char *text);

/* The bits (VkpDegraded) as words, as. */
int vkp_encode_degraded(sd_bus_message *message, guint degraded);
