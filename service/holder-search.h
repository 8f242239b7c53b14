/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Finds out who has a database open without reading everybody's descriptors each time: a file is
 * opened only by who runs, and mostly by who is young. For databases.c alone. */
typedef struct VkpHolderSearch VkpHolderSearch;

/* `reader` is borrowed and outlives the search; `uid`: whose processes are asked. */
VkpHolderSearch *vkp_holder_search_new(VkpReader *reader, uid_t uid);
void vkp_holder_search_free(VkpHolderSearch *search); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpHolderSearch, vkp_holder_search_free)

/* Brings the holders of all databases (VkpDatabase) up to date: asks the young of the snapshot who
 * have run since they were asked, and now and then, or when `among_all`, all who have. */
void vkp_holder_search_run(VkpHolderSearch *search, const GPtrArray *databases,
                           VkpSnapshot *snapshot, gboolean among_all);
