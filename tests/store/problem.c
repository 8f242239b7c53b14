/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/problem.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#define PATH "/nowhere/db.sqlite"

static void assert_problem(VkpProblem problem, VkpDatabaseState state, gboolean is_contention)
{
    g_assert_cmpstr(vkp_database_state_to_string(problem.state), ==,
                    vkp_database_state_to_string(state));
    g_assert_cmpint(problem.is_contention, ==, is_contention);
    g_assert_nonnull(strstr(problem.text, "\"" PATH "\""));
    g_assert_true(g_str_has_suffix(problem.text, "."));
    vkp_problem_clear(&problem);
    g_assert_null(problem.text);
}

static void test_sqlite_codes(void)
{
    static const struct {
        int code;
        VkpDatabaseState state;
        gboolean is_contention;
    } cases[] = {
        {SQLITE_BUSY, VKP_DATABASE_LOCKED, TRUE},
        {SQLITE_BUSY_RECOVERY, VKP_DATABASE_LOCKED, TRUE},
        {SQLITE_BUSY_SNAPSHOT, VKP_DATABASE_LOCKED, TRUE},
        {SQLITE_LOCKED, VKP_DATABASE_LOCKED, TRUE},
        {SQLITE_PROTOCOL, VKP_DATABASE_LOCKED, TRUE},
        {SQLITE_READONLY_ROLLBACK, VKP_DATABASE_NEEDS_RECOVERY, FALSE},
        {SQLITE_READONLY_RECOVERY, VKP_DATABASE_NEEDS_RECOVERY, FALSE},
        {SQLITE_READONLY, VKP_DATABASE_NEEDS_RECOVERY, FALSE},
        {SQLITE_READONLY_CANTINIT, VKP_DATABASE_UNREADABLE, FALSE},
        {SQLITE_READONLY_DIRECTORY, VKP_DATABASE_UNREADABLE, FALSE},
        {SQLITE_CANTOPEN, VKP_DATABASE_UNREADABLE, FALSE},
        {SQLITE_IOERR_READ, VKP_DATABASE_UNREADABLE, FALSE},
        {SQLITE_NOMEM, VKP_DATABASE_UNREADABLE, FALSE},
        {SQLITE_PERM, VKP_DATABASE_UNREADABLE, FALSE},
        {SQLITE_INTERRUPT, VKP_DATABASE_UNREADABLE, FALSE},
        {SQLITE_CORRUPT, VKP_DATABASE_CORRUPT, FALSE},
        {SQLITE_CORRUPT_INDEX, VKP_DATABASE_CORRUPT, FALSE},
        {SQLITE_NOTADB, VKP_DATABASE_CORRUPT, FALSE},
        {SQLITE_ERROR, VKP_DATABASE_UNSUPPORTED, FALSE},
        {SQLITE_TOOBIG, VKP_DATABASE_UNSUPPORTED, FALSE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_problem(vkp_problem_of_sqlite(PATH, cases[i].code), cases[i].state,
                       cases[i].is_contention);
}

static void test_errnos(void)
{
    assert_problem(vkp_problem_of_errno(PATH, ENOENT), VKP_DATABASE_MISSING, FALSE);
    assert_problem(vkp_problem_of_errno(PATH, ENOTDIR), VKP_DATABASE_MISSING, FALSE);
    assert_problem(vkp_problem_of_errno(PATH, EACCES), VKP_DATABASE_UNREADABLE, FALSE);
    assert_problem(vkp_problem_of_errno(PATH, ELOOP), VKP_DATABASE_UNREADABLE, FALSE);
    assert_problem(vkp_problem_of_errno(PATH, EIO), VKP_DATABASE_UNREADABLE, FALSE);
}

static void test_no_database(void)
{
    assert_problem(vkp_problem_no_file(PATH), VKP_DATABASE_UNREADABLE, FALSE);
    assert_problem(vkp_problem_no_board(PATH, TRUE), VKP_DATABASE_UNSUPPORTED, FALSE);
    assert_problem(vkp_problem_no_board(PATH, FALSE), VKP_DATABASE_UNSUPPORTED, FALSE);
}

/* A path is bytes; what a person reads and the bus carries is text. */
static void test_path_that_is_no_text(void)
{
    g_auto(VkpProblem) problem = vkp_problem_of_errno("/w/\xff.db", ENOENT);
    g_assert_true(g_utf8_validate(problem.text, -1, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/problem/every-code-of-sqlite-is-a-state", test_sqlite_codes);
    g_test_add_func("/store/problem/every-errno-is-a-state", test_errnos);
    g_test_add_func("/store/problem/no-database-is-a-state", test_no_database);
    g_test_add_func("/store/problem/a-path-that-is-no-text-is-shown-as-text",
                    test_path_that_is_no_text);
    return g_test_run();
}
