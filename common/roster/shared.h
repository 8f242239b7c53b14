/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/process.h"

/* Which processes serve a whole user and not only the task that happened to start them first: build
 * daemons, terminal multiplexers, agents for keys, the user's browser or editor. */
typedef struct VkpSharedDaemons VkpSharedDaemons;

/* `more` are whole names (comm) besides the built-in ones, NULL-terminated, copied; NULL: none. */
VkpSharedDaemons *vkp_shared_daemons_new(const char *const *more);
void vkp_shared_daemons_free(VkpSharedDaemons *daemons); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSharedDaemons, vkp_shared_daemons_free)

/* Whether a shared daemon starts whatever its user asks for: an editor, a browser, a terminal. What
 * a build daemon or an agent for keys starts is its own helper. */
gboolean vkp_shared_daemons_start_jobs(const VkpSharedDaemons *daemons, const VkpProcess *process);

gboolean vkp_shared_daemons_include(const VkpSharedDaemons *daemons, const VkpProcess *process);
