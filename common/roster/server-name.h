/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Whether a server calls itself so: "vibe-kanban", "vibe-kanban-tauri" as the kernel cuts it,
 * "vks-node-server"; not the helper that belongs to an agent. Anybody can. NULL is no name. */
gboolean vkp_server_name_is(const char *name);

/* Whether a program that opens a board's database without being its server calls itself so: the MCP
 * server that an agent starts ("vibe-kanban-mcp", "mcp_task_server" when built from source,
 * "vks-mcp-server"), or "sqlite3". NULL is no name. */
gboolean vkp_server_name_is_client(const char *name);
