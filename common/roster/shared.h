/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/process.h"

/* Shared daemons: processes that serve the user and not only the task that happened to start them
 * first. Build daemons, terminal multiplexers, ssh and gpg agents, the user's browser or editor. */
typedef struct VkpSharedDaemons VkpSharedDaemons;

/* `more` are whole names (comm) besides the built-in ones, NULL-terminated, copied; NULL: none. */
VkpSharedDaemons *vkp_shared_daemons_new(const char *const *more);
void vkp_shared_daemons_free(VkpSharedDaemons *daemons); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSharedDaemons, vkp_shared_daemons_free)

/* Whether this shared daemon starts programs for the user: an editor, a browser, a terminal. What a
 * build daemon or an ssh agent starts are only its own helpers. */
gboolean vkp_shared_daemons_start_jobs(const VkpSharedDaemons *daemons, const VkpProcess *process);

gboolean vkp_shared_daemons_include(const VkpSharedDaemons *daemons, const VkpProcess *process);
