/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* The five questions about processes, asked of a proc file system at once and without a memory.
 * The service asks through VkpScanner instead; these serve tools and tests. Errors: NOT_FOUND,
 * PERMISSION_DENIED, KILL_FAILED, SYSTEM. */

/* Everything that runs. */
VkpSnapshot *vkp_inspector_list(VkpReader *reader, GError **error);

/* All below `pid`, parents first, as VkpProcess; without itself. NOT_FOUND if nobody has the pid.
 */
GPtrArray *vkp_inspector_descendants(VkpReader *reader, pid_t pid, GError **error);

/* All whose working directory is `folder` or lies inside it, by inode; as VkpProcess. NOT_FOUND if
 * there is no such folder. */
GPtrArray *vkp_inspector_under_folder(VkpReader *reader, const char *folder, GError **error);

/* Sends the signal through a pidfd that was opened and then checked to be this very process.
 * NOT_FOUND if it is gone or its pid was reused. */
gboolean vkp_inspector_signal(VkpReader *reader, VkpIdentity identity, int signal_number,
                              GError **error);

/* Whether this very process lives (a zombie does not). */
gboolean vkp_inspector_exists(VkpReader *reader, VkpIdentity identity);
