/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* File locks, as /proc/locks tells of them. Everybody's can be seen, also those of processes whose
 * descriptors can't be. */

/* One line such as
 *   3: POSIX  ADVISORY  READ  4242 08:01:1052 1073741826 1073742335
 * FALSE (and nothing set) for what is malformed, for other kinds of locks, and for who still waits
 * for his ("3: -> POSIX ..."). */
gboolean vkp_lock_parse(const char *line, pid_t *pid, VkpInode *file);

/* Who has a POSIX lock on the file, as pid_t, one entry a lock; empty when that can't be read. Some
 * file systems (btrfs) go by another device there than stat() says: then nobody is found. */
GArray *vkp_reader_list_lockers(VkpReader *reader, VkpInode file);
