/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake-layout.h"

#include <string.h>

#define STAMPS                                                                                     \
    "created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now')),"                     \
    "updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))"

#define STATUS_CHECK "CHECK (status IN ('running', 'completed', 'failed', 'killed'))"

static const char projects_with_path[] =
    "CREATE TABLE projects (id BLOB PRIMARY KEY, name TEXT NOT NULL,"
    " git_repo_path TEXT NOT NULL DEFAULT '', setup_script TEXT DEFAULT ''," STAMPS ");";

static const char projects_alone[] =
    "CREATE TABLE projects (id BLOB PRIMARY KEY, name TEXT NOT NULL,"
    " default_agent_working_dir TEXT DEFAULT ''," STAMPS ");";

static const char tasks[] =
    "CREATE TABLE tasks (id BLOB PRIMARY KEY, project_id BLOB NOT NULL, title TEXT NOT NULL,"
    " description TEXT, status TEXT NOT NULL DEFAULT 'todo' CHECK (status IN"
    " ('todo', 'inprogress', 'inreview', 'done', 'cancelled'))," STAMPS ","
    " FOREIGN KEY (project_id) REFERENCES projects (id) ON DELETE CASCADE);";

/* stdout and stderr lie before started_at, as they did: a reader has to step over them. */
static const char attempts_a[] =
    "CREATE TABLE task_attempts (id BLOB PRIMARY KEY, task_id BLOB NOT NULL,"
    " worktree_path TEXT NOT NULL, merge_commit TEXT, executor TEXT, branch TEXT,"
    " worktree_deleted BOOLEAN NOT NULL DEFAULT FALSE," STAMPS ");"
    "CREATE TABLE execution_processes (id BLOB PRIMARY KEY, task_attempt_id BLOB NOT NULL,"
    " process_type TEXT NOT NULL DEFAULT 'setupscript', executor_type TEXT,"
    " status TEXT NOT NULL DEFAULT 'running' " STATUS_CHECK ", command TEXT NOT NULL,"
    " args TEXT, working_directory TEXT NOT NULL DEFAULT '', stdout TEXT, stderr TEXT,"
    " exit_code INTEGER, started_at TEXT NOT NULL, completed_at TEXT," STAMPS ");";

static const char attempts_b[] =
    "CREATE TABLE task_attempts (id BLOB PRIMARY KEY, task_id BLOB NOT NULL,"
    " container_ref TEXT, branch TEXT, base_branch TEXT NOT NULL DEFAULT 'main',"
    " %AGENT% TEXT, worktree_deleted BOOLEAN NOT NULL DEFAULT FALSE,"
    " setup_completed_at DATETIME," STAMPS ");";

static const char attempts_c[] =
    "CREATE TABLE task_attempts (id BLOB PRIMARY KEY, task_id BLOB NOT NULL,"
    " container_ref TEXT, branch TEXT NOT NULL DEFAULT '', executor TEXT,"
    " setup_completed_at DATETIME," STAMPS ");";

static const char executions_of_attempts[] =
    "CREATE TABLE execution_processes (id BLOB PRIMARY KEY, task_attempt_id BLOB NOT NULL,"
    " run_reason TEXT NOT NULL DEFAULT 'setupscript',"
    " executor_action TEXT NOT NULL DEFAULT '{}',"
    " status TEXT NOT NULL DEFAULT 'running' " STATUS_CHECK ", exit_code INTEGER,"
    " %MORE% started_at TEXT NOT NULL, completed_at TEXT," STAMPS ");"
    "CREATE INDEX idx_execution_processes_attempt ON execution_processes (task_attempt_id);"
    "CREATE TABLE execution_process_logs (execution_id BLOB NOT NULL, logs TEXT NOT NULL,"
    " byte_size INTEGER NOT NULL, inserted_at TEXT NOT NULL);";

static const char repos[] =
    "CREATE TABLE repos%NEW% (id BLOB PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, display_name TEXT NOT NULL DEFAULT ''," STAMPS ");";

static const char attempt_repos[] =
    "CREATE TABLE attempt_repos (id BLOB PRIMARY KEY, attempt_id BLOB NOT NULL,"
    " repo_id BLOB NOT NULL, target_branch TEXT NOT NULL," STAMPS ","
    " UNIQUE (attempt_id, repo_id));";

static const char workspace_repos[] =
    "CREATE TABLE workspace_repos%NEW% (id BLOB PRIMARY KEY, workspace_id BLOB NOT NULL,"
    " repo_id BLOB NOT NULL, target_branch TEXT NOT NULL," STAMPS ","
    " UNIQUE (workspace_id, repo_id));";

static const char workspaces[] =
    "CREATE TABLE workspaces%NEW% (id BLOB PRIMARY KEY, task_id BLOB %TASK%,"
    " container_ref TEXT, branch TEXT NOT NULL DEFAULT '', agent_working_dir TEXT,"
    " setup_completed_at DATETIME, %MORE% " STAMPS ");";

static const char sessions[] =
    "CREATE TABLE sessions%NEW% (id BLOB PRIMARY KEY, workspace_id BLOB NOT NULL,"
    " executor TEXT, %MORE% " STAMPS ");";

static const char executions_of_sessions[] =
    "CREATE TABLE execution_processes%NEW% (id BLOB PRIMARY KEY, session_id BLOB NOT NULL,"
    " run_reason TEXT NOT NULL DEFAULT 'setupscript',"
    " executor_action TEXT NOT NULL DEFAULT '{}',"
    " status TEXT NOT NULL DEFAULT 'running' " STATUS_CHECK ", exit_code INTEGER,"
    " dropped BOOLEAN NOT NULL DEFAULT FALSE, started_at TEXT NOT NULL, completed_at TEXT," STAMPS
    ");"
    "CREATE INDEX idx_execution_processes_session%NEW% ON execution_processes%NEW% (session_id);";

static const char workspace_flags[] = "archived INTEGER NOT NULL DEFAULT 0,"
                                      " pinned INTEGER NOT NULL DEFAULT 0, name TEXT,";

static const struct {
    const char *name;
    const char *agent_column;
    gboolean is_wal;
} layouts[FAKE_N_LAYOUTS] = {
    [FAKE_LAYOUT_A] = {"A", "executor", FALSE},
    [FAKE_LAYOUT_B_EXECUTOR] = {"B (executor)", "executor", FALSE},
    [FAKE_LAYOUT_B_BASE_CODING_AGENT] = {"B (base_coding_agent)", "base_coding_agent", FALSE},
    [FAKE_LAYOUT_B_PROFILE] = {"B (profile)", "profile", FALSE},
    [FAKE_LAYOUT_FACTORY] = {"factory", "executor", FALSE},
    [FAKE_LAYOUT_SWARM] = {"swarm", "executor", TRUE},
    [FAKE_LAYOUT_C] = {"C", "executor", FALSE},
    [FAKE_LAYOUT_D_EARLY] = {"D (early)", "executor", FALSE},
    [FAKE_LAYOUT_D_LATE] = {"D (late)", "executor", FALSE},
    [FAKE_LAYOUT_E_EARLY] = {"E (early)", "executor", FALSE},
    [FAKE_LAYOUT_E_LATE] = {"E (late)", "executor", FALSE},
    [FAKE_LAYOUT_DK] = {"dk", "executor", TRUE},
};

const char *fake_layout_to_string(FakeLayout layout)
{
    return layouts[layout].name;
}

const char *fake_layout_agent_column(FakeLayout layout)
{
    return layouts[layout].agent_column;
}

gboolean fake_layout_is_wal(FakeLayout layout)
{
    return layouts[layout].is_wal;
}

gboolean fake_layout_has_sessions(FakeLayout layout)
{
    return layout >= FAKE_LAYOUT_D_EARLY;
}

gboolean fake_layout_has_loose_workspaces(FakeLayout layout)
{
    return layout >= FAKE_LAYOUT_E_EARLY;
}

gboolean fake_layout_has_repos(FakeLayout layout)
{
    return layout >= FAKE_LAYOUT_C;
}

/* Appends the template with %WORD% replaced. */
static void append(GString *script, const char *template, const char *word, const char *value)
{
    g_auto(GStrv) pieces = g_strsplit(template, word, -1);
    g_autofree char *filled = g_strjoinv(value, pieces);
    g_string_append(script, filled);
}

static void append_old_tables(GString *script, FakeLayout layout)
{
    if (layout == FAKE_LAYOUT_A) {
        g_string_append(script, attempts_a);
        return;
    }
    if (layout == FAKE_LAYOUT_C)
        g_string_append(script, attempts_c);
    else
        append(script, attempts_b, "%AGENT%", layouts[layout].agent_column);
    const char *more = "";
    if (layout == FAKE_LAYOUT_SWARM)
        more = "dropped BOOLEAN NOT NULL DEFAULT FALSE, pid INTEGER, node_id BLOB,";
    else if (layout == FAKE_LAYOUT_B_EXECUTOR || layout == FAKE_LAYOUT_C)
        more = "dropped BOOLEAN NOT NULL DEFAULT FALSE,";
    append(script, executions_of_attempts, "%MORE%", more);
}

static const char *workspace_columns(FakeLayout layout)
{
    switch (layout) {
    case FAKE_LAYOUT_D_EARLY:
        return "";
    case FAKE_LAYOUT_D_LATE:
    case FAKE_LAYOUT_E_EARLY:
        return workspace_flags;
    default:
        return "archived INTEGER NOT NULL DEFAULT 0, pinned INTEGER NOT NULL DEFAULT 0, name TEXT,"
               " worktree_deleted BOOLEAN NOT NULL DEFAULT FALSE,";
    }
}

static void append_workspace_tables(GString *script, FakeLayout layout)
{
    g_autoptr(GString) table = g_string_new(NULL);
    append(table, workspaces, "%MORE%", workspace_columns(layout));
    append(script, table->str, "%TASK%",
           fake_layout_has_loose_workspaces(layout) ? "" : "NOT NULL");
    append(script, sessions, "%MORE%",
           layout >= FAKE_LAYOUT_E_LATE ? "agent_working_dir TEXT," : "");
    g_string_append(script, executions_of_sessions);
    g_string_append(script, workspace_repos);
    g_string_append(script, repos);
}

static char *dup_suffixed(GString *script, const char *suffix)
{
    g_autoptr(GString) filled = g_string_new(NULL);
    append(filled, script->str, "%NEW%", suffix);
    return g_strdup(filled->str);
}

char *fake_layout_dup_tables(FakeLayout layout)
{
    gboolean has_paths = layout <= FAKE_LAYOUT_SWARM;
    g_autoptr(GString) script = g_string_new(has_paths ? projects_with_path : projects_alone);
    g_string_append(script, tasks);
    if (fake_layout_has_sessions(layout))
        append_workspace_tables(script, layout);
    else
        append_old_tables(script, layout);
    if (layout == FAKE_LAYOUT_C) {
        g_string_append(script, attempt_repos);
        g_string_append(script, repos);
    }
    g_string_append(script, "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY,"
                            " description TEXT NOT NULL, checksum BLOB);");
    return dup_suffixed(script, "");
}

char *fake_layout_dup_new_tables(FakeLayout layout)
{
    g_autoptr(GString) script = g_string_new(NULL);
    append_workspace_tables(script, layout);
    return dup_suffixed(script, "_new");
}
