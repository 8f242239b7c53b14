/* SPDX-License-Identifier: Apache-2.0 */
/* Rows that nobody should have written. */
#include <glib.h>
#include <string.h>

#include "common/base/text.h"
#include "tests/store/fixture.h"

static void test_broken_execution_ids(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const ids[] = {
        "'text'",       "NULL",  "7",
        "x''",          "x'00'", "zeroblob(16)",
        "zeroblob(17)", "1.5",   "'fa4e0000-0000-4000-8000-000000000004'"};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        fake_board_run(fixture->board,
                       "INSERT INTO execution_processes (id, session_id, started_at) "
                       "SELECT %s, id, '' FROM sessions",
                       ids[i]);
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, G_N_ELEMENTS(ids));
    g_assert_cmpuint(vkp_board_n_executions(vkp_store_board(fixture->store)), ==, 1);
}

static void test_broken_references(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *execution = fake_id_to_sql(fake_id(5));
    g_autofree char *workspace = fake_id_to_sql(fake_id(6));
    g_autofree char *dangling = fake_id_to_sql(fake_id(7));
    fake_board_run(fixture->board,
                   "INSERT INTO execution_processes (id, session_id, started_at) VALUES"
                   " (%s, 'session', ''), (%s, randomblob(16), '')",
                   execution, dangling);
    fake_board_run(fixture->board, "INSERT INTO workspaces (id, task_id) VALUES (%s, x'0102')",
                   workspace);
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 2);
    g_assert_null(fixture_execution_of(fixture, 5));
    g_assert_null(fixture_attempt_of(fixture, 6));
    /* A well-formed reference to nothing is no fault of the row. */
    g_assert_true(vkp_uuid_is_nil(&fixture_execution_of(fixture, 7)->attempt_id));
}

/* A session that says what it belongs to, but not in an id. */
static void test_broken_link_of_a_session(Fixture *fixture, gconstpointer data)
{
    (void)data;
    FakeAttempt attempt = {.id = fake_id(6), .folder = "/w/b"};
    fake_board_add_attempt(fixture->board, &attempt);
    fake_board_add_session(fixture->board, fake_id(7), fake_id(6), NULL);
    FakeExecution execution = {
        .id = fake_id(8), .attempt_id = fake_id(6), .session_id = fake_id(7)};
    fake_board_add_execution(fixture->board, &execution);
    g_autofree char *session = fake_id_to_sql(fake_id(7));
    fake_board_run(fixture->board, "UPDATE sessions SET workspace_id = 'none' WHERE id = %s",
                   session);
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 1);
    g_assert_null(fixture_execution_of(fixture, 8));
}

static void test_broken_tasks_and_projects(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board,
                   "INSERT INTO projects (id, name) VALUES ('project', 'x');"
                   "INSERT INTO tasks (id, project_id, title) VALUES (x'01', 'project', 'x')");
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 2);
}

/* A table that lost its key, as by a copy: who came last counts, once. */
static void test_one_id_twice(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board, "CREATE TABLE copy AS SELECT * FROM workspaces;"
                                   "INSERT INTO copy SELECT * FROM workspaces;"
                                   "DROP TABLE workspaces; ALTER TABLE copy RENAME TO workspaces;"
                                   "CREATE TABLE copy AS SELECT * FROM execution_processes;"
                                   "INSERT INTO copy SELECT * FROM execution_processes;"
                                   "DROP TABLE execution_processes; ALTER TABLE copy RENAME TO"
                                   " execution_processes;"
                                   "UPDATE workspaces SET branch = 'last' WHERE rowid = 2");
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 2);
    g_assert_cmpstr(fixture_attempt_of(fixture, 3)->branch, ==, "last");
    g_assert_cmpuint(vkp_board_n_attempts(vkp_store_board(fixture->store)), ==, 1);
    g_assert_cmpuint(vkp_board_n_executions(vkp_store_board(fixture->store)), ==, 1);
}

/* The attempt counts, whatever became of its task's row. */
static void test_broken_project_of_a_task(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board, "UPDATE tasks SET project_id = 'none'");
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 1);
    g_assert_true(vkp_uuid_is_nil(&fixture_attempt_of(fixture, 3)->project_id));
    g_assert_null(fixture_attempt_of(fixture, 3)->project_name);
}

static void test_bad_text(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *key = fake_id_to_sql(fake_id(3));
    fake_board_run(fixture->board,
                   "UPDATE workspaces SET name = CAST(x'41ff42edb0804300c2' AS TEXT), "
                   "branch = CAST(x'efbfbe' AS TEXT) WHERE id = %s",
                   key);
    fake_board_run(fixture->board, "UPDATE projects SET name = x'0102'");
    fixture_read_well(fixture);
    const VkpAttempt *attempt = fixture_attempt_of(fixture, 3);
    g_assert_true(vkp_text_is_valid(attempt->name));
    g_assert_true(g_str_has_prefix(attempt->name, "A\xef\xbf\xbd"
                                                  "B"));
    g_assert_true(vkp_text_is_valid(attempt->branch));
    g_assert_null(attempt->project_name);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 0);
}

/* What is compared or opened ends at a NUL for one reader and not for the next: it is nothing. */
static void test_text_with_nul(Fixture *fixture, gconstpointer data)
{
    (void)data;
    FakeAttempt attempt = {.id = fake_id(6), .folder = "/w/b"};
    fake_board_add_attempt(fixture->board, &attempt);
    FakeExecution execution = {.id = fake_id(7), .attempt_id = fake_id(6)};
    fake_board_add_execution(fixture->board, &execution);
    g_autofree char *attempt_key = fake_id_to_sql(fake_id(6));
    g_autofree char *execution_key = fake_id_to_sql(fake_id(7));
    fake_board_run(fixture->board,
                   "UPDATE workspaces SET container_ref = CAST(x'2f772f620063' AS TEXT)"
                   " WHERE id = %s",
                   attempt_key);
    fake_board_run(fixture->board,
                   "PRAGMA ignore_check_constraints = ON;"
                   "UPDATE execution_processes SET status = CAST(x'72756e6e696e6700' AS TEXT)"
                   " WHERE id = %s",
                   execution_key);
    fixture_read_well(fixture);
    g_assert_null(fixture_attempt_of(fixture, 6)->folder);
    g_assert_cmpint(fixture_execution_of(fixture, 7)->status, ==, VKP_EXECUTION_UNKNOWN);
}

static void test_empty_labels(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board, "UPDATE workspaces SET name = ' \t\n', branch = ''");
    fixture_read_well(fixture);
    g_assert_cmpstr(fixture_attempt_of(fixture, 3)->name, ==, "Fix login");
    g_assert_null(fixture_attempt_of(fixture, 3)->branch);
    fake_board_run(fixture->board, "UPDATE workspaces SET task_id = NULL, container_ref = NULL");
    vkp_store_refresh(fixture->store);
    g_assert_cmpstr(fixture_attempt_of(fixture, 3)->name, ==, "fa4e0000");
    g_assert_null(fixture_attempt_of(fixture, 3)->worktrees);
}

static void test_folders_that_match_nothing(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const folders[] = {"",       "/",  "/home/ada", "/home/ada/",
                                          "/home/", "//", ".",         "relative/path"};
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        FakeAttempt attempt = {.id = fake_id(100 + i), .folder = folders[i]};
        fake_board_add_attempt(fixture->board, &attempt);
    }
    fake_board_add_repo(fixture->board, fake_id(30), "web", NULL);
    fake_board_link_repo(fixture->board, fake_id(100), fake_id(30));
    fixture_read_well(fixture);
    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_assert_null(fixture_attempt_of(fixture, 100 + i)->folder);
        g_assert_null(fixture_attempt_of(fixture, 100 + i)->worktrees);
    }
}

static void test_repo_names_that_are_no_folders(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *long_name = g_strnfill(256, 'x');
    const char *const names[] = {"..",   ".",        "",       "a/b", "/", "../../home/ada",
                                 "\xff", "\xc3\x28", long_name};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        fake_board_add_repo(fixture->board, fake_id(30 + i), names[i], NULL);
        fake_board_link_repo(fixture->board, fake_id(3), fake_id(30 + i));
    }
    fixture_read_well(fixture);
    g_assert_cmpuint(g_strv_length(fixture_attempt_of(fixture, 3)->worktrees), ==, 1);
    g_assert_cmpstr(fixture_attempt_of(fixture, 3)->worktrees[0], ==, "/w/a");
}

static void test_repos_are_a_set(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board, "UPDATE workspaces SET task_id = NULL");
    static const char *const names[] = {"web", "api", "web", "core"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        fake_board_add_repo(fixture->board, fake_id(30 + i), names[i], i == 3 ? "Core" : NULL);
        fake_board_link_repo(fixture->board, fake_id(3), fake_id(30 + i));
    }
    g_assert_true(vkp_store_refresh(fixture->store));
    const VkpAttempt *attempt = fixture_attempt_of(fixture, 3);
    g_autofree char *worktrees = g_strjoinv(" ", attempt->worktrees);
    g_assert_cmpstr(worktrees, ==, "/w/a/api /w/a/core /w/a/web");
    g_assert_cmpstr(attempt->project_name, ==, "Core + api + web");
}

/* Thousands are none of vibe-kanban's doing; all that is said of them is that some were left out.
 */
static void test_too_many_repos(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_add_repo(fixture->board, fake_id(30), "web", NULL);
    fake_board_link_repo(fixture->board, fake_id(3), fake_id(30));
    fake_board_run(fixture->board,
                   "CREATE TABLE copy AS SELECT * FROM workspace_repos; DROP TABLE workspace_repos;"
                   "ALTER TABLE copy RENAME TO workspace_repos;"
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1500)"
                   "INSERT INTO workspace_repos SELECT r.* FROM workspace_repos r, n");
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 501);
    g_assert_cmpuint(g_strv_length(fixture_attempt_of(fixture, 3)->worktrees), ==, 1);
}

/* A value of many megabytes costs its row, not the board; a long title is cut. */
static void test_huge_values(Fixture *fixture, gconstpointer data)
{
    (void)data;
    for (guint i = 0; i < 5; i++) {
        FakeExecution execution = {.id = fake_id(100 + i), .attempt_id = fake_id(3)};
        fake_board_add_execution(fixture->board, &execution);
        FakeAttempt attempt = {.id = fake_id(200 + i), .folder = "/w/b", .name = "Short"};
        fake_board_add_attempt(fixture->board, &attempt);
    }
    g_autofree char *execution = fake_id_to_sql(fake_id(102));
    g_autofree char *first = fake_id_to_sql(fake_id(200));
    g_autofree char *last = fake_id_to_sql(fake_id(204));
    fake_board_run(fixture->board,
                   "UPDATE execution_processes SET started_at = CAST(zeroblob(20000000) AS TEXT) "
                   "WHERE id = %s",
                   execution);
    fake_board_run(fixture->board,
                   "UPDATE workspaces SET name = CAST(zeroblob(20000000) AS TEXT) "
                   "WHERE id IN (%s, %s)",
                   first, last);
    fake_board_run(fixture->board, "UPDATE tasks SET description = zeroblob(20000000)");
    fake_board_run(fixture->board, "UPDATE projects SET name = printf('%%.*c', 1000000, 'x')");
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 3);
    g_assert_null(fixture_execution_of(fixture, 102));
    g_assert_nonnull(fixture_execution_of(fixture, 101));
    g_assert_nonnull(fixture_execution_of(fixture, 103));
    g_assert_null(fixture_attempt_of(fixture, 200));
    g_assert_cmpstr(fixture_attempt_of(fixture, 201)->name, ==, "Short");
    g_assert_null(fixture_attempt_of(fixture, 204));
    g_assert_cmpuint(strlen(fixture_attempt_of(fixture, 3)->project_name), ==, 1024);
}

static void test_bad_actions(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *nested = g_strnfill(100000, '[');
    g_autofree char *long_name = g_strnfill(5000, 'A');
    g_autofree char *long_agent =
        g_strdup_printf("{\"typ\":{\"executor_config\":{\"executor\":\"%s\"}}}", long_name);
    const char *actions[] = {"",
                             "{",
                             "null",
                             "[]",
                             "{\"typ\":7}",
                             "{\"typ\":{\"executor_config\":{\"executor\":{}}}}",
                             "{\"typ\":{\"executor_config\":{\"executor\":17}}}",
                             "{\"typ\":{\"executor_config\":{\"executor\":\"a\\nb\"}}}",
                             nested,
                             long_agent,
                             "{\"typ\":{\"executor_config\":{\"executor\":\"dev-server\"}}}"};
    FakeAttempt attempt = {.id = fake_id(50), .folder = "/w/b"};
    fake_board_add_attempt(fixture->board, &attempt);
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++) {
        FakeExecution execution = {
            .id = fake_id(100 + i), .attempt_id = fake_id(50), .action = actions[i]};
        fake_board_add_execution(fixture->board, &execution);
    }
    FakeExecution good = {.id = fake_id(90), .attempt_id = fake_id(50), .agent = "codex"};
    fake_board_add_execution(fixture->board, &good);
    fake_board_run(fixture->board, "UPDATE execution_processes SET executor_action = "
                                   "x'7b7d' WHERE executor_action = ''");
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++)
        g_assert_null(fixture_execution_of(fixture, 100 + i)->agent);
    g_assert_cmpstr(fixture_execution_of(fixture, 90)->agent, ==, "CODEX");
    g_assert_cmpstr(fixture_attempt_of(fixture, 50)->agent, ==, "CODEX");
}

static void test_no_actions(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board, "ALTER TABLE execution_processes DROP COLUMN executor_action;"
                                   "UPDATE sessions SET executor = NULL");
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 0);
    g_assert_null(fixture_execution_of(fixture, 4)->agent);
}

/* An executor_action too long to be read costs the agent's name only. */
static void test_huge_action(Fixture *fixture, gconstpointer data)
{
    (void)data;
    FakeAttempt attempt = {.id = fake_id(50), .folder = "/w/b"};
    fake_board_add_attempt(fixture->board, &attempt);
    FakeExecution execution = {.id = fake_id(100), .attempt_id = fake_id(50)};
    fake_board_add_execution(fixture->board, &execution);
    g_autofree char *key = fake_id_to_sql(fake_id(100));
    fake_board_run(fixture->board,
                   "UPDATE execution_processes SET executor_action = "
                   "printf('{\"typ\":{\"profile\":\"x\",\"prompt\":\"%%.*c\"}}', 20000000, 'x') "
                   "WHERE id = %s",
                   key);
    fixture_read_well(fixture);
    g_assert_cmpuint(fixture_n_skipped(fixture), ==, 0);
    g_assert_null(fixture_execution_of(fixture, 100)->agent);
}

static void test_pids(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const struct {
        const char *value;
        pid_t pid;
    } cases[] = {{"2", 2},          {"4194304", 4194304},
                 {"0", 0},          {"1", 0},
                 {"-1", 0},         {"-4242", 0},
                 {"NULL", 0},       {"4194305", 0},
                 {"4294967298", 0}, {"9223372036854775807", 0},
                 {"'x'", 0},        {"x'3432'", 0},
                 {"42.5", 0}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        FakeExecution execution = {.id = fake_id(100 + i), .attempt_id = fake_id(3)};
        fake_board_add_execution(fixture->board, &execution);
        g_autofree char *key = fake_id_to_sql(fake_id(100 + i));
        fake_board_run(fixture->board, "UPDATE execution_processes SET pid = %s WHERE id = %s",
                       cases[i].value, key);
    }
    fixture_read_well(fixture);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(fixture_execution_of(fixture, 100 + i)->pid, ==, cases[i].pid);
}

#define ADD(name, layout, function)                                                                \
    g_test_add("/store/malformed/" name, Fixture, GINT_TO_POINTER(layout), fixture_set_up,         \
               function, fixture_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("a-broken-id-drops-its-row", FAKE_LAYOUT_E_LATE, test_broken_execution_ids);
    ADD("a-broken-reference-drops-its-row", FAKE_LAYOUT_E_LATE, test_broken_references);
    ADD("a-broken-link-of-a-session-drops-its-executions", FAKE_LAYOUT_E_LATE,
        test_broken_link_of_a_session);
    ADD("broken-tasks-and-projects-drop-their-rows", FAKE_LAYOUT_E_LATE,
        test_broken_tasks_and_projects);
    ADD("one-id-twice-counts-once", FAKE_LAYOUT_E_LATE, test_one_id_twice);
    ADD("text-with-nul-in-it-is-none", FAKE_LAYOUT_E_LATE, test_text_with_nul);
    ADD("a-board-without-actions-names-no-agent", FAKE_LAYOUT_E_LATE, test_no_actions);
    ADD("a-broken-task-does-not-drop-its-attempt", FAKE_LAYOUT_E_LATE,
        test_broken_project_of_a_task);
    ADD("bad-text-is-made-valid", FAKE_LAYOUT_E_LATE, test_bad_text);
    ADD("an-empty-label-is-none", FAKE_LAYOUT_E_LATE, test_empty_labels);
    ADD("root-home-and-nothing-match-nothing", FAKE_LAYOUT_E_LATE, test_folders_that_match_nothing);
    ADD("a-repository-name-cannot-lead-elsewhere", FAKE_LAYOUT_E_LATE,
        test_repo_names_that_are_no_folders);
    ADD("repositories-are-a-set", FAKE_LAYOUT_E_LATE, test_repos_are_a_set);
    ADD("too-many-repositories-are-cut", FAKE_LAYOUT_E_LATE, test_too_many_repos);
    ADD("a-huge-value-costs-its-row-only", FAKE_LAYOUT_E_LATE, test_huge_values);
    ADD("a-broken-action-names-no-agent", FAKE_LAYOUT_E_LATE, test_bad_actions);
    ADD("a-huge-action-names-no-agent", FAKE_LAYOUT_E_LATE, test_huge_action);
    ADD("a-pid-is-a-pid", FAKE_LAYOUT_SWARM, test_pids);
    return g_test_run();
}
