/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Finds the processes ("movers") that have run since the last call: only they can have opened a
 * file since. */
typedef struct VkpMovers VkpMovers;

VkpMovers *vkp_movers_new(VkpReader *reader); /* borrowed, outlives the movers */
void vkp_movers_free(VkpMovers *movers);      /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMovers, vkp_movers_free)

/* Those of the snapshot that are new or have used CPU time since the last call, and those in
 * `always` (pid_t; NULL: none). All, where CPU clocks cannot be read. */
VkpSnapshot *vkp_movers_dup(VkpMovers *movers, const VkpSnapshot *snapshot, const GArray *always);
