/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"

/* The processes that have a database open, or had it minutes ago: a server's connection pool closes
 * its connections now and then, and the server must not lose its protection meanwhile. */
typedef struct VkpHolders VkpHolders;

VkpHolders *vkp_holders_new(void);
void vkp_holders_free(VkpHolders *holders); /* takes NULL */

/* Drops those that ended. */
void vkp_holders_keep_living(VkpHolders *holders, const VkpSnapshot *snapshot);

/* Whether the descriptors of all processes should be read again. */
gboolean vkp_holders_is_due(const VkpHolders *holders);

/* Updates the holders after a search: of the processes in `asked`, those in `found` (pid_t) have it
 * open. Holders that were not found are dropped if they executed another program since and, after a
 * look at all processes, if they were not found for long. */
void vkp_holders_see(VkpHolders *holders, const VkpSnapshot *asked, const GArray *found,
                     gboolean looked_at_all);

guint vkp_holders_size(const VkpHolders *holders);
void vkp_holders_append_pids(const VkpHolders *holders, GArray *pids);
