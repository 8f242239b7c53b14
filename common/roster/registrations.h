/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"
#include "common/roster/roster.h"
#include "common/store/registry.h"

/* What of a roster should be kept in the registry, so that it outlives the evidence. */

/* The executions' own processes of this roster that are not among `known` (VkpRegistration): those
 * seen as children of the server or by the board's pid column. Once the server is gone nothing else
 * tells that they were executors. As VkpRegistration; the caller frees it. */
GArray *vkp_registrations_find_new(const VkpRoster *roster, const GArray *known);

/* Whether the registration still says anything: the process lives, or it is gone and others are in
 * the group or session that it led. */
gboolean vkp_registration_is_in_use(const VkpRegistration *registration,
                                    const VkpSnapshot *snapshot);
