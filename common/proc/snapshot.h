/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/process.h"

/* What ran at one moment. Shared and immutable once sealed. */
typedef struct VkpSnapshot VkpSnapshot;

/* An open snapshot, to be filled and sealed by its one owner. */
VkpSnapshot *vkp_snapshot_new(guint64 boot_time_usec, guint ticks_per_second);

/* Takes the reference. The last one added for a pid wins. Only before vkp_snapshot_seal(). */
void vkp_snapshot_add(VkpSnapshot *snapshot, VkpProcess *process);

/* Sorts and links; after this nothing changes any more, and only after this is anybody found. */
void vkp_snapshot_seal(VkpSnapshot *snapshot);

VkpSnapshot *vkp_snapshot_ref(VkpSnapshot *snapshot);
void vkp_snapshot_unref(VkpSnapshot *snapshot); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSnapshot, vkp_snapshot_unref)

/* Processes in ascending order of pid; borrowed. */
guint vkp_snapshot_size(const VkpSnapshot *snapshot);
VkpProcess *vkp_snapshot_at(const VkpSnapshot *snapshot, guint index);

/* The index of whoever has that pid. */
#define VKP_SNAPSHOT_NOBODY (-1)
gint vkp_snapshot_find(const VkpSnapshot *snapshot, pid_t pid);

/* Borrowed; NULL when nobody has that pid. */
VkpProcess *vkp_snapshot_lookup(const VkpSnapshot *snapshot, pid_t pid);

/* Borrowed; NULL when nobody has that pid or its start differs. */
VkpProcess *vkp_snapshot_lookup_identity(const VkpSnapshot *snapshot, VkpIdentity identity);

/* The parent, or NULL: none there, or it started after its child (a reused pid). Borrowed. */
VkpProcess *vkp_snapshot_parent(const VkpSnapshot *snapshot, const VkpProcess *process);

/* Children in order of start, borrowed; empty array, never NULL. */
const GPtrArray *vkp_snapshot_children(const VkpSnapshot *snapshot, pid_t pid);

/* The process and all below it, parents first; a loop in forged data ends. Caller frees the array,
 * its elements are borrowed. */
GPtrArray *vkp_snapshot_subtree(const VkpSnapshot *snapshot, pid_t pid);

guint64 vkp_snapshot_boot_time_usec(const VkpSnapshot *snapshot);
guint vkp_snapshot_ticks_per_second(const VkpSnapshot *snapshot);
