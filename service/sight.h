/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"

/* What the service cannot see or do at the moment, as bits: the values of the property Degraded. */
typedef enum {
    VKP_DEGRADED_ENVIRONMENT_HIDDEN = 1 << 0,
    VKP_DEGRADED_FOLDER_HIDDEN = 1 << 1,
    VKP_DEGRADED_REGISTRY_UNAVAILABLE = 1 << 2,
    VKP_DEGRADED_ROWS_SKIPPED = 1 << 3,
} VkpDegraded;

/* The word on the bus for one bit. Static. */
const char *vkp_degraded_to_string(VkpDegraded degraded);

/* Which of the first two hold for a scan of this user's processes. */
guint vkp_sight_find_hidden(const VkpSnapshot *snapshot, uid_t uid);
