/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/server-name.h"

gboolean vkp_server_name_is(const char *name)
{
    static const char *const names[] = {"vibe-kanban", "vibe-kanban-tau", "vks-node-server", NULL};
    return name && g_strv_contains(names, name);
}

gboolean vkp_server_name_may_be(const char *name)
{
    return vkp_server_name_is(name) || g_strcmp0(name, "server") == 0;
}

gboolean vkp_server_name_is_client(const char *name)
{
    static const char *const names[] = {"vibe-kanban-mcp", "mcp_task_server", "vks-mcp-server",
                                        "sqlite3", NULL};
    return name && g_strv_contains(names, name);
}
