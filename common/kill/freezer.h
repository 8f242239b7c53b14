/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/crew.h"

/* Keeps the list on disk (see frozen.h) of the processes that a job freezes, by SIGSTOP, and thaws
 * them, by SIGCONT. */
typedef struct VkpFreezer VkpFreezer;

/* `context` is borrowed and outlives the freezer. */
VkpFreezer *vkp_freezer_new(const VkpKillContext *context);
void vkp_freezer_free(VkpFreezer *freezer); /* takes NULL; nobody may be frozen any more */

/* Adds the targets that are in hand (see target.h) and not frozen yet to the list. FALSE: that
 * failed, and none may be frozen. */
gboolean vkp_freezer_list(VkpFreezer *freezer, const VkpCrew *crew);

/* Whether the target may be frozen: it is in hand, and no process outside the job would stop
 * because of that and stay stopped, or would continue it again. Also notes whether it keeps its
 * process group from being orphaned. */
gboolean vkp_freezer_may_stop(const VkpFreezer *freezer, const VkpCrew *crew, VkpTarget *target);

/* Thaws the targets that were frozen and are still alive, and takes this job's off the list. */
void vkp_freezer_thaw(VkpFreezer *freezer, VkpCrew *crew);
