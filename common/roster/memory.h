/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"
#include "common/store/registry.h"

/* The strong ties seen so far of processes that still live: evidence may vanish, origin does not.
 */
typedef struct VkpMemory VkpMemory;

VkpMemory *vkp_memory_new(void);
void vkp_memory_free(VkpMemory *memory); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMemory, vkp_memory_free)

/* What is remembered of this very process; borrowed or NULL. */
const VkpRemembered *vkp_memory_lookup(const VkpMemory *memory, VkpIdentity identity);

/* Its parent when this run first saw it, or 0 when not known. Another one now means that the first
 * has died: a parent never changes otherwise. */
pid_t vkp_memory_first_parent(const VkpMemory *memory, VkpIdentity identity);

/* Which of its marks a server had lent it when this run last saw them both, perhaps long ago;
 * borrowed or NULL. Not kept beyond this run. */
const VkpBorrowedMarks *vkp_memory_lookup_borrowed(const VkpMemory *memory, VkpIdentity identity);

/* By which shared daemon this run has seen it sheltered, perhaps long ago; borrowed or NULL. Not
 * kept beyond this run. */
const VkpShelter *vkp_memory_lookup_shelter(const VkpMemory *memory, VkpIdentity identity);

/* Takes in what an earlier run of the service had seen (VkpRemembered), of processes that this one
 * has not. */
void vkp_memory_load(VkpMemory *memory, const GArray *remembered);

/* Learns the roster's strong members, whose marks are a server's, and who is sheltered. Returns
 * whether anything changed that is stored. */
gboolean vkp_memory_learn(VkpMemory *memory, const VkpRoster *roster);

typedef gboolean (*VkpMemoryHasEnded)(VkpIdentity identity, void *data);

/* Forgets the processes of which `has_ended` says so, and nobody else: being no member, or not
 * being seen, may pass. Returns whether anything changed. */
gboolean vkp_memory_forget(VkpMemory *memory, VkpMemoryHasEnded has_ended, void *data);

/* All of it, as VkpRemembered; the caller frees it. */
GArray *vkp_memory_to_array(const VkpMemory *memory);
