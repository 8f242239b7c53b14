/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"

/* Who has a database open, remembered for a while: a server's pool closes its connections now and
 * then, and the server must not lose its protection for that moment. */
typedef struct VkpHolders VkpHolders;

VkpHolders *vkp_holders_new(void);
void vkp_holders_free(VkpHolders *holders); /* takes NULL */

/* Drops those that ended. */
void vkp_holders_keep_living(VkpHolders *holders, const VkpSnapshot *snapshot);

/* Whether it is time to look at all processes again. */
gboolean vkp_holders_is_due(const VkpHolders *holders);

/* Takes in who of those asked was found (pid_t). Of the others those are dropped that have executed
 * another program since they were seen and, after a look at all, those not seen for long. */
void vkp_holders_see(VkpHolders *holders, const VkpSnapshot *asked, const GArray *found,
                     gboolean looked_at_all);

guint vkp_holders_size(const VkpHolders *holders);
void vkp_holders_append_pids(const VkpHolders *holders, GArray *pids);
