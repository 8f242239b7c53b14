/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"
#include "common/store/registry.h"

/* What was seen earlier of processes that are still alive: above all their strong ties. Evidence
 * may disappear (a parent exits, an environment is overwritten), but where a process came from does
 * not. */
typedef struct VkpMemory VkpMemory;

VkpMemory *vkp_memory_new(void);
void vkp_memory_free(VkpMemory *memory); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMemory, vkp_memory_free)

/* The tie that is remembered of exactly this process; borrowed or NULL. */
const VkpRemembered *vkp_memory_lookup(const VkpMemory *memory, VkpIdentity identity);

/* Its parent when this run of the service first saw it, or 0 when not known. If it has another one
 * now, it was reparented because that one died. */
pid_t vkp_memory_first_parent(const VkpMemory *memory, VkpIdentity identity);

/* The marks that it had borrowed from a server (see VkpBorrowedMarks) when this run of the service
 * last saw both. The pointer is borrowed or NULL. Not kept beyond this run. */
const VkpBorrowedMarks *vkp_memory_lookup_borrowed(const VkpMemory *memory, VkpIdentity identity);

/* The shelter (see VkpShelter) in which this run of the service saw it last. The pointer is
 * borrowed or NULL. Not kept beyond this run. */
const VkpShelter *vkp_memory_lookup_shelter(const VkpMemory *memory, VkpIdentity identity);

/* Adds what an earlier run of the service saw (VkpRemembered), for processes of which this run has
 * nothing. */
void vkp_memory_load(VkpMemory *memory, const GArray *remembered);

/* Learns from the roster the strong ties, borrowed marks and shelters. Returns whether anything
 * changed that is stored in the registry. */
gboolean vkp_memory_learn(VkpMemory *memory, const VkpRoster *roster);

typedef gboolean (*VkpMemoryHasEnded)(VkpIdentity identity, void *data);

/* Forgets the processes for which `has_ended` returns TRUE, and no others: that a process is no
 * member or cannot be seen may be temporary. Returns whether anything changed. */
gboolean vkp_memory_forget(VkpMemory *memory, VkpMemoryHasEnded has_ended, void *data);

/* All of it, as VkpRemembered; the caller frees it. */
GArray *vkp_memory_to_array(const VkpMemory *memory);
