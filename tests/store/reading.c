/* SPDX-License-Identifier: Apache-2.0 */
/* A long board whose owner keeps us out in the middle of reading it. */
#include "common/store/reading.h"

#include <string.h>

#include "tests/lib/fake-board.h"
#include "tests/store/scratch.h"

#define N_EXECUTIONS 10000
#define NEW_TITLE "Told while we were out"

typedef struct {
    const char *path;
    FakeLayout layout;
    guint n_begins;     /* pages so far */
    guint locked_begin; /* the page before which the owner comes */
    sqlite3 *owner;     /* with the file locked; NULL: not (yet) */
} Interruption;

/* Between two pages we hold no lock. This is called when the next is to begin. */
static int on_statement(guint event, void *data, void *statement, void *text)
{
    (void)event;
    (void)statement;
    Interruption *interruption = data;
    if (!g_str_equal(text, "BEGIN") || ++interruption->n_begins != interruption->locked_begin)
        return 0;
    g_assert_cmpint(sqlite3_open(interruption->path, &interruption->owner), ==, SQLITE_OK);
    g_assert_cmpint(sqlite3_exec(interruption->owner, "BEGIN EXCLUSIVE", NULL, NULL, NULL), ==,
                    SQLITE_OK);
    return 0;
}

typedef int (*StatementFunc)(guint event, void *data, void *statement, void *text);

static int run_with(VkpReading *reading, Interruption *interruption, StatementFunc on_begin)
{
    sqlite3 *database = NULL;
    g_assert_cmpint(sqlite3_open_v2(interruption->path, &database, SQLITE_OPEN_READONLY, NULL), ==,
                    SQLITE_OK);
    sqlite3_trace_v2(database, SQLITE_TRACE_STMT, on_begin, interruption);
    int code = vkp_reading_run(reading, database);
    g_assert_true(sqlite3_get_autocommit(database));
    g_assert_cmpint(sqlite3_close(database), ==, SQLITE_OK); /* nothing was left open on it */
    return code;
}

static int run(VkpReading *reading, Interruption *interruption)
{
    return run_with(reading, interruption, on_statement);
}

static void make_long_board(const char *path, FakeLayout layout)
{
    g_autoptr(FakeBoard) board = fake_board_new(path, layout);
    fake_board_add_project(board, fake_id(1), "shop");
    fake_board_add_task(board, fake_id(2), fake_id(1), "Fix login", NULL);
    FakeAttempt attempt = {.id = fake_id(3), .task_id = fake_id(2), .folder = "/w/a"};
    fake_board_add_attempt(board, &attempt);
    FakeExecution execution = {.id = fake_id(4), .attempt_id = fake_id(3), .agent = "codex"};
    fake_board_add_execution(board, &execution);
    const char *parent = fake_layout_has_sessions(layout) ? "session_id" : "task_attempt_id";
    fake_board_run(board,
                   "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
                   "INSERT INTO execution_processes (id, %s, started_at)"
                   " SELECT randomblob(16), e.%s, e.started_at FROM n, execution_processes e",
                   N_EXECUTIONS, parent, parent);
}

static void assert_whole(const VkpBoard *board)
{
    VkpUuid attempt_id = fake_id(3);
    g_assert_cmpuint(vkp_board_n_executions(board), ==, N_EXECUTIONS);
    g_assert_cmpuint(vkp_board_executions_of(board, &attempt_id)->len, ==, N_EXECUTIONS);
    g_assert_cmpstr(vkp_board_lookup_attempt(board, &attempt_id)->task_title, ==, NEW_TITLE);
    g_assert_cmpuint(vkp_board_n_skipped(board), ==, 0);
    g_assert_false(vkp_board_is_cut(board));
}

static void test_goes_on(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.sqlite");
    make_long_board(path, FAKE_LAYOUT_E_LATE);
    Interruption interruption = {.path = path, .locked_begin = 2};
    g_autoptr(VkpReading) reading = vkp_reading_new(NULL, NULL);
    g_assert_cmpint(run(reading, &interruption), ==, SQLITE_BUSY);
    guint n_rows = vkp_reading_n_rows(reading);
    g_assert_cmpuint(n_rows, >, 0);
    g_assert_cmpuint(n_rows, <, N_EXECUTIONS);
    g_assert_cmpint(run(reading, &interruption), ==, SQLITE_BUSY);
    g_assert_cmpuint(vkp_reading_n_rows(reading), ==, n_rows);

    g_assert_cmpint(sqlite3_exec(interruption.owner,
                                 "UPDATE tasks SET title = '" NEW_TITLE "'; COMMIT", NULL, NULL,
                                 NULL),
                    ==, SQLITE_OK);
    sqlite3_close(interruption.owner);
    g_assert_cmpint(run(reading, &interruption), ==, SQLITE_OK);
    g_autoptr(VkpBoard) board = vkp_reading_steal_board(reading);
    assert_whole(board);
}

/* What was read of the old tables says nothing of the new ones. */
static void test_starts_over(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.sqlite");
    make_long_board(path, FAKE_LAYOUT_B_EXECUTOR);
    Interruption interruption = {.path = path, .locked_begin = 2};
    g_autoptr(VkpReading) reading = vkp_reading_new(NULL, NULL);
    g_assert_cmpint(run(reading, &interruption), ==, SQLITE_BUSY);
    g_assert_cmpint(vkp_reading_generation(reading), ==, VKP_GENERATION_B);
    sqlite3_close(interruption.owner);
    g_autoptr(FakeBoard) owner = fake_board_open(path, FAKE_LAYOUT_B_EXECUTOR);
    fake_board_run(owner, "UPDATE tasks SET title = %Q", NEW_TITLE);
    fake_board_upgrade_to_e(owner);
    g_assert_cmpint(run(reading, &interruption), ==, SQLITE_OK);
    g_assert_cmpint(vkp_reading_generation(reading), ==, VKP_GENERATION_E);
    g_autoptr(VkpBoard) board = vkp_reading_steal_board(reading);
    assert_whole(board);
}

/* Called when the second page is to begin. */
static int on_second_page(guint event, void *data, void *statement, void *text)
{
    (void)event;
    (void)statement;
    Interruption *interruption = data;
    if (g_str_equal(text, "BEGIN") && ++interruption->n_begins == 2) {
        g_autoptr(FakeBoard) owner = fake_board_open(interruption->path, FAKE_LAYOUT_B_EXECUTOR);
        fake_board_run(owner, "UPDATE tasks SET title = %Q", NEW_TITLE);
        fake_board_upgrade_to_e(owner);
    }
    return 0;
}

/* ... also when they are changed while we read on: that is no unknown layout. */
static void test_changed_between_pages(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.sqlite");
    make_long_board(path, FAKE_LAYOUT_B_EXECUTOR);
    Interruption interruption = {.path = path};
    g_autoptr(VkpReading) reading = vkp_reading_new(NULL, NULL);
    g_assert_cmpint(run_with(reading, &interruption, on_second_page), ==, SQLITE_BUSY);
    g_assert_cmpint(vkp_reading_generation(reading), ==, VKP_GENERATION_B);
    g_assert_cmpint(run_with(reading, &interruption, on_second_page), ==, SQLITE_OK);
    g_assert_cmpint(vkp_reading_generation(reading), ==, VKP_GENERATION_E);
    g_autoptr(VkpBoard) board = vkp_reading_steal_board(reading);
    assert_whole(board);
}

/* An executor_action is as long as its prompt and never changes: what it says is looked up once. */
static void test_looks_up_actions_once(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.sqlite");
    make_long_board(path, FAKE_LAYOUT_B_EXECUTOR);
    Interruption never = {.path = path};
    g_autoptr(VkpReading) first = vkp_reading_new(NULL, NULL);
    g_assert_cmpint(run(first, &never), ==, SQLITE_OK);
    g_autoptr(VkpBoard) board = vkp_reading_steal_board(first);
    VkpUuid id = fake_id(4);
    g_assert_cmpstr(vkp_board_lookup_execution(board, &id)->agent, ==, "CODEX");

    g_autoptr(FakeBoard) owner = fake_board_open(path, FAKE_LAYOUT_B_EXECUTOR);
    fake_board_run(owner, "UPDATE execution_processes SET executor_action = '{}'");
    g_autoptr(VkpReading) second = vkp_reading_new(NULL, board);
    g_assert_cmpint(run(second, &never), ==, SQLITE_OK);
    g_autoptr(VkpBoard) again = vkp_reading_steal_board(second);
    g_assert_cmpstr(vkp_board_lookup_execution(again, &id)->agent, ==, "CODEX");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/reading/goes-on-where-the-owner-kept-it-out", test_goes_on);
    g_test_add_func("/store/reading/starts-over-after-an-upgrade", test_starts_over);
    g_test_add_func("/store/reading/starts-over-when-upgraded-meanwhile",
                    test_changed_between_pages);
    g_test_add_func("/store/reading/actions-are-looked-up-once", test_looks_up_actions_once);
    return g_test_run();
}
