/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/crew.h"

/* Who answers for what a job freezes: lists before, thaws after. */
typedef struct VkpFreezer VkpFreezer;

/* `context` is borrowed and outlives the freezer. */
VkpFreezer *vkp_freezer_new(const VkpKillContext *context);
void vkp_freezer_free(VkpFreezer *freezer); /* takes NULL; nobody may be frozen any more */

/* Puts those who are in hand and not frozen yet on the list on disk. FALSE: that failed, and nobody
 * may be frozen. */
gboolean vkp_freezer_list(VkpFreezer *freezer, const VkpCrew *crew);

/* Whether nobody else would stop for it and stay so, or let it go on again. Notes as well whether
 * it keeps its group from being orphaned. */
gboolean vkp_freezer_may_stop(const VkpFreezer *freezer, const VkpCrew *crew, VkpTarget *target);

/* Whoever was frozen and lives nevertheless goes on, and the list forgets ours. */
void vkp_freezer_thaw(VkpFreezer *freezer, VkpCrew *crew);
