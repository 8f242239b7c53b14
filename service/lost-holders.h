/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "service/database.h"

/* Servers that go on with the file they have opened though it has been deleted since, moved aside,
 * or another one put in its place, as a backup that is restored does. It is their board all the
 * same, but what they write there cannot be read by us. Asked are only those known to have had the
 * database open, and what is called like a server. For databases.c and its search alone. */

/* Those (pid_t) of that user among the snapshot; the caller frees it. */
GArray *vkp_lost_holders_find(VkpReader *reader, const VkpSnapshot *among, uid_t uid,
                              const VkpDatabase *database);

/* Whether one is. FALSE and LIMITS_EXCEEDED when that can't be seen for want of descriptors. */
gboolean vkp_lost_holders_check(VkpReader *reader, const VkpDatabase *database, pid_t pid,
                                gboolean *is_included, GError **error);
