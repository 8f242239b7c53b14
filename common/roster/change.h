/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"

/* One difference between a roster and the next, as sent by ProcessChanged. */
typedef struct {
    VkpChangeKind kind;
    VkpMember *member; /* as it is now; for REMOVED as it was last */
} VkpChange;

void vkp_change_free(VkpChange *change);

/* The changes from `before` to `after`, removed ones first, then in roster order; as VkpChange.
 * Empty when only CPU and memory changed. */
GPtrArray *vkp_change_diff(const VkpRoster *before, const VkpRoster *after);

/* A new roster with the change applied: for a client that keeps its own copy. To remove an unknown
 * member or add one twice is no error. */
VkpRoster *vkp_change_apply(const VkpRoster *roster, const VkpChange *change);
