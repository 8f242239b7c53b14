/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/board.h"

#include "tests/lib/fake-board.h"

static VkpBoard *make_board(void)
{
    VkpBoard *board = vkp_board_new();
    vkp_board_add_attempt(board, fake_id(9))->task_id = fake_id(90);
    VkpAttempt *attempt = vkp_board_add_attempt(board, fake_id(5));
    attempt->task_id = fake_id(50);
    attempt->project_id = fake_id(51);
    attempt->name = g_strdup("five");
    static const gint64 starts[] = {30, 10, 20, 10};
    for (guint i = 0; i < G_N_ELEMENTS(starts); i++) {
        VkpExecution *execution = vkp_board_add_execution(board, fake_id(103 - i));
        execution->attempt_id = fake_id(5);
        execution->started_at_usec = starts[i];
    }
    vkp_board_add_execution(board, fake_id(200))->attempt_id = fake_id(77);
    vkp_board_add_task(board, fake_id(60));
    vkp_board_add_project(board, fake_id(61));
    return board;
}

static void test_lookups(void)
{
    g_autoptr(VkpBoard) board = make_board();
    vkp_board_seal(board);
    VkpUuid five = fake_id(5), unknown = fake_id(6), first = fake_id(100);
    g_assert_cmpstr(vkp_board_lookup_attempt(board, &five)->name, ==, "five");
    g_assert_null(vkp_board_lookup_attempt(board, &unknown));
    g_assert_cmpint(vkp_board_lookup_execution(board, &first)->started_at_usec, ==, 10);
    g_assert_null(vkp_board_lookup_execution(board, &five));
    g_assert_cmpuint(vkp_board_n_attempts(board), ==, 2);
    g_assert_true(vkp_uuid_equal(&vkp_board_attempt_at(board, 0)->id, &five));
    for (guint i = 1; i < vkp_board_n_executions(board); i++)
        g_assert_cmpint(memcmp(&vkp_board_execution_at(board, i - 1)->id,
                               &vkp_board_execution_at(board, i)->id, sizeof(VkpUuid)),
                        <, 0);
}

static void test_executions_of(void)
{
    g_autoptr(VkpBoard) board = make_board();
    vkp_board_seal(board);
    VkpUuid five = fake_id(5), nine = fake_id(9), stray = fake_id(200);
    const GPtrArray *executions = vkp_board_executions_of(board, &five);
    g_assert_cmpuint(executions->len, ==, 4);
    static const guint expected[] = {100, 102, 101, 103};
    for (guint i = 0; i < executions->len; i++) {
        const VkpExecution *execution = g_ptr_array_index(executions, i);
        VkpUuid id = fake_id(expected[i]);
        g_assert_true(vkp_uuid_equal(&execution->id, &id));
    }
    g_assert_cmpuint(vkp_board_executions_of(board, &nine)->len, ==, 0);
    g_assert_true(vkp_uuid_is_nil(&vkp_board_lookup_execution(board, &stray)->attempt_id));
}

static void test_known_ids(void)
{
    g_autoptr(VkpBoard) board = make_board();
    vkp_board_seal(board);
    VkpUuid of_attempt = fake_id(50), alone = fake_id(60), project = fake_id(61), nil = {0};
    g_assert_true(vkp_board_knows_task(board, &of_attempt));
    g_assert_true(vkp_board_knows_task(board, &alone));
    g_assert_false(vkp_board_knows_task(board, &project));
    g_assert_false(vkp_board_knows_task(board, &nil));
    g_autoptr(GHashTable) ids = vkp_board_dup_ids(board);
    /* 2 attempts, 5 executions, tasks 90, 50, 60, projects 51, 61 */
    g_assert_cmpuint(g_hash_table_size(ids), ==, 12);
    g_assert_true(g_hash_table_contains(ids, &alone));
    g_assert_true(g_hash_table_contains(ids, &project));
    g_assert_false(g_hash_table_contains(ids, &nil));
}

static void test_duplicates(void)
{
    g_autoptr(VkpBoard) board = make_board();
    g_assert_null(vkp_board_add_attempt(board, fake_id(5)));
    g_assert_null(vkp_board_add_execution(board, fake_id(100)));
    g_assert_cmpuint(vkp_board_n_skipped(board), ==, 2);
}

static void change_nothing(VkpBoard *board)
{
    (void)board;
}

static void change_name(VkpBoard *board)
{
    vkp_board_add_attempt(board, fake_id(500))->name = g_strdup("new");
}

static void change_execution(VkpBoard *board)
{
    vkp_board_add_execution(board, fake_id(500))->pid = 2;
}

static void change_tasks(VkpBoard *board)
{
    vkp_board_add_task(board, fake_id(500));
}

static void test_equal(void)
{
    static const struct {
        void (*change)(VkpBoard *);
        gboolean is_equal;
    } cases[] = {
        {change_nothing, TRUE},           {change_name, FALSE},
        {change_execution, FALSE},        {change_tasks, FALSE},
        {vkp_board_count_skipped, FALSE}, {vkp_board_set_is_cut, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(VkpBoard) a = make_board();
        g_autoptr(VkpBoard) b = make_board();
        cases[i].change(b);
        vkp_board_seal(a);
        vkp_board_seal(b);
        g_assert_cmpint(vkp_board_equal(a, b), ==, cases[i].is_equal);
        g_assert_cmpint(vkp_board_equal(b, a), ==, cases[i].is_equal);
    }
}

/* Every field counts: a board that differs in one only is another board. */
static void test_equal_fields(void)
{
    for (guint field = 0; field < 13; field++) {
        g_autoptr(VkpBoard) a = vkp_board_new();
        g_autoptr(VkpBoard) b = vkp_board_new();
        vkp_board_add_attempt(a, fake_id(1));
        vkp_board_add_execution(a, fake_id(2))->attempt_id = fake_id(1);
        VkpAttempt *attempt = vkp_board_add_attempt(b, fake_id(1));
        VkpExecution *execution = vkp_board_add_execution(b, fake_id(2));
        execution->attempt_id = fake_id(1);
        char **texts[] = {&attempt->project_name, &attempt->task_title, &attempt->name,
                          &attempt->branch,       &attempt->agent,      &attempt->folder,
                          &execution->agent};
        gint64 *times[] = {&execution->started_at_usec, &execution->completed_at_usec};
        if (field < 7)
            *texts[field] = g_strdup("x");
        else if (field == 7)
            attempt->is_worktree_deleted = TRUE;
        else if (field < 10)
            *times[field - 8] = 1;
        else if (field == 10)
            attempt->worktrees = g_strsplit("/w", " ", -1);
        else if (field == 11)
            execution->pid = 2;
        else
            execution->status = VKP_EXECUTION_FAILED;
        vkp_board_seal(a);
        vkp_board_seal(b);
        g_assert_false(vkp_board_equal(a, b));
        g_assert_false(vkp_board_equal(b, a));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/board/everything-is-found-by-id-and-in-order-of-ids", test_lookups);
    g_test_add_func("/store/board/executions-of-an-attempt-come-in-order-of-their-start",
                    test_executions_of);
    g_test_add_func("/store/board/tasks-and-projects-are-known-with-and-without-attempts",
                    test_known_ids);
    g_test_add_func("/store/board/an-id-that-comes-twice-counts-once", test_duplicates);
    g_test_add_func("/store/board/boards-of-the-same-content-are-equal", test_equal);
    g_test_add_func("/store/board/every-field-makes-a-difference", test_equal_fields);
    return g_test_run();
}
