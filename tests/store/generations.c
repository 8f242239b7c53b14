/* SPDX-License-Identifier: Apache-2.0 */
/* One story, told in every layout that vibe-kanban and its forks have had, and read back whole.
 * With
 * --table it prints what was told apart and read, instead of testing. */
#include <glib.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "common/store/columns.h"
#include "common/store/store.h"
#include "tests/lib/fake-board.h"
#include "tests/store/scratch.h"

/* The story's ids. */
enum { SHOP = 1, LOGIN = 11, DARK, FIRST = 21, SECOND, LOOSE, BRANCHED, NAMELESS, WEB = 31, API };
enum { AGENT = 41, SERVER, SETUP, OTHER_AGENT, MYSTERY, LOOSE_AGENT };

#define START "2026-01-10T03:00:00.123456789+00:00"

static void tell_attempts(FakeBoard *board, FakeLayout layout, const char *agent)
{
    fake_board_add_project(board, fake_id(SHOP), "shop");
    fake_board_add_task(board, fake_id(LOGIN), fake_id(SHOP), "Fix login", "inprogress");
    fake_board_add_task(board, fake_id(DARK), fake_id(SHOP), "Dark mode", "done");
    FakeAttempt first = {.id = fake_id(FIRST),
                         .task_id = fake_id(LOGIN),
                         .folder = "/w/1a2b-fix-login",
                         .branch = "vk/1a2b-fix-login",
                         .agent = agent};
    fake_board_add_attempt(board, &first);
    gboolean has_flag = layout < FAKE_LAYOUT_C || layout >= FAKE_LAYOUT_E_LATE;
    FakeAttempt second = {.id = fake_id(SECOND),
                          .task_id = fake_id(DARK),
                          .folder = has_flag ? "/w/3c4d-dark-mode" : NULL,
                          .branch = "vk/3c4d-dark-mode",
                          .is_worktree_deleted = TRUE};
    fake_board_add_attempt(board, &second);
}

static void tell_loose_workspaces(FakeBoard *board)
{
    FakeAttempt loose = {.id = fake_id(LOOSE),
                         .folder = "/w/5e6f-try",
                         .branch = "vk/5e6f-try",
                         .name = "Try the new API",
                         .agent = "CODEX",
                         .is_archived = TRUE};
    FakeAttempt branched = {
        .id = fake_id(BRANCHED), .folder = "/w/7a8b-spike", .branch = "vk/7a8b-spike"};
    FakeAttempt nameless = {.id = fake_id(NAMELESS), .folder = "/w/9c0d-quick"};
    fake_board_add_attempt(board, &loose);
    fake_board_add_attempt(board, &branched);
    fake_board_add_attempt(board, &nameless);
    fake_board_link_repo(board, fake_id(LOOSE), fake_id(API));
    fake_board_link_repo(board, fake_id(LOOSE), fake_id(WEB));
    fake_board_link_repo(board, fake_id(BRANCHED), fake_id(WEB));
    FakeExecution agent = {.id = fake_id(LOOSE_AGENT),
                           .attempt_id = fake_id(LOOSE),
                           .started_at = "2026-03-05 08:15:00.001"};
    fake_board_add_execution(board, &agent);
}

static void tell_executions(FakeBoard *board)
{
    FakeExecution executions[] = {
        {.id = fake_id(AGENT), .attempt_id = fake_id(FIRST), .started_at = START, .pid = 4242},
        {.id = fake_id(SERVER),
         .attempt_id = fake_id(FIRST),
         .run_reason = "devserver",
         .status = "killed",
         .started_at = "2026-01-10 03:00:00.123",
         .completed_at = "2026-01-10 04:00:00.5"},
        {.id = fake_id(SETUP),
         .attempt_id = fake_id(FIRST),
         .run_reason = "setupscript",
         .status = "completed",
         .started_at = "2026-01-10T02:59:00Z"},
        {.id = fake_id(OTHER_AGENT),
         .attempt_id = fake_id(SECOND),
         .status = "failed",
         .started_at = "2026-01-10T05:00:00+02:00",
         .agent = "gemini"},
        {.id = fake_id(MYSTERY),
         .attempt_id = fake_id(SECOND),
         .run_reason = "reviewrobot",
         .started_at = "yesterday"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(executions); i++)
        fake_board_add_execution(board, &executions[i]);
}

static void tell_story(FakeBoard *board, FakeLayout layout, const char *agent, gboolean has_dropped)
{
    fake_board_begin(board);
    tell_attempts(board, layout, agent);
    tell_executions(board);
    if (has_dropped) /* hidden on the board, and read all the same: its processes may live */
        fake_board_run(board, "UPDATE execution_processes SET dropped = 1 WHERE status = 'killed'");
    if (fake_layout_has_repos(layout)) {
        fake_board_add_repo(board, fake_id(WEB), "web", "Web shop");
        fake_board_add_repo(board, fake_id(API), "api", "");
        fake_board_link_repo(board, fake_id(FIRST), fake_id(WEB));
        fake_board_link_repo(board, fake_id(FIRST), fake_id(API));
    }
    if (fake_layout_has_loose_workspaces(layout))
        tell_loose_workspaces(board);
    fake_board_commit(board);
}

static guint number_of(const VkpUuid *id)
{
    return id->bytes[14] * 256u + id->bytes[15];
}

static const char *or_dash(const char *text)
{
    return text ? text : "-";
}

static void describe_attempt(GString *text, const VkpAttempt *attempt)
{
    g_autofree char *worktrees = attempt->worktrees ? g_strjoinv(" ", attempt->worktrees) : NULL;
    g_string_append_printf(
        text, "attempt %u of %u of %u: %s | %s | %s | %s | %s | %s | %s%s\n",
        number_of(&attempt->id), number_of(&attempt->task_id), number_of(&attempt->project_id),
        or_dash(attempt->project_name), or_dash(attempt->task_title), or_dash(attempt->name),
        or_dash(attempt->branch), or_dash(attempt->agent), or_dash(attempt->folder),
        or_dash(worktrees), attempt->is_worktree_deleted ? " deleted" : "");
}

static void describe_execution(GString *text, const VkpExecution *execution)
{
    const char *status = vkp_execution_status_to_string(execution->status);
    g_string_append_printf(
        text, "execution %u of %u: %s %s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " pid %d %s\n",
        number_of(&execution->id), number_of(&execution->attempt_id),
        vkp_kind_to_string(execution->kind), or_dash(status), execution->started_at_usec,
        execution->completed_at_usec, (int)execution->pid, or_dash(execution->agent));
}

static char *describe(const VkpBoard *board)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < vkp_board_n_attempts(board); i++)
        describe_attempt(text, vkp_board_attempt_at(board, i));
    for (guint i = 0; i < vkp_board_n_executions(board); i++)
        describe_execution(text, vkp_board_execution_at(board, i));
    g_string_append_printf(text, "skipped %u\n", vkp_board_n_skipped(board));
    return g_string_free(text, FALSE);
}

#define ATTEMPTS_IN_WORKTREES(second_agent)                                                        \
    "attempt 21 of 11 of 1: shop | Fix login | Fix login | vk/1a2b-fix-login |"                    \
    " CLAUDE_CODE | /w/1a2b-fix-login | /w/1a2b-fix-login\n"                                       \
    "attempt 22 of 12 of 1: shop | Dark mode | Dark mode | vk/3c4d-dark-mode |"                    \
    " " second_agent " | /w/3c4d-dark-mode | /w/3c4d-dark-mode deleted\n"

#define FIRST_IN_FOLDER                                                                            \
    "attempt 21 of 11 of 1: shop | Fix login | Fix login | vk/1a2b-fix-login |"                    \
    " CLAUDE_CODE | /w/1a2b-fix-login | /w/1a2b-fix-login/api /w/1a2b-fix-login/web\n"

#define SECOND_EXPIRED                                                                             \
    "attempt 22 of 12 of 1: shop | Dark mode | Dark mode | vk/3c4d-dark-mode |"                    \
    " GEMINI | - | -\n"

#define SECOND_DELETED                                                                             \
    "attempt 22 of 12 of 1: shop | Dark mode | Dark mode | vk/3c4d-dark-mode |"                    \
    " GEMINI | /w/3c4d-dark-mode | /w/3c4d-dark-mode deleted\n"

#define LOOSE_ATTEMPTS                                                                             \
    "attempt 23 of 0 of 0: Web shop + api | - | Try the new API | vk/5e6f-try |"                   \
    " CODEX | /w/5e6f-try | /w/5e6f-try/api /w/5e6f-try/web\n"                                     \
    "attempt 24 of 0 of 0: Web shop | - | vk/7a8b-spike | vk/7a8b-spike |"                         \
    " - | /w/7a8b-spike | /w/7a8b-spike/web\n"                                                     \
    "attempt 25 of 0 of 0: - | - | 9c0d-quick | - | - | /w/9c0d-quick | /w/9c0d-quick\n"

/* 1768014000 is 2026-01-10 03:00:00 UTC. */
#define EXECUTIONS(pid, other_agent)                                                               \
    "execution 41 of 21: coding_agent running 1768014000123456 0 pid " pid " CLAUDE_CODE\n"        \
    "execution 42 of 21: dev_server killed 1768014000123000 1768017600500000 pid 0 "               \
    "CLAUDE_CODE\n"                                                                                \
    "execution 43 of 21: setup_script completed 1768013940000000 0 pid 0 CLAUDE_CODE\n"            \
    "execution 44 of 22: coding_agent failed 1768014000000000 0 pid 0 " other_agent "\n"           \
    "execution 45 of 22: unknown running 0 0 pid 0 -\n"

#define LOOSE_EXECUTION "execution 46 of 23: coding_agent running 1772698500001000 0 pid 0 CODEX\n"

#define NONE_SKIPPED "skipped 0\n"

static const struct {
    FakeLayout layout;
    const char *agent; /* as that time spelled it */
    gboolean has_dropped;
    VkpGeneration generation;
    const char *told_by;
    const char *expected;
} cases[] = {
    {FAKE_LAYOUT_A, "claude", FALSE, VKP_GENERATION_A, "process_type, worktree_path",
     ATTEMPTS_IN_WORKTREES("-") EXECUTIONS("0", "-") NONE_SKIPPED},
    {FAKE_LAYOUT_B_BASE_CODING_AGENT, "CLAUDE_CODE", FALSE, VKP_GENERATION_B,
     "container_ref, no attempt_repos",
     ATTEMPTS_IN_WORKTREES("GEMINI") EXECUTIONS("0", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_B_PROFILE, "claude-code", FALSE, VKP_GENERATION_B,
     "container_ref, no attempt_repos",
     ATTEMPTS_IN_WORKTREES("GEMINI") EXECUTIONS("0", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_B_EXECUTOR, "CLAUDE_CODE", TRUE, VKP_GENERATION_B,
     "container_ref, no attempt_repos",
     ATTEMPTS_IN_WORKTREES("GEMINI") EXECUTIONS("0", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_FACTORY, "CLAUDE_CODE", FALSE, VKP_GENERATION_B, "container_ref, no attempt_repos",
     ATTEMPTS_IN_WORKTREES("GEMINI") EXECUTIONS("0", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_SWARM, "CLAUDE_CODE", TRUE, VKP_GENERATION_B, "as B, with pid",
     ATTEMPTS_IN_WORKTREES("GEMINI") EXECUTIONS("4242", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_C, "CLAUDE_CODE", TRUE, VKP_GENERATION_C, "task_attempts with attempt_repos",
     FIRST_IN_FOLDER SECOND_EXPIRED EXECUTIONS("0", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_D_EARLY, "CLAUDE_CODE", TRUE, VKP_GENERATION_D, "workspaces, task_id NOT NULL",
     FIRST_IN_FOLDER SECOND_EXPIRED EXECUTIONS("0", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_D_LATE, "CLAUDE_CODE", TRUE, VKP_GENERATION_D, "workspaces, task_id NOT NULL",
     FIRST_IN_FOLDER SECOND_EXPIRED EXECUTIONS("0", "GEMINI") NONE_SKIPPED},
    {FAKE_LAYOUT_E_EARLY, "CLAUDE_CODE", TRUE, VKP_GENERATION_E, "workspaces, task_id nullable",
     FIRST_IN_FOLDER SECOND_EXPIRED LOOSE_ATTEMPTS EXECUTIONS("0", "GEMINI")
         LOOSE_EXECUTION NONE_SKIPPED},
    {FAKE_LAYOUT_E_LATE, "CLAUDE_CODE", TRUE, VKP_GENERATION_E, "workspaces, task_id nullable",
     FIRST_IN_FOLDER SECOND_DELETED LOOSE_ATTEMPTS EXECUTIONS("0", "GEMINI")
         LOOSE_EXECUTION NONE_SKIPPED},
    {FAKE_LAYOUT_DK, "CLAUDE_CODE", TRUE, VKP_GENERATION_E, "as late E",
     FIRST_IN_FOLDER SECOND_DELETED LOOSE_ATTEMPTS EXECUTIONS("0", "GEMINI")
         LOOSE_EXECUTION NONE_SKIPPED},
};

G_STATIC_ASSERT(G_N_ELEMENTS(cases) == FAKE_N_LAYOUTS);

static VkpStore *read_case(Scratch *scratch, guint index)
{
    g_autofree char *name = g_strdup_printf("db-%u.sqlite", index);
    const char *path = scratch_path(scratch, name);
    g_autoptr(FakeBoard) board = fake_board_new(path, cases[index].layout);
    tell_story(board, cases[index].layout, cases[index].agent, cases[index].has_dropped);
    VkpStore *store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    return store;
}

static VkpGeneration detect(sqlite3 *database)
{
    int code;
    g_autoptr(VkpColumns) columns = vkp_columns_load(database, &code);
    g_assert_nonnull(columns);
    return vkp_columns_generation(columns);
}

static VkpGeneration generation_of(const char *path)
{
    sqlite3 *database = NULL;
    g_assert_cmpint(sqlite3_open(path, &database), ==, SQLITE_OK);
    VkpGeneration generation = detect(database);
    sqlite3_close(database);
    return generation;
}

static void test_layout(gconstpointer data)
{
    guint index = GPOINTER_TO_UINT(data);
    g_autoptr(Scratch) scratch = scratch_new();
    g_autoptr(VkpStore) store = read_case(scratch, index);
    g_assert_cmpint(vkp_store_state(store), ==, VKP_DATABASE_OK);
    g_assert_null(vkp_store_problem(store));
    g_assert_cmpint(generation_of(vkp_store_path(store)), ==, cases[index].generation);
    g_autofree char *said = describe(vkp_store_board(store));
    g_assert_cmpstr(said, ==, cases[index].expected);
    VkpUuid dark = fake_id(DARK), stranger = fake_id(999);
    g_assert_true(vkp_board_knows_task(vkp_store_board(store), &dark));
    g_assert_false(vkp_board_knows_task(vkp_store_board(store), &stranger));
}

/* Since 2026-02-18 a fresh install has neither projects nor tasks. */
static void test_fresh_e(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *path = scratch_path(scratch, "db.v2.sqlite");
    g_autoptr(FakeBoard) board = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    fake_board_add_repo(board, fake_id(WEB), "web", "Web shop");
    fake_board_add_repo(board, fake_id(API), "api", "");
    tell_loose_workspaces(board);
    g_autoptr(VkpStore) store = vkp_store_new(path);
    g_assert_true(vkp_store_refresh(store));
    g_autofree char *said = describe(vkp_store_board(store));
    g_assert_cmpstr(said, ==, LOOSE_ATTEMPTS LOOSE_EXECUTION NONE_SKIPPED);
}

/* Told by its tables and columns alone: a fresh one has no rows. */
static void test_detection(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scratch) scratch = scratch_new();
        const char *path = scratch_path(scratch, "db.sqlite");
        fake_board_free(fake_board_new(path, cases[i].layout));
        g_assert_cmpint(generation_of(path), ==, cases[i].generation);
    }
    sqlite3 *empty = NULL;
    g_assert_cmpint(sqlite3_open(":memory:", &empty), ==, SQLITE_OK);
    g_assert_cmpint(detect(empty), ==, VKP_GENERATION_NONE);
    sqlite3_close(empty);
}

/* Byte 18 of the file's header: 2 is WAL. */
static const char *journal_mode_of(const char *path)
{
    g_autofree char *bytes = NULL;
    gsize length;
    g_assert_true(g_file_get_contents(path, &bytes, &length, NULL));
    g_assert_cmpuint(length, >, 100);
    return bytes[18] == 2 ? "WAL" : "DELETE";
}

static const char *const generation_names[] = {
    [VKP_GENERATION_NONE] = "none", [VKP_GENERATION_A] = "A", [VKP_GENERATION_B] = "B",
    [VKP_GENERATION_C] = "C",       [VKP_GENERATION_D] = "D", [VKP_GENERATION_E] = "E",
};

/* Returns the exit status. */
static int print_table(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    int n_different = 0;
    printf("%-22s %-5s %-8s %-34s %8s %10s %7s  %s\n", "layout", "told", "journal", "by",
           "attempts", "executions", "skipped", "whole board");
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(VkpStore) store = read_case(scratch, i);
        const VkpBoard *board = vkp_store_board(store);
        g_autofree char *said = describe(board);
        gboolean is_same = g_str_equal(said, cases[i].expected);
        n_different += !is_same;
        printf("%-22s %-5s %-8s %-34s %8u %10u %7u  %s\n", fake_layout_to_string(cases[i].layout),
               generation_names[generation_of(vkp_store_path(store))],
               journal_mode_of(vkp_store_path(store)), cases[i].told_by,
               vkp_board_n_attempts(board), vkp_board_n_executions(board),
               vkp_board_n_skipped(board), is_same ? "as told" : "DIFFERS");
    }
    return n_different > 0;
}

int main(int argc, char **argv)
{
    if (argc > 1 && g_str_equal(argv[1], "--table"))
        return print_table();
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strdup_printf("/store/generations/%s-is-read-whole",
                                                fake_layout_to_string(cases[i].layout));
        g_test_add_data_func(path, GUINT_TO_POINTER(i), test_layout);
    }
    g_test_add_func("/store/generations/fresh-e-without-projects-and-tasks-is-read-whole",
                    test_fresh_e);
    g_test_add_func("/store/generations/tables-and-columns-tell-them-apart", test_detection);
    return g_test_run();
}
