/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/view/rows.h"

/* The busiest tasks that have anything to kill, for a menu: by CPU, then by the number of
 * processes. A task keeps its slot as long as it is among them, so that an entry does not change
 * under the pointer. */
typedef struct VkpBusiest VkpBusiest;

/* All `n_slots` are free until the first update. */
VkpBusiest *vkp_busiest_new(guint n_slots);
void vkp_busiest_free(VkpBusiest *busiest); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpBusiest, vkp_busiest_free)

/* Frees the slots of tasks that are not among the busiest any more and gives them to new ones. */
void vkp_busiest_update(VkpBusiest *busiest, const VkpRows *rows);

/* The task (or the attempt that has none) in that slot; borrowed from `rows`. NULL: free. */
const VkpRow *vkp_busiest_at(const VkpBusiest *busiest, const VkpRows *rows, guint slot);
