/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* File locks, from /proc/locks. It shows those of all processes, also of those whose file
 * descriptors are hidden from us. */

/* One line such as
 *   3: POSIX  ADVISORY  READ  4242 08:01:1052 1073741826 1073742335
 * FALSE (and nothing set) if it is malformed, another kind of lock, or one that is still waited for
 * ("3: -> POSIX ..."). */
gboolean vkp_lock_parse(const char *line, pid_t *pid, VkpInode *file);

/* The holders of POSIX locks on the file, as pid_t, one entry per lock; empty when that can't be
 * read. Some file systems (btrfs) have another device there than in stat(): then none is found. */
GArray *vkp_reader_list_lockers(VkpReader *reader, VkpInode file);
