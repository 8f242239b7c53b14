/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/store/board.h"

/* What matters of another board for ours. Both add to a set of VkpUuid *. */

/* All ids on it. */
void vkp_foreign_add_ids(GHashTable *ids, const VkpBoard *other);

/* Attempts that are on both, of which the other board has executions that ours lacks: one board is
 * a copy of the other, and the other's server has continued these attempts. */
void vkp_foreign_add_continued(GHashTable *attempts, const VkpBoard *ours, const VkpBoard *other);
