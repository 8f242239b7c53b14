/* SPDX-License-Identifier: Apache-2.0 */
/* Nearest wins: boards within boards, agents within agents, and what is handed down through them.
 */
#include "tests/roster/scene.h"

#define REGISTERED VKP_EVIDENCE_REGISTERED
#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT
#define GROUP VKP_EVIDENCE_PROCESS_GROUP
#define DESCENDANT VKP_EVIDENCE_DESCENDANT

static void test_own_marks_beat_the_ancestors(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = scene_attempt_mark(scene, 2));
    SCENE_ADD(scene, .pid = 102, .parent = 101);
    scene_build(scene);
    scene_expect(scene, 101, ENVIRONMENT, 90, 2, 0);
    scene_expect(scene, 102, DESCENDANT, 70, 2, 0);
}

static void test_inner_execution_beats_the_outer_group(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 109);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .group = 100);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .group = 100);
    scene_register(scene, 110, 110, 2);
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 2, 2);
    scene_expect(scene, 111, DESCENDANT, 70, 2, 2);
}

/* All within one clock tick. */
static void test_inner_agent_that_started_at_once(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .start = 100);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .group = 100, .start = 100,
              .environment = scene_attempt_mark(scene, 2));
    SCENE_ADD(scene, .pid = 102, .parent = 101, .group = 100, .start = 100);
    /* An agent of attempt 2 that adopted an orphan out of the group of attempt 1. */
    SCENE_ADD(scene, .pid = 90, .start = 90, .environment = scene_attempt_mark(scene, 2));
    SCENE_ADD(scene, .pid = 103, .parent = 90, .group = 100, .start = 101);
    scene_build(scene);
    scene_expect(scene, 102, DESCENDANT, 70, 2, 0);
    scene_expect(scene, 103, GROUP, 80, 1, 1);
}

static void test_inner_execution_of_the_same_attempt(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 1, .start = 109, .pid = 110);
    SCENE_ADD(scene, .pid = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .group = 100, .environment = mark);
    scene_build(scene);
    scene_expect(scene, 111, ENVIRONMENT, 90, 1, 2);
}

static void test_marks_that_came_through_an_inner_execution(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *outer = scene_attempt_mark(scene, 1);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 109, .pid = 110);
    SCENE_ADD(scene, .pid = 100, .environment = outer);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .environment = outer);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .environment = outer);
    SCENE_ADD(scene, .pid = 112, .group = 110, .environment = outer); /* adopted by init */
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 2, 2);
    scene_expect(scene, 111, DESCENDANT, 70, 2, 2);
    scene_expect(scene, 112, GROUP, 80, 2, 2);
}

static void test_marks_of_the_server_are_not_those_of_what_it_runs(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *outer = scene_attempt_mark(scene, 1);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 109, .pid = 110);
    SCENE_ADD(scene, .pid = 100, .name = "vibe-kanban", .environment = outer);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .session = 100, .environment = outer);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .session = 100, .environment = outer);
    SCENE_ADD(scene, .pid = 120, .parent = 100, .group = 100, .session = 100, .name = "editor",
              .environment = outer);
    scene_add_server(scene, 100);
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 2, 2);
    scene_expect(scene, 111, DESCENDANT, 70, 2, 2);
    scene_expect_none(scene, 120);
}

static void test_editor_of_a_server_in_an_agents_group(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .group = 100, .name = "vibe-kanban");
    SCENE_ADD(scene, .pid = 111, .parent = 110, .group = 100, .name = "editor");
    SCENE_ADD(scene, .pid = 112, .parent = 100, .group = 100, .name = "tool");
    scene_add_server(scene, 110);
    scene_build(scene);
    scene_expect(scene, 110, GROUP, 80, 1, 1);
    g_assert_true(scene_tie(scene, 110)->is_protected);
    scene_expect_none(scene, 111);
    scene_expect(scene, 112, GROUP, 80, 1, 1);
}

static void test_nested_server_of_another_board_is_fair_game(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *ours = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .environment = ours);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .name = "vibe-kanban", .environment = ours);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 112, .parent = 111);
    SCENE_ADD(scene, .pid = 113, .parent = 110, .environment = ours); /* one that does not mark */
    scene_add_other_server(scene, 110);
    scene_build(scene);
    scene_expect(scene, 110, ENVIRONMENT, 90, 1, 0);
    g_assert_false(scene_tie(scene, 110)->is_protected);
    scene_expect_none(scene, 111);
    scene_expect_none(scene, 112);
    scene_expect(scene, 113, ENVIRONMENT, 90, 1, 0);
}

/* The developer copied the board for the server that runs below an agent. */
static void test_nested_server_on_a_copy_of_our_board(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *ours = scene_attempt_mark(scene, 1);
    const char *both = scene_attempt_mark(scene, 2);
    scene_add_foreign(scene, scene_attempt_id(1));
    scene_add_foreign(scene, scene_attempt_id(2));
    SCENE_ADD(scene, .pid = 100, .environment = ours);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .environment = ours);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .environment = both);
    SCENE_ADD(scene, .pid = 112, .parent = 110, .environment = ours);
    SCENE_ADD(scene, .pid = 120, .environment = both);
    scene_add_other_server(scene, 110);
    scene_build(scene);
    scene_expect(scene, 110, ENVIRONMENT, 90, 1, 0);
    scene_expect_none(scene, 111);
    scene_expect(scene, 112, ENVIRONMENT, 90, 1, 0);
    scene_expect(scene, 120, ENVIRONMENT, 90, 2, 0);
}

/* Ours was started by an agent of the other board: what ours runs is ours. */
static void test_our_server_below_another_boards(void)
{
    g_autoptr(Scene) scene = scene_new();
    scene_add_foreign(scene, scene_attempt_id(77));
    scene_add_foreign(scene, scene_attempt_id(1));
    SCENE_ADD(scene, .pid = 60);
    SCENE_ADD(scene, .pid = 61, .parent = 60, .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 62, .parent = 61, .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 63, .parent = 62, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 64, .parent = 62, .environment = scene_attempt_mark(scene, 99));
    scene_add_other_server(scene, 60);
    scene_add_server(scene, 62);
    scene_build(scene);
    scene_expect_none(scene, 61);
    scene_expect(scene, 63, ENVIRONMENT, 90, 1, 0);
    scene_expect(scene, 64, ENVIRONMENT, 50, 99, 0);
}

static char *dup_double_mark(Scene *scene, guint one, guint other)
{
    return g_strjoin(" ", scene_mark(scene, "VK_ATTEMPT_ID", scene_attempt_id(one)),
                     scene_mark(scene, "VK_WORKSPACE_ID", scene_attempt_id(other)), NULL);
}

static void test_two_marks_are_doubtful(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *both = dup_double_mark(scene, 1, 2);
    g_autofree char *one_unknown = dup_double_mark(scene, 77, 2);
    SCENE_ADD(scene, .pid = 100, .environment = both);
    SCENE_ADD(scene, .pid = 101, .environment = one_unknown);
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 50, 1, 0);
    scene_expect(scene, 101, ENVIRONMENT, 50, 2, 0);
}

static void test_two_marks_are_told_apart_by_an_ancestor(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *both = dup_double_mark(scene, 1, 2);
    SCENE_ADD(scene, .pid = 100,
              .environment = scene_mark(scene, "VK_ATTEMPT_ID", scene_attempt_id(1)));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = both);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .environment = both);
    scene_build(scene);
    scene_expect(scene, 101, ENVIRONMENT, 90, 2, 0);
    scene_expect(scene, 102, ENVIRONMENT, 90, 2, 0);
}

static void test_two_marks_with_one_of_another_board(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *both = dup_double_mark(scene, 1, 77);
    SCENE_ADD(scene, .pid = 100, .environment = both);
    scene_add_foreign(scene, scene_attempt_id(77));
    scene_build(scene);
    scene_expect_none(scene, 100);
}

static void test_execution_mark_of_an_outer_attempt(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99);
    g_autofree char *marks =
        g_strjoin(" ", scene_attempt_mark(scene, 2),
                  scene_mark(scene, "VK_EXECUTION_PROCESS_ID", scene_execution_id(1)), NULL);
    SCENE_ADD(scene, .pid = 100, .environment = marks);
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 90, 2, 0);
}

static void test_deepest_worktree_wins(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *outer = scene_make_folder(scene, "outer");
    g_autofree char *inner = scene_make_folder(scene, "outer/nested/inner");
    g_autofree char *between = scene_make_folder(scene, "outer/nested");
    scene_add_attempt(scene, 1, outer);
    scene_add_attempt(scene, 2, inner);
    SCENE_ADD(scene, .pid = 100, .folder = inner);
    SCENE_ADD(scene, .pid = 101, .folder = between);
    scene_build(scene);
    scene_expect(scene, 100, VKP_EVIDENCE_WORKING_DIRECTORY, 30, 2, 0);
    scene_expect(scene, 101, VKP_EVIDENCE_WORKING_DIRECTORY, 30, 1, 0);
}

static void test_marks_beat_the_folder(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *worktree = scene_make_folder(scene, "two");
    scene_add_attempt(scene, 2, worktree);
    SCENE_ADD(scene, .pid = 100, .folder = worktree, .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 90, 1, 0);
}

static void test_shared_daemon_is_flagged_and_weak(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "tmux: server", .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "bash", .environment = mark);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "vim");
    SCENE_ADD(scene, .pid = 103, .parent = 101, .environment = scene_attempt_mark(scene, 2));
    SCENE_ADD(scene, .pid = 104, .parent = 103);
    SCENE_ADD(scene, .pid = 105, .parent = 101, .environment = mark);
    SCENE_ADD(scene, .pid = 106, .session = 100); /* in the daemon's session, adopted */
    scene_build(scene);
    scene_expect(scene, 105, ENVIRONMENT, 50, 1, 0);
    scene_expect_none(scene, 106);
    scene_expect(scene, 100, ENVIRONMENT, 50, 1, 0);
    g_assert_true(scene_tie(scene, 100)->is_shared_daemon);
    scene_expect(scene, 101, ENVIRONMENT, 50, 1, 0);
    g_assert_false(scene_tie(scene, 101)->is_shared_daemon);
    scene_expect_none(scene, 102);
    scene_expect(scene, 103, ENVIRONMENT, 90, 2, 0);
    scene_expect(scene, 104, DESCENDANT, 70, 2, 0);
    for (pid_t pid = 100; pid <= 101; pid++)
        g_assert_cmpint(scene_tie(scene, pid)->leftover_reason, ==, VKP_LEFTOVER_NONE);
}

static void test_shared_daemon_in_an_agents_group(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .group = 100, .name = "ssh-agent");
    SCENE_ADD(scene, .pid = 102, .parent = 101, .group = 100);
    SCENE_ADD(scene, .pid = 103, .group = 100, .name = "java",
              .command = "java -cp x org.gradle.launcher.daemon.bootstrap.GradleDaemon 8.5");
    scene_build(scene);
    scene_expect(scene, 101, GROUP, 50, 1, 1);
    scene_expect(scene, 102, GROUP, 50, 1, 1);
    scene_expect(scene, 103, GROUP, 50, 1, 1);
}

static void test_server_run_in_the_users_tmux(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 119, .pid = 120);
    SCENE_ADD(scene, .pid = 100, .name = "tmux: server");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "bash");
    SCENE_ADD(scene, .pid = 110, .parent = 101, .session = 101, .name = "vibe-kanban");
    SCENE_ADD(scene, .pid = 120, .parent = 110, .session = 101);
    SCENE_ADD(scene, .pid = 121, .parent = 120, .session = 101);
    scene_add_server(scene, 110);
    scene_build(scene);
    scene_expect(scene, 120, REGISTERED, 100, 1, 1);
    scene_expect(scene, 121, DESCENDANT, 70, 1, 1);
    for (pid_t pid = 100; pid <= 110; pid++)
        if (pid <= 101 || pid == 110)
            scene_expect_none(scene, pid);
}

static void test_server_run_in_a_tmux_that_an_agent_started(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *outer = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "tmux: server", .environment = outer);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .name = "vibe-kanban", .environment = outer);
    SCENE_ADD(scene, .pid = 120, .parent = 110, .environment = scene_attempt_mark(scene, 2));
    SCENE_ADD(scene, .pid = 121, .parent = 120);
    SCENE_ADD(scene, .pid = 122, .parent = 120, .environment = scene_attempt_mark(scene, 2));
    scene_add_server(scene, 110);
    scene_build(scene);
    scene_expect(scene, 120, ENVIRONMENT, 90, 2, 0);
    scene_expect(scene, 121, DESCENDANT, 70, 2, 0);
    scene_expect(scene, 122, ENVIRONMENT, 90, 2, 0);
}

static void test_editor_of_a_server_in_an_agents_session(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .session = 100, .name = "vibe-kanban");
    SCENE_ADD(scene, .pid = 111, .parent = 110, .session = 100, .name = "editor");
    SCENE_ADD(scene, .pid = 112, .parent = 111, .session = 100);
    SCENE_ADD(scene, .pid = 113, .session = 100); /* nobody knows through whom */
    scene_add_server(scene, 110);
    scene_build(scene);
    scene_expect_none(scene, 111);
    scene_expect_none(scene, 112);
    scene_expect(scene, 113, GROUP, 80, 1, 1);
}

/* Pids are given anew from the beginning when they run out. */
static void test_parents_with_higher_pids(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 900, .start = 10, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 800, .parent = 900, .start = 11);
    SCENE_ADD(scene, .pid = 700, .parent = 800, .start = 12);
    SCENE_ADD(scene, .pid = 600, .start = 13, .session = 700); /* 700 leads that session */
    scene_build(scene);
    scene_expect(scene, 800, DESCENDANT, 70, 1, 0);
    scene_expect(scene, 700, DESCENDANT, 70, 1, 0);
    scene_expect(scene, 600, DESCENDANT, 70, 1, 0);
}

static void test_registered_process_with_the_name_of_a_daemon(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .name = "watchman");
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    g_assert_false(scene_tie(scene, 100)->is_shared_daemon);
    scene_expect(scene, 101, DESCENDANT, 70, 1, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/build/" name, func)
    TEST("own-marks-beat-the-ancestors", test_own_marks_beat_the_ancestors);
    TEST("inner-execution-beats-the-outer-group", test_inner_execution_beats_the_outer_group);
    TEST("inner-agent-that-started-at-once", test_inner_agent_that_started_at_once);
    TEST("inner-execution-of-the-same-attempt", test_inner_execution_of_the_same_attempt);
    TEST("marks-that-came-through-an-inner-execution",
         test_marks_that_came_through_an_inner_execution);
    TEST("marks-of-the-server-are-not-those-of-what-it-runs",
         test_marks_of_the_server_are_not_those_of_what_it_runs);
    TEST("editor-of-a-server-in-an-agents-group", test_editor_of_a_server_in_an_agents_group);
    TEST("nested-server-of-another-board-is-fair-game",
         test_nested_server_of_another_board_is_fair_game);
    TEST("nested-server-on-a-copy-of-our-board", test_nested_server_on_a_copy_of_our_board);
    TEST("our-server-below-another-boards", test_our_server_below_another_boards);
    TEST("two-marks-are-doubtful", test_two_marks_are_doubtful);
    TEST("two-marks-are-told-apart-by-an-ancestor", test_two_marks_are_told_apart_by_an_ancestor);
    TEST("two-marks-with-one-of-another-board", test_two_marks_with_one_of_another_board);
    TEST("execution-mark-of-an-outer-attempt", test_execution_mark_of_an_outer_attempt);
    TEST("deepest-worktree-wins", test_deepest_worktree_wins);
    TEST("marks-beat-the-folder", test_marks_beat_the_folder);
    TEST("shared-daemon-is-flagged-and-weak", test_shared_daemon_is_flagged_and_weak);
    TEST("shared-daemon-in-an-agents-group", test_shared_daemon_in_an_agents_group);
    TEST("server-run-in-the-users-tmux", test_server_run_in_the_users_tmux);
    TEST("server-run-in-a-tmux-that-an-agent-started",
         test_server_run_in_a_tmux_that_an_agent_started);
    TEST("editor-of-a-server-in-an-agents-session", test_editor_of_a_server_in_an_agents_session);
    TEST("parents-with-higher-pids", test_parents_with_higher_pids);
    TEST("registered-process-with-the-name-of-a-daemon",
         test_registered_process_with_the_name_of_a_daemon);
    return g_test_run();
}
