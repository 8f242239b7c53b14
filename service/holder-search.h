/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Finds the processes that have a database open without reading the descriptors of all processes
 * each time: only a process that has run can have opened a file, and mostly it does so soon after
 * its start. For databases.c only. */
typedef struct VkpHolderSearch VkpHolderSearch;

/* `reader` is borrowed and outlives the search; `uid`: whose processes are asked. */
VkpHolderSearch *vkp_holder_search_new(VkpReader *reader, uid_t uid);
void vkp_holder_search_free(VkpHolderSearch *search); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpHolderSearch, vkp_holder_search_free)

/* Brings the holders of all databases (VkpDatabase) up to date: reads the descriptors of those
 * young processes of the snapshot that have run since theirs were read, and now and then, or if
 * `among_all`, of all processes that have. */
void vkp_holder_search_run(VkpHolderSearch *search, const GPtrArray *databases,
                           VkpSnapshot *snapshot, gboolean among_all);
