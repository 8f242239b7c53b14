/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/query.h"

#define PAGE(alias) " WHERE " alias ".rowid <= ?1 ORDER BY " alias ".rowid DESC"

/* How the chain from the execution to the attempt is spelled. */
typedef struct {
    const char *attempts; /* table */
    const char *folder;   /* column */
    const char *links;    /* table of the attempt's repositories */
    const char *link;     /* column there */
} Spelling;

static Spelling spelling_of(const VkpColumns *columns)
{
    switch (vkp_columns_generation(columns)) {
    case VKP_GENERATION_A:
        return (Spelling){"task_attempts", "worktree_path", NULL, NULL};
    case VKP_GENERATION_C:
        return (Spelling){"task_attempts", "container_ref", "attempt_repos", "attempt_id"};
    case VKP_GENERATION_D:
    case VKP_GENERATION_E:
        return (Spelling){"workspaces", "container_ref", "workspace_repos", "workspace_id"};
    case VKP_GENERATION_B:
    case VKP_GENERATION_NONE:
        break;
    }
    return (Spelling){"task_attempts", "container_ref", NULL, NULL};
}

/* A table under the alias that the statement gives it; NULL: it is not joined. */
typedef struct {
    const VkpColumns *columns;
    const char *name;
    const char *alias;
} Table;

static void append_column(GString *sql, Table table, const char *column)
{
    if (table.name && vkp_columns_have(table.columns, table.name, column))
        g_string_append_printf(sql, ", %s.\"%s\"", table.alias, column);
    else
        g_string_append(sql, ", NULL");
}

static void append_columns(GString *sql, Table table, const char *const *names)
{
    for (; *names; names++)
        append_column(sql, table, *names);
}

/* Joins `table` by its id, if both ends of the link are there. Else it has no columns. */
static void join(GString *joins, Table *table, Table from, const char *link)
{
    if (from.name && vkp_columns_have(from.columns, from.name, link) &&
        vkp_columns_have(table->columns, table->name, "id"))
        g_string_append_printf(joins, " LEFT JOIN %s %s ON %s.id = %s.\"%s\"", table->name,
                               table->alias, table->alias, from.alias, link);
    else
        table->name = NULL;
}

/* The same from the other end: the rows of `table` that point to `to`. */
static void join_pointing(GString *joins, Table *table, Table to, const char *link)
{
    if (table->name && vkp_columns_have(table->columns, table->name, link))
        g_string_append_printf(joins, " LEFT JOIN %s %s ON %s.\"%s\" = %s.id", table->name,
                               table->alias, table->alias, link, to.alias);
    else
        table->name = NULL;
}

/* The first agent column that has a value. A session made for a dev server has no agent. */
static void append_agent(GString *sql, Table table)
{
    static const char *const spellings[] = {"executor", "base_coding_agent", "profile"};
    g_string_append(sql, "coalesce(");
    for (guint i = 0; i < G_N_ELEMENTS(spellings); i++)
        if (table.name && vkp_columns_have(table.columns, table.name, spellings[i]))
            g_string_append_printf(sql, "nullif(nullif(%s.\"%s\", 'dev-server'), ''), ",
                                   table.alias, spellings[i]);
    g_string_append(sql, "NULL, NULL)");
}

char *vkp_query_dup_attempts(const VkpColumns *columns)
{
    Spelling spelling = spelling_of(columns);
    Table attempts = {columns, spelling.attempts, "a"};
    Table tasks = {columns, "tasks", "t"};
    Table projects = {columns, "projects", "p"};
    Table links = {columns, spelling.links, "l"};
    Table repos = {columns, "repos", "r"};
    g_autoptr(GString) joins = g_string_new(NULL);
    join(joins, &tasks, attempts, "task_id");
    join(joins, &projects, tasks, "project_id");
    join_pointing(joins, &links, attempts, spelling.link);
    join(joins, &repos, links, "repo_id");

    GString *sql = g_string_new("SELECT a.rowid");
    append_columns(sql, attempts,
                   (const char *[]){"id", "task_id", spelling.folder, "branch", "name", NULL});
    g_string_append(sql, ", ");
    append_agent(sql, attempts);
    append_column(sql, attempts, "worktree_deleted");
    append_columns(sql, tasks, (const char *[]){"title", "project_id", NULL});
    append_column(sql, projects, "name");
    append_columns(sql, repos, (const char *[]){"name", "display_name", NULL});
    g_string_append_printf(sql, " FROM %s a%s" PAGE("a"), spelling.attempts, joins->str);
    return g_string_free(sql, FALSE);
}

char *vkp_query_dup_executions(const VkpColumns *columns)
{
    gboolean by_session = vkp_columns_generation(columns) >= VKP_GENERATION_D;
    const char *link = by_session ? "session_id" : "task_attempt_id";
    Table executions = {columns, "execution_processes", "e"};
    Table parents = {columns, by_session ? "sessions" : "task_attempts", "s"};
    g_autoptr(GString) joins = g_string_new(NULL);
    join(joins, &parents, executions, link);
    gboolean is_a = vkp_columns_generation(columns) == VKP_GENERATION_A;

    GString *sql = g_string_new("SELECT e.rowid");
    append_columns(sql, executions, (const char *[]){"id", link, NULL});
    append_column(sql, parents, by_session ? "workspace_id" : "id");
    append_columns(sql, executions,
                   (const char *[]){is_a ? "process_type" : "run_reason", "status", "started_at",
                                    "completed_at", "pid", NULL});
    g_string_append(sql, ", ");
    append_agent(sql, parents);
    g_string_append_printf(sql, " FROM execution_processes e%s" PAGE("e"), joins->str);
    return g_string_free(sql, FALSE);
}

char *vkp_query_dup_ids(const VkpColumns *columns, const char *table)
{
    if (!vkp_columns_have(columns, table, "id"))
        return NULL;
    return g_strdup_printf("SELECT i.rowid, i.id FROM %s i" PAGE("i"), table);
}

/* The places that have named the agent, newest first. A row that is no JSON names none; without the
 * check it would fail the statement. SQLite before 3.38 may lack the functions: then nothing can be
 * prepared from this. */
char *vkp_query_dup_action_agent(const VkpColumns *columns)
{
    if (!vkp_columns_have(columns, "execution_processes", "executor_action"))
        return NULL;
    return g_strdup(
        "SELECT coalesce(json_extract(e.executor_action, '$.typ.executor_config.executor'),"
        " json_extract(e.executor_action, '$.typ.executor_profile_id.executor'),"
        " json_extract(e.executor_action, '$.typ.profile_variant_label.profile'),"
        " json_extract(e.executor_action, '$.typ.profile'))"
        " FROM execution_processes e WHERE e.rowid = ?1"
        " AND CASE WHEN typeof(e.executor_action) = 'text'"
        " THEN json_valid(e.executor_action) ELSE 0 END");
}
