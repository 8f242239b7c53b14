/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Whether a server calls itself so: "vibe-kanban", "vibe-kanban-tauri" as the kernel cuts it,
 * "vks-node-server"; not the helper that belongs to an agent. Anybody can. NULL is no name. */
gboolean vkp_server_name_is(const char *name);
