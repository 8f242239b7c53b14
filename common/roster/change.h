/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"

/* A step from one roster to the next, as ProcessChanged tells it. */
typedef struct {
    VkpChangeKind kind;
    VkpMember *member; /* the new facts; for REMOVED the last known ones */
} VkpChange;

void vkp_change_free(VkpChange *change);

/* The steps from `before` to `after`, removed first, then in roster order; as VkpChange. Empty when
 * only CPU and memory moved. */
GPtrArray *vkp_change_diff(const VkpRoster *before, const VkpRoster *after);

/* A new roster with the step done: for a client that keeps its own copy. An unknown removal and a
 * repeated addition are fine. */
VkpRoster *vkp_change_apply(const VkpRoster *roster, const VkpChange *change);
