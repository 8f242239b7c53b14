/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"
#include "common/roster/roster.h"
#include "common/store/registry.h"

/* Which registrations should be kept in the registry, as their evidence may disappear. */

/* The registered members of this roster that are not among `known` (VkpRegistration): those found
 * as children of the server or by the board's pid column. Once the server is gone, nothing else
 * shows that they were executors. As VkpRegistration; the caller frees it. */
GArray *vkp_registrations_find_new(const VkpRoster *roster, const GArray *known);

/* Whether the registration is still of use: the process is alive, or others are in the process
 * group or session that it led. */
gboolean vkp_registration_is_in_use(const VkpRegistration *registration,
                                    const VkpSnapshot *snapshot);
