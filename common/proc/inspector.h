/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Five stateless operations on processes, each of which reads the proc file system anew. They are
 * for tools and tests; the service uses VkpTable. Errors: NOT_FOUND, PERMISSION_DENIED,
 * KILL_FAILED, SYSTEM. */

/* All processes. */
VkpSnapshot *vkp_inspector_list(VkpReader *reader, GError **error);

/* The descendants of `pid`, parents first, as VkpProcess. NOT_FOUND if no process has the pid. */
GPtrArray *vkp_inspector_descendants(VkpReader *reader, pid_t pid, GError **error);

/* All whose working directory is `folder` or inside it, compared by inode; as VkpProcess. NOT_FOUND
 * if there is no such folder. */
GPtrArray *vkp_inspector_under_folder(VkpReader *reader, const char *folder, GError **error);

/* Sends the signal through a pidfd that was opened and then checked to be this very process.
 * NOT_FOUND if it is gone or its pid was reused. */
gboolean vkp_inspector_signal(VkpReader *reader, VkpIdentity identity, int signal_number,
                              GError **error);

/* Whether this very process lives (a zombie does not). */
gboolean vkp_inspector_exists(VkpReader *reader, VkpIdentity identity);
