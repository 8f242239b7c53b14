/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Whether this is the name (comm) of a server: "vibe-kanban", "vibe-kanban-tauri" as the kernel
 * cuts it, "vks-node-server"; not that of the helpers below. Any process can take such a name.
 * FALSE for NULL. */
gboolean vkp_server_name_is(const char *name);

/* The same, or the name of one that was built from source, "server", which many a program has. */
gboolean vkp_server_name_may_be(const char *name);

/* Whether this is the name of a program that opens a board's database without being its server: the
 * MCP server that an agent starts ("vibe-kanban-mcp", "mcp_task_server" when built from source,
 * "vks-mcp-server"), or "sqlite3". FALSE for NULL. */
gboolean vkp_server_name_is_client(const char *name);
