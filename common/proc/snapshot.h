/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/process.h"

/* All processes at one moment. Shared and immutable once sealed. */
typedef struct VkpSnapshot VkpSnapshot;

/* An unsealed snapshot, to be filled and sealed by its only owner. */
VkpSnapshot *vkp_snapshot_new(guint64 boot_time_usec, guint ticks_per_second);

/* Takes the reference. The last one added for a pid wins. Only before vkp_snapshot_seal(). */
void vkp_snapshot_add(VkpSnapshot *snapshot, VkpProcess *process);

/* Sorts and links parents to children. From now on it is immutable, and only now can be searched.
 */
void vkp_snapshot_seal(VkpSnapshot *snapshot);

VkpSnapshot *vkp_snapshot_ref(VkpSnapshot *snapshot);
void vkp_snapshot_unref(VkpSnapshot *snapshot); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSnapshot, vkp_snapshot_unref)

/* Processes in ascending order of pid; borrowed. */
guint vkp_snapshot_size(const VkpSnapshot *snapshot);
VkpProcess *vkp_snapshot_at(const VkpSnapshot *snapshot, guint index);

/* The index of the process with that pid; NOBODY: there is none. */
#define VKP_SNAPSHOT_NOBODY (-1)
gint vkp_snapshot_find(const VkpSnapshot *snapshot, pid_t pid);

/* Borrowed; NULL when no process has that pid. */
VkpProcess *vkp_snapshot_lookup(const VkpSnapshot *snapshot, pid_t pid);

/* Borrowed; NULL when no process has that pid and start. */
VkpProcess *vkp_snapshot_lookup_identity(const VkpSnapshot *snapshot, VkpIdentity identity);

/* The parent; NULL if it is not there, or started after its child (its pid was reused). Borrowed.
 */
VkpProcess *vkp_snapshot_parent(const VkpSnapshot *snapshot, const VkpProcess *process);

/* Children in order of start, borrowed; empty array, never NULL. */
const GPtrArray *vkp_snapshot_children(const VkpSnapshot *snapshot, pid_t pid);

/* The process and its descendants, parents first; terminates even if forged data has a loop. The
 * caller frees the array, its elements are borrowed. */
GPtrArray *vkp_snapshot_subtree(const VkpSnapshot *snapshot, pid_t pid);

guint64 vkp_snapshot_boot_time_usec(const VkpSnapshot *snapshot);
guint vkp_snapshot_ticks_per_second(const VkpSnapshot *snapshot);
