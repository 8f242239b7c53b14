/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "service/database.h"

/* Holders of a database whose file descriptors the kernel hides from us: a server with
 * capabilities, or one that is not dumpable. It is found by its lock on the file, which SQLite has
 * in WAL mode for as long as the file is open. Without a lock, a process with the name of a server
 * counts while no other is known to have the file open; otherwise any process could get protection
 * by that name. For databases.c and its search only. */

/* Appends to `found` (pid_t) those holders among `refused` (pid_t: processes whose descriptors
 * could not be read just now) that are not in it. */
void vkp_hidden_holders_append(VkpReader *reader, const VkpSnapshot *among, const GArray *refused,
                               const VkpDatabase *database, GArray *found);

/* Whether a process whose descriptors could not be read just now counts as a holder. */
gboolean vkp_hidden_holders_include(VkpReader *reader, pid_t pid, const VkpDatabase *database);
