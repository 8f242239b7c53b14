/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "service/database.h"

/* Lost holders: servers that still use the database file they opened although it was deleted or
 * moved since, or replaced, for example by a restored backup. It is still their board, but we
 * cannot read what they write to that file. Only processes that are known to have had the database
 * open, and those with a server's name, are looked at. For databases.c and its search only. */

/* Those of the user (pid_t) in the snapshot; the caller frees it. Forgets the former file of the
 * database when none of its holders has that open any more. */
GArray *vkp_lost_holders_find(VkpReader *reader, const VkpSnapshot *among, uid_t uid,
                              VkpDatabase *database);

/* Whether the process is one. FALSE and LIMITS_EXCEEDED when we are out of descriptors. */
gboolean vkp_lost_holders_check(VkpReader *reader, const VkpDatabase *database, pid_t pid,
                                gboolean *is_included, GError **error);
