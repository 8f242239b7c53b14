/* SPDX-License-Identifier: Apache-2.0 */
/* Schemas that are on their way, of other makes, or made to harm. */
#include <glib.h>
#include <sqlite3.h>

#include "common/store/schema.h"
#include "tests/store/fixture.h"

static void test_extreme_rowids(Fixture *fixture, gconstpointer data)
{
    (void)data;
    static const char *const rowids[] = {"9223372036854775807", "-9223372036854775808", "-1", "0"};
    for (guint i = 0; i < G_N_ELEMENTS(rowids); i++) {
        g_autofree char *key = fake_id_to_sql(fake_id(100 + i));
        fake_board_run(fixture->board,
                       "INSERT INTO execution_processes (rowid, id, session_id, started_at) "
                       "SELECT %s, %s, id, '' FROM sessions",
                       rowids[i], key);
        fake_board_run(fixture->board, "INSERT INTO workspaces (rowid, id) VALUES (%s, %s)",
                       rowids[i], key);
    }
    fixture_read_well(fixture);
    for (guint i = 0; i < G_N_ELEMENTS(rowids); i++) {
        g_assert_nonnull(fixture_execution_of(fixture, 100 + i));
        g_assert_nonnull(fixture_attempt_of(fixture, 100 + i));
    }
}

/* A migration makes `..._new` tables beside the old ones; what counts is what has its name. */
static void test_tables_of_a_migration(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board,
                   "CREATE TABLE workspaces_new (id BLOB, task_id BLOB);"
                   "CREATE TABLE sessions_new (id BLOB, workspace_id BLOB);"
                   "CREATE TABLE execution_processes_new (id BLOB, session_id BLOB);"
                   "CREATE TABLE task_attempts_old (id BLOB)");
    fixture_read_well(fixture);
}

/* table_info hides generated columns: such a column is one that is not there. */
static void test_generated_column(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board,
                   "ALTER TABLE workspaces DROP COLUMN name;"
                   "ALTER TABLE workspaces ADD COLUMN name TEXT GENERATED ALWAYS AS (branch)");
    fixture_read_well(fixture);
    g_assert_cmpstr(fixture_attempt_of(fixture, 3)->name, ==, "Fix login");
}

/* For each attempt SQLite would sort all titles into memory. */
static void test_tasks_without_key(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board,
                   "CREATE TABLE copy AS SELECT * FROM tasks; DROP TABLE tasks;"
                   "ALTER TABLE copy RENAME TO tasks;"
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 8000)"
                   "INSERT INTO tasks (id, project_id, title)"
                   " SELECT randomblob(16), randomblob(16), printf('%%.*c', 4000, 'x') FROM n");
    (void)sqlite3_memory_highwater(1);
    fixture_read_well(fixture);
    g_assert_cmpint(sqlite3_memory_highwater(0), <, 8 << 20);
}

/* Views run whatever their maker wrote. Ours are tables. */
static void test_views(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board, "ALTER TABLE execution_processes RENAME TO hidden;"
                                   "CREATE VIEW execution_processes AS SELECT * FROM hidden");
    g_assert_true(vkp_store_refresh(fixture->store));
    g_assert_cmpint(vkp_store_state(fixture->store), ==, VKP_DATABASE_UNSUPPORTED);
}

static void test_endless_schema(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board,
                   "ALTER TABLE tasks RENAME TO hidden;"
                   "CREATE VIEW tasks AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n) SELECT zeroblob(16) AS id, i AS project_id, 'x' AS title,"
                   " 'todo' AS status FROM n");
    gint64 started_usec = g_get_monotonic_time();
    vkp_store_refresh(fixture->store);
    g_assert_cmpint(vkp_store_state(fixture->store), !=, VKP_DATABASE_OK);
    g_assert_cmpint(g_get_monotonic_time() - started_usec, <, 10 * G_USEC_PER_SEC);
}

static void test_utf16(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.sqlite");
    sqlite3 *database = NULL;
    g_assert_cmpint(sqlite3_open(path, &database), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(database,
                                 "PRAGMA encoding = 'UTF-16le';"
                                 "CREATE TABLE tasks (id BLOB, project_id BLOB, title TEXT,"
                                 " status TEXT);"
                                 "CREATE TABLE task_attempts (id BLOB, task_id BLOB,"
                                 " container_ref TEXT, branch TEXT);"
                                 "CREATE TABLE execution_processes (id BLOB,"
                                 " task_attempt_id BLOB);"
                                 "INSERT INTO tasks VALUES (x'00112233445566778899aabbccddeeff',"
                                 " NULL, 'Gr\xc3\xbc\xc3\x9f"
                                 "e', 'todo');"
                                 "INSERT INTO task_attempts VALUES"
                                 " (x'10112233445566778899aabbccddeeff',"
                                 " x'00112233445566778899aabbccddeeff', '/w/\xc3\xa4', 'b');",
                                 NULL, NULL, NULL),
                    ==, SQLITE_OK);
    sqlite3_close(database);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    g_assert_cmpstr(vkp_store_problem(store), ==, NULL);
    const VkpAttempt *attempt = vkp_board_attempt_at(vkp_store_board(store), 0);
    g_assert_cmpstr(attempt->task_title, ==,
                    "Gr\xc3\xbc\xc3\x9f"
                    "e");
    g_assert_cmpstr(attempt->folder, ==, "/w/\xc3\xa4");
}

/* More rows than we are ready to hold: the newest are there, and it is said. */
static void test_too_many_rows(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fake_board_run(fixture->board,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                   " WHERE i < %u)"
                   "INSERT INTO execution_processes (id, session_id, started_at)"
                   " SELECT randomblob(16), s.id, '2026-01-10 03:00:00' FROM n, sessions s",
                   VKP_SCHEMA_MAX_ROWS);
    FakeExecution newest = {.id = fake_id(5), .attempt_id = fake_id(3)};
    fake_board_add_execution(fixture->board, &newest);
    gint64 started_usec = g_get_monotonic_time();
    g_assert_true(vkp_store_refresh(fixture->store));
    gint64 took_usec = g_get_monotonic_time() - started_usec;
    g_assert_cmpstr(vkp_store_problem(fixture->store), ==, NULL);
    const VkpBoard *board = vkp_store_board(fixture->store);
    g_assert_cmpuint(vkp_board_n_executions(board), <=, VKP_SCHEMA_MAX_ROWS);
    if (took_usec < 700000) /* not so under valgrind: time is up before the rows are */
        g_assert_cmpuint(vkp_board_n_executions(board), ==, VKP_SCHEMA_MAX_ROWS);
    g_assert_true(vkp_board_is_cut(board));
    g_assert_nonnull(fixture_execution_of(fixture, 5));
    g_assert_null(fixture_execution_of(fixture, 4));
    g_assert_nonnull(fixture_attempt_of(fixture, 3));
}

#define ADD(name, layout, function)                                                                \
    g_test_add("/store/odd-schemas/" name, Fixture, GINT_TO_POINTER(layout), fixture_set_up,       \
               function, fixture_tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("rows-of-every-rowid-are-read", FAKE_LAYOUT_E_LATE, test_extreme_rowids);
    ADD("tables-of-a-migration-are-passed-over", FAKE_LAYOUT_B_EXECUTOR,
        test_tables_of_a_migration);
    ADD("a-generated-column-is-none", FAKE_LAYOUT_E_LATE, test_generated_column);
    ADD("a-table-without-key-is-not-sorted", FAKE_LAYOUT_E_LATE, test_tasks_without_key);
    ADD("views-are-not-run", FAKE_LAYOUT_E_LATE, test_views);
    ADD("an-endless-view-does-not-hang", FAKE_LAYOUT_E_LATE, test_endless_schema);
    ADD("the-newest-of-too-many-rows-are-read", FAKE_LAYOUT_E_LATE, test_too_many_rows);
    g_test_add_func("/store/odd-schemas/utf-16-is-read", test_utf16);
    return g_test_run();
}
