/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/columns.h"

/* "table.column", both in lower case -> 1, or 2 if it is NOT NULL. Tables of other names are not
 * even looked at: neither those of other features, nor the `..._new` ones that a migration makes
 * and renames. */
struct VkpColumns {
    GHashTable *known;
};

static const char *const tables[] = {
    "projects",   "tasks",    "task_attempts",       "attempt_repos",
    "workspaces", "sessions", "execution_processes", "workspace_repos",
    "repos",
};

static char *dup_key(const char *table, const char *column)
{
    g_autofree char *key = g_strconcat(table, ".", column, NULL);
    return g_ascii_strdown(key, -1);
}

/* Rows of table_info: cid, name, type, notnull, dflt_value, pk. */
static int load_table(VkpColumns *columns, sqlite3 *database, const char *table)
{
    g_autofree char *sql = g_strdup_printf("PRAGMA main.table_info(%s)", table);
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(database, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(statement, 1);
        if (name)
            g_hash_table_insert(columns->known, dup_key(table, name),
                                GINT_TO_POINTER(sqlite3_column_int(statement, 3) ? 2 : 1));
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE ? SQLITE_OK : code;
}

VkpColumns *vkp_columns_load(sqlite3 *database, int *code)
{
    g_autoptr(VkpColumns) columns = g_new0(VkpColumns, 1);
    columns->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tables); i++) {
        *code = load_table(columns, database, tables[i]);
        if (*code != SQLITE_OK)
            return NULL;
    }
    return g_steal_pointer(&columns);
}

void vkp_columns_free(VkpColumns *columns)
{
    if (!columns)
        return;
    g_hash_table_unref(columns->known);
    g_free(columns);
}

static int lookup(const VkpColumns *columns, const char *table, const char *column)
{
    g_autofree char *key = dup_key(table, column);
    return GPOINTER_TO_INT(g_hash_table_lookup(columns->known, key));
}

gboolean vkp_columns_have(const VkpColumns *columns, const char *table, const char *column)
{
    return lookup(columns, table, column) != 0;
}

static gboolean have_workspaces(const VkpColumns *columns)
{
    return vkp_columns_have(columns, "workspaces", "id") &&
           vkp_columns_have(columns, "sessions", "id") &&
           vkp_columns_have(columns, "sessions", "workspace_id") &&
           vkp_columns_have(columns, "execution_processes", "session_id");
}

static gboolean have_attempts(const VkpColumns *columns)
{
    return vkp_columns_have(columns, "task_attempts", "id") &&
           vkp_columns_have(columns, "task_attempts", "task_id") &&
           vkp_columns_have(columns, "execution_processes", "task_attempt_id");
}

VkpGeneration vkp_columns_generation(const VkpColumns *columns)
{
    if (!vkp_columns_have(columns, "execution_processes", "id"))
        return VKP_GENERATION_NONE;
    if (have_workspaces(columns))
        return lookup(columns, "workspaces", "task_id") == 2 ? VKP_GENERATION_D : VKP_GENERATION_E;
    if (!have_attempts(columns))
        return VKP_GENERATION_NONE;
    if (vkp_columns_have(columns, "execution_processes", "process_type") &&
        vkp_columns_have(columns, "task_attempts", "worktree_path"))
        return VKP_GENERATION_A;
    if (!vkp_columns_have(columns, "task_attempts", "container_ref"))
        return VKP_GENERATION_NONE;
    return vkp_columns_have(columns, "attempt_repos", "attempt_id") &&
                   vkp_columns_have(columns, "repos", "id")
               ? VKP_GENERATION_C
               : VKP_GENERATION_B;
}
