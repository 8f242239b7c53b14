/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/roster/memory.h"
#include "common/store/registry.h"

/* What we know by ourselves and could not find again: registrations and remembered ties. Kept in
 * memory and, while that works, in the registry. */
typedef struct VkpRecords VkpRecords;

/* `path` NULL: in memory only. A registry that can't be used is logged and done without, until it
 * can. */
VkpRecords *vkp_records_new(const char *path, VkpReader *reader);
void vkp_records_free(VkpRecords *records); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRecords, vkp_records_free)

/* FALSE when the registry is wanted and does not work. */
gboolean vkp_records_are_kept(const VkpRecords *records);

/* VkpRegistration; borrowed until the next change. */
const GArray *vkp_records_registrations(const VkpRecords *records);
const VkpMemory *vkp_records_memory(const VkpRecords *records);

/* Replaces what was registered for that process. Tries a registry that does not work once more. */
void vkp_records_register(VkpRecords *records, const VkpRegistration *registration);

/* Tries a registry that does not work once more, if that is due: after 30 s, later after 5 min.
 * Whether it told anything, so that the next roster may come out differently. `now_usec` is the
 * monotonic clock's. */
gboolean vkp_records_retry(VkpRecords *records, gint64 now_usec);

/* Learns the roster's ties and executors, and forgets who has ended. Whether that changed anything,
 * so that the next roster may come out differently. */
gboolean vkp_records_update(VkpRecords *records, const VkpSnapshot *snapshot,
                            const VkpRoster *roster);
