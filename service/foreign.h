/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/store/board.h"

/* What another board says that matters for ours. Both add to a set of VkpUuid *. */

/* All ids that stand in it. */
void vkp_foreign_add_ids(GHashTable *ids, const VkpBoard *other);

/* The attempts of ours of which it has executions that ours lacks: one is a copy of the other, and
 * its server has gone on with them. */
void vkp_foreign_add_continued(GHashTable *attempts, const VkpBoard *ours, const VkpBoard *other);
