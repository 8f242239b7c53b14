/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "service/database.h"

/* Holders of a database that may not be asked for their descriptors: a server with capabilities of
 * its own, or one that is not dumpable. A lock on the file gives it away, SQLite's in WAL mode for
 * as long as it is open. Without one the name of a server counts while nobody else is known to have
 * the file: else anybody would escape by that name. For databases.c and its search alone. */

/* Appends those of the `refused` (pid_t), whose descriptors were just asked for, that are not in
 * `found` (pid_t). */
void vkp_hidden_holders_append(VkpReader *reader, const VkpSnapshot *among, const GArray *refused,
                               const VkpDatabase *database, GArray *found);

/* Whether one whose descriptors have just been refused is taken for a holder. */
gboolean vkp_hidden_holders_include(VkpReader *reader, pid_t pid, const VkpDatabase *database);
