/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/fake-board.h"

#include <sqlite3.h>
#include <string.h>

#include "tests/lib/fake-layout.h"

struct FakeBoard {
    char *path;
    FakeLayout layout;
    sqlite3 *database; /* open in a transaction of the test's, else NULL */
};

static sqlite3 *open_database(const FakeBoard *board, int extra_flags)
{
    sqlite3 *database = NULL;
    int code = sqlite3_open_v2(board->path, &database, SQLITE_OPEN_READWRITE | extra_flags, NULL);
    if (code != SQLITE_OK)
        g_error("Cannot open fake board \"%s\": %s", board->path, sqlite3_errmsg(database));
    sqlite3_busy_timeout(database, 5000);
    sqlite3_exec(database, "PRAGMA synchronous = OFF", NULL, NULL, NULL); /* no test needs it */
    return database;
}

static void execute(const FakeBoard *board, sqlite3 *database, const char *sql)
{
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK)
        g_error("Fake board \"%s\": %s in: %s", board->path, message, sql);
}

static void run_sql(FakeBoard *board, const char *sql)
{
    if (board->database) {
        execute(board, board->database, sql);
        return;
    }
    sqlite3 *database = open_database(board, 0);
    execute(board, database, sql);
    g_assert_cmpint(sqlite3_close(database), ==, SQLITE_OK);
}

void fake_board_run(FakeBoard *board, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    run_sql(board, sql);
    sqlite3_free(sql);
}

FakeBoard *fake_board_open(const char *path, FakeLayout layout)
{
    FakeBoard *board = g_new0(FakeBoard, 1);
    board->path = g_strdup(path);
    board->layout = layout;
    return board;
}

FakeBoard *fake_board_new(const char *path, FakeLayout layout)
{
    g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
    FakeBoard *board = fake_board_open(path, layout);
    sqlite3 *database = open_database(board, SQLITE_OPEN_CREATE);
    g_autofree char *tables = fake_layout_dup_tables(layout);
    execute(board, database, tables);
    if (fake_layout_is_wal(layout))
        execute(board, database, "PRAGMA journal_mode = WAL");
    g_assert_cmpint(sqlite3_close(database), ==, SQLITE_OK);
    return board;
}

void fake_board_free(FakeBoard *board)
{
    if (!board)
        return;
    g_assert_null(board->database);
    g_free(board->path);
    g_free(board);
}

void fake_board_set_journal_mode(FakeBoard *board, const char *mode)
{
    fake_board_run(board, "PRAGMA journal_mode = %s", mode);
}

void fake_board_begin(FakeBoard *board)
{
    g_assert_null(board->database);
    board->database = open_database(board, 0);
    execute(board, board->database, "BEGIN IMMEDIATE");
}

void fake_board_commit(FakeBoard *board)
{
    execute(board, board->database, "COMMIT");
    g_assert_cmpint(sqlite3_close(board->database), ==, SQLITE_OK);
    board->database = NULL;
}

VkpUuid fake_id(guint number)
{
    VkpUuid id = {{0xfa, 0x4e, 0, 0, 0, 0, 0x40, 0, 0x80}};
    guint32 big_endian = GUINT32_TO_BE(number);
    memcpy(id.bytes + 12, &big_endian, sizeof big_endian);
    return id;
}

char *fake_id_to_sql(VkpUuid id)
{
    if (vkp_uuid_is_nil(&id))
        return g_strdup("NULL");
    GString *literal = g_string_new("X'");
    for (guint i = 0; i < sizeof id.bytes; i++)
        g_string_append_printf(literal, "%02x", id.bytes[i]);
    g_string_append_c(literal, '\'');
    return g_string_free(literal, FALSE);
}

static char *format_time(gint64 usec, const char *format)
{
    g_autoptr(GDateTime) moment = g_date_time_new_from_unix_utc(usec / G_USEC_PER_SEC);
    return g_date_time_format(moment, format);
}

char *fake_time_rfc3339(gint64 usec)
{
    g_autofree char *seconds = format_time(usec, "%Y-%m-%dT%H:%M:%S");
    return g_strdup_printf("%s.%06d789+00:00", seconds, (int)(usec % G_USEC_PER_SEC));
}

char *fake_time_plain(gint64 usec)
{
    g_autofree char *seconds = format_time(usec, "%Y-%m-%d %H:%M:%S");
    return g_strdup_printf("%s.%03d", seconds, (int)(usec % G_USEC_PER_SEC / 1000));
}

void fake_board_add_project(FakeBoard *board, VkpUuid id, const char *name)
{
    g_autofree char *key = fake_id_to_sql(id);
    fake_board_run(board, "INSERT INTO projects (id, name) VALUES (%s, %Q)", key, name);
    if (!fake_layout_has_sessions(board->layout) && board->layout != FAKE_LAYOUT_C)
        fake_board_run(board, "UPDATE projects SET git_repo_path = '/src/' || name WHERE id = %s",
                       key);
}

void fake_board_add_task(FakeBoard *board, VkpUuid id, VkpUuid project_id, const char *title,
                         const char *status)
{
    g_autofree char *key = fake_id_to_sql(id);
    g_autofree char *project = fake_id_to_sql(project_id);
    fake_board_run(board,
                   "INSERT INTO tasks (id, project_id, title, status) VALUES (%s, %s, %Q, %Q)", key,
                   project, title, status ? status : "inprogress");
}

static void add_old_attempt(FakeBoard *board, const FakeAttempt *attempt, const char *key,
                            const char *task)
{
    const char *folder = board->layout == FAKE_LAYOUT_A ? "worktree_path" : "container_ref";
    fake_board_run(board,
                   "INSERT INTO task_attempts (id, task_id, %s, branch, %s) "
                   "VALUES (%s, %s, %Q, %Q, %Q)",
                   folder, fake_layout_agent_column(board->layout), key, task, attempt->folder,
                   attempt->branch, attempt->agent);
    if (attempt->is_worktree_deleted && board->layout != FAKE_LAYOUT_C)
        fake_board_run(board, "UPDATE task_attempts SET worktree_deleted = 1 WHERE id = %s", key);
}

static void add_workspace(FakeBoard *board, const FakeAttempt *attempt, const char *key,
                          const char *task)
{
    fake_board_run(board,
                   "INSERT INTO workspaces (id, task_id, container_ref, branch) "
                   "VALUES (%s, %s, %Q, %Q)",
                   key, task, attempt->folder, attempt->branch ? attempt->branch : "");
    if (board->layout != FAKE_LAYOUT_D_EARLY)
        fake_board_run(board, "UPDATE workspaces SET name = %Q, archived = %d WHERE id = %s",
                       attempt->name, attempt->is_archived, key);
    if (board->layout >= FAKE_LAYOUT_E_LATE)
        fake_board_run(board, "UPDATE workspaces SET worktree_deleted = %d WHERE id = %s",
                       attempt->is_worktree_deleted, key);
}

/* The id of the session that is made with an attempt, so that its executions find it. */
static VkpUuid session_of(VkpUuid attempt_id)
{
    attempt_id.bytes[2] = 0x5e;
    attempt_id.bytes[3] = 0x55;
    return attempt_id;
}

void fake_board_add_attempt(FakeBoard *board, const FakeAttempt *attempt)
{
    g_autofree char *key = fake_id_to_sql(attempt->id);
    g_autofree char *task = fake_id_to_sql(attempt->task_id);
    if (!fake_layout_has_sessions(board->layout)) {
        add_old_attempt(board, attempt, key, task);
        return;
    }
    add_workspace(board, attempt, key, task);
    fake_board_add_session(board, session_of(attempt->id), attempt->id, attempt->agent);
}

void fake_board_add_repo(FakeBoard *board, VkpUuid id, const char *name, const char *display_name)
{
    g_autofree char *key = fake_id_to_sql(id);
    fake_board_run(board,
                   "INSERT INTO repos (id, path, name, display_name) "
                   "VALUES (%s, '/src/' || hex(%s), %Q, %Q)",
                   key, key, name, display_name ? display_name : name);
}

void fake_board_link_repo(FakeBoard *board, VkpUuid attempt_id, VkpUuid repo_id)
{
    g_autofree char *attempt = fake_id_to_sql(attempt_id);
    g_autofree char *repo = fake_id_to_sql(repo_id);
    gboolean is_old = board->layout == FAKE_LAYOUT_C;
    fake_board_run(board,
                   "INSERT INTO %s (id, %s, repo_id, target_branch) "
                   "VALUES (randomblob(16), %s, %s, 'main')",
                   is_old ? "attempt_repos" : "workspace_repos",
                   is_old ? "attempt_id" : "workspace_id", attempt, repo);
}

void fake_board_add_session(FakeBoard *board, VkpUuid id, VkpUuid attempt_id, const char *agent)
{
    g_autofree char *key = fake_id_to_sql(id);
    g_autofree char *attempt = fake_id_to_sql(attempt_id);
    fake_board_run(board, "INSERT INTO sessions (id, workspace_id, executor) VALUES (%s, %s, %Q)",
                   key, attempt, agent);
}

static char *dup_started_at(const FakeExecution *execution)
{
    if (execution->started_at)
        return g_strdup(execution->started_at);
    return fake_time_rfc3339(execution->started_usec ? execution->started_usec : g_get_real_time());
}

static void update_execution(FakeBoard *board, const FakeExecution *execution, const char *key)
{
    if (execution->completed_at)
        fake_board_run(board,
                       "UPDATE execution_processes SET completed_at = %Q, exit_code = 0 "
                       "WHERE id = %s",
                       execution->completed_at, key);
    if (execution->is_dropped)
        fake_board_run(board, "UPDATE execution_processes SET dropped = 1 WHERE id = %s", key);
    if (execution->pid && board->layout == FAKE_LAYOUT_SWARM)
        fake_board_run(board, "UPDATE execution_processes SET pid = %d WHERE id = %s",
                       (int)execution->pid, key);
}

/* What stands in session_id or task_attempt_id, as SQL. */
static char *dup_parent(const FakeBoard *board, const FakeExecution *execution)
{
    g_autofree char *attempt = fake_id_to_sql(execution->attempt_id);
    if (!fake_layout_has_sessions(board->layout))
        return g_steal_pointer(&attempt);
    if (!vkp_uuid_is_nil(&execution->session_id))
        return fake_id_to_sql(execution->session_id);
    return g_strdup_printf("(SELECT id FROM sessions WHERE workspace_id = %s LIMIT 1)", attempt);
}

void fake_board_add_execution(FakeBoard *board, const FakeExecution *execution)
{
    gboolean by_session = fake_layout_has_sessions(board->layout);
    const char *reason = execution->run_reason ? execution->run_reason : "codingagent";
    g_autofree char *key = fake_id_to_sql(execution->id);
    g_autofree char *parent = dup_parent(board, execution);
    g_autofree char *started_at = dup_started_at(execution);
    g_autofree char *action = execution->action ? g_strdup(execution->action)
                                                : fake_action_dup(board->layout, execution->agent);
    fake_board_run(board,
                   "INSERT INTO execution_processes (id, %s, %s, %s, status, started_at) "
                   "VALUES (%s, %s, %Q, %Q, %Q, %Q)",
                   by_session ? "session_id" : "task_attempt_id",
                   board->layout == FAKE_LAYOUT_A ? "process_type" : "run_reason",
                   board->layout == FAKE_LAYOUT_A ? "command" : "executor_action", key, parent,
                   reason, action, execution->status ? execution->status : "running", started_at);
    update_execution(board, execution, key);
}

/* The shapes in which executor_action has named its agent, oldest first. */
char *fake_action_dup(FakeLayout layout, const char *agent)
{
    if (layout == FAKE_LAYOUT_A)
        return g_strdup(agent ? "npx" : "sh");
    if (!agent)
        return g_strdup("{\"typ\":{\"type\":\"ScriptRequest\",\"script\":\"npm run dev\","
                        "\"language\":\"Bash\",\"context\":\"DevServer\"},\"next_action\":null}");
    const char *shape = "{\"executor_profile_id\":{\"executor\":\"%s\",\"variant\":null}}";
    if (layout == FAKE_LAYOUT_B_BASE_CODING_AGENT)
        shape = "{\"profile\":\"%s\"}";
    else if (layout == FAKE_LAYOUT_B_PROFILE)
        shape = "{\"profile_variant_label\":{\"profile\":\"%s\",\"variant\":null}}";
    else if (fake_layout_has_loose_workspaces(layout))
        shape = "{\"executor_config\":{\"executor\":\"%s\",\"variant\":null}}";
    const char *at = strstr(shape, "%s");
    return g_strdup_printf("{\"typ\":{\"type\":\"CodingAgentInitialRequest\","
                           "\"prompt\":\"Do \\\"it\\\"\",%.*s%s%s,\"next_action\":null}",
                           (int)(at - shape - 1), shape + 1, agent, at + 2);
}

/* The order of upstream's steps matters to a reader that looks in between: everything is one
 * transaction, and foreign keys are off. */
void fake_board_upgrade_to_e(FakeBoard *board)
{
    g_assert_true(board->layout >= FAKE_LAYOUT_B_EXECUTOR && board->layout < FAKE_LAYOUT_C);
    g_autofree char *tables = fake_layout_dup_new_tables(FAKE_LAYOUT_E_LATE);
    fake_board_begin(board);
    run_sql(board, tables);
    fake_board_run(board, "INSERT INTO workspaces_new (id, task_id, container_ref, branch, "
                          "worktree_deleted) SELECT id, task_id, container_ref, "
                          "coalesce(branch, ''), worktree_deleted FROM task_attempts");
    fake_board_run(board,
                   "INSERT INTO sessions_new (id, workspace_id, executor) "
                   "SELECT randomblob(16), id, %s FROM task_attempts",
                   fake_layout_agent_column(board->layout));
    fake_board_run(board, "INSERT INTO execution_processes_new (id, session_id, run_reason, "
                          "executor_action, status, started_at, completed_at) "
                          "SELECT e.id, s.id, e.run_reason, e.executor_action, e.status, "
                          "e.started_at, e.completed_at FROM execution_processes e "
                          "JOIN sessions_new s ON s.workspace_id = e.task_attempt_id");
    fake_board_run(board, "DROP TABLE execution_processes; DROP TABLE task_attempts; "
                          "ALTER TABLE workspaces_new RENAME TO workspaces; "
                          "ALTER TABLE sessions_new RENAME TO sessions; "
                          "ALTER TABLE execution_processes_new RENAME TO execution_processes; "
                          "ALTER TABLE workspace_repos_new RENAME TO workspace_repos; "
                          "ALTER TABLE repos_new RENAME TO repos");
    fake_board_commit(board);
    board->layout = FAKE_LAYOUT_E_LATE;
}
