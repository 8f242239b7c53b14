/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Which of the user's processes have one of the databases (or its -wal or -journal) open, as pid_t.
 * Reads the descriptors of all of them: dear, so the caller keeps the answer while it can.
 * `database_paths` ends with NULL. Those whose descriptors may not be read are appended to
 * `refused` (pid_t; NULL: nobody wants to know). NULL when out of descriptors or memory: then
 * nobody can tell. */
GArray *vkp_openers_find(VkpReader *reader, const VkpSnapshot *snapshot, uid_t uid,
                         const char *const *database_paths, GArray *refused);
