/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/roster/memory.h"
#include "common/store/registry.h"

/* What could not be found again if it were lost: registrations and remembered ties. Kept in memory
 * and, if that works, in the registry. */
typedef struct VkpRecords VkpRecords;

/* `path`: of the registry; NULL: in memory only. If the registry can't be used, that is logged, and
 * it is tried again later. */
VkpRecords *vkp_records_new(const char *path, VkpReader *reader);
void vkp_records_free(VkpRecords *records); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRecords, vkp_records_free)

/* FALSE when there is a path, but the registry does not work. */
gboolean vkp_records_are_kept(const VkpRecords *records);

/* VkpRegistration; borrowed until the next change. */
const GArray *vkp_records_registrations(const VkpRecords *records);
const VkpMemory *vkp_records_memory(const VkpRecords *records);

/* Replaces the registration of that process. If the registry does not work, tries it again. */
void vkp_records_register(VkpRecords *records, const VkpRegistration *registration);

/* If the registry does not work, tries it again when that is due: after 30 s, later every 5 min.
 * Returns whether anything was read from it, so that the next roster may be different. `now_usec`
 * is monotonic. */
gboolean vkp_records_retry(VkpRecords *records, gint64 now_usec);

/* Stores the roster's ties and executors, and forgets processes that ended. Returns whether that
 * changed anything, so that the next roster may be different. */
gboolean vkp_records_update(VkpRecords *records, const VkpSnapshot *snapshot,
                            const VkpRoster *roster);
