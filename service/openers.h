/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Which of the user's processes have one of the databases (or its -wal or -journal) open, as pid_t.
 * Reads the descriptors of all of them, which is expensive, so the caller should cache the result.
 * `database_paths` is NULL-terminated. Processes whose descriptors may not be read are appended to
 * `refused` (pid_t; may be NULL). NULL when out of descriptors or memory: then it is not known. */
GArray *vkp_openers_find(VkpReader *reader, const VkpSnapshot *snapshot, uid_t uid,
                         const char *const *database_paths, GArray *refused);
