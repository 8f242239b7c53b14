/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/roster/scene.h"

#define REGISTERED VKP_EVIDENCE_REGISTERED
#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT
#define GROUP VKP_EVIDENCE_PROCESS_GROUP
#define DESCENDANT VKP_EVIDENCE_DESCENDANT
#define REMEMBERED VKP_EVIDENCE_REMEMBERED
#define FOLDER VKP_EVIDENCE_WORKING_DIRECTORY

static void test_nothing_ties_a_stranger(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = "PATH=/bin HOME=/home/somebody");
    scene_build(scene);
    scene_expect_none(scene, 100);
    scene_expect_none(scene, 1);
}

static void test_mark_of_a_known_attempt(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *const variables[] = {"VK_WORKSPACE_ID", "VK_ATTEMPT_ID", "VK_TASK_ATTEMPT_ID"};
    for (guint i = 0; i < G_N_ELEMENTS(variables); i++)
        SCENE_ADD(scene, .pid = (pid_t)(100 + i),
                  .environment = scene_mark(scene, variables[i], scene_attempt_id(1)));
    scene_build(scene);
    for (guint i = 0; i < G_N_ELEMENTS(variables); i++)
        scene_expect(scene, (pid_t)(100 + i), ENVIRONMENT, 90, 1, 0);
}

static void test_mark_of_a_known_execution(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 2, .start = 99);
    SCENE_ADD(scene, .pid = 100,
              .environment = scene_mark(scene, "VK_EXECUTION_PROCESS_ID", scene_execution_id(1)));
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 90, 2, 1);
}

static void test_task_and_session_marks_alone_prove_nothing(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_mark(scene, "VK_TASK_ID", scene_task_id(1)));
    SCENE_ADD(scene, .pid = 101,
              .environment = scene_mark(scene, "VK_PROJECT_ID", scene_project_id(1)));
    SCENE_ADD(scene, .pid = 102,
              .environment = scene_mark(scene, "VK_SESSION_ID", scene_attempt_id(1)));
    scene_build(scene);
    for (pid_t pid = 100; pid <= 102; pid++)
        scene_expect_none(scene, pid);
}

static void test_other_users_are_never_members(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = mark, .uid = 1001);
    SCENE_ADD(scene, .pid = 102, .parent = 101); /* sudo and back again */
    scene_build(scene);
    scene_expect_none(scene, 101);
    scene_expect(scene, 102, DESCENDANT, 70, 1, 0);
}

static void test_kernel_threads_are_never_members(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .is_kernel_thread = TRUE);
    scene_build(scene);
    scene_expect_none(scene, 101);
}

static void test_group_of_a_registered_process(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .group = 100); /* its parent has died */
    SCENE_ADD(scene, .pid = 102, .session = 100);
    scene_build(scene);
    scene_expect(scene, 101, GROUP, 80, 1, 1);
    scene_expect(scene, 102, GROUP, 80, 1, 1);
}

static void test_who_is_older_than_the_leader_is_not_of_its_group(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 199, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .start = 200);
    SCENE_ADD(scene, .pid = 101, .group = 100, .start = 150);
    scene_build(scene);
    scene_expect_none(scene, 101);
}

static void test_group_of_one_that_only_carries_marks_is_no_evidence(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 90);
    SCENE_ADD(scene, .pid = 100, .parent = 90, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 90, .group = 100); /* `marked | less` in a shell */
    scene_build(scene);
    scene_expect_none(scene, 101);
}

static void test_session_led_by_a_member_proves_descent(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .session = 100); /* forked twice, environment cleared */
    scene_build(scene);
    scene_expect(scene, 101, DESCENDANT, 70, 1, 0);
}

static void test_descendants_at_any_depth(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    for (pid_t pid = 101; pid < 120; pid++)
        SCENE_ADD(scene, .pid = pid, .parent = pid - 1);
    scene_build(scene);
    for (pid_t pid = 101; pid < 120; pid++)
        scene_expect(scene, pid, DESCENDANT, 70, 1, 1);
}

static void test_a_younger_parent_is_a_reused_pid(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .start = 500, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .start = 400);
    scene_build(scene);
    scene_expect_none(scene, 101);
}

static void test_nothing_is_inherited_through_a_protected_process(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    SCENE_ADD(scene, .pid = 102, .parent = 101);
    scene_spare(scene, 101);
    scene_build(scene);
    scene_expect_none(scene, 102);
    g_assert_true(scene_tie(scene, 100)->is_protected); /* an ancestor of the spared one */
}

/* The one above us, which is no matter of names. */
static void test_nothing_is_inherited_through_the_users_systemd(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 50, .name = "systemd", .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 50);
    SCENE_ADD(scene, .pid = 102, .parent = 50);
    scene_spare(scene, 102);
    scene_build(scene);
    scene_expect_none(scene, 101);
    g_assert_true(scene_tie(scene, 50)->is_protected);
}

static void test_remembered_when_all_else_is_gone(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 50);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101);
    scene_remember(scene, 100, 100, 1, 1);
    scene_remember(scene, 101, 77, 1, 1); /* an earlier process with this pid */
    scene_build(scene);
    scene_expect(scene, 100, REMEMBERED, 60, 1, 1);
    scene_expect_none(scene, 101);
}

static void test_remembered_hands_nothing_on(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    scene_remember(scene, 100, 100, 1, 0);
    scene_build(scene);
    scene_expect_none(scene, 101);
}

static void test_folder_is_weak(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *worktree = scene_make_folder(scene, "one");
    g_autofree char *inner = scene_make_folder(scene, "one/src/deep");
    g_autofree char *sibling = scene_make_folder(scene, "one-more");
    scene_add_attempt(scene, 1, worktree);
    SCENE_ADD(scene, .pid = 100, .folder = inner);
    SCENE_ADD(scene, .pid = 101, .folder = sibling);
    SCENE_ADD(scene, .pid = 102, .folder = worktree);
    SCENE_ADD(scene, .pid = 103, .parent = 102); /* weak ties are not inherited */
    scene_build(scene);
    scene_expect(scene, 100, FOLDER, 30, 1, 0);
    scene_expect_none(scene, 101);
    scene_expect(scene, 102, FOLDER, 30, 1, 0);
    scene_expect_none(scene, 103);
    g_assert_cmpint(scene_tie(scene, 100)->leftover_reason, ==, VKP_LEFTOVER_NONE);
}

static void test_terminal_has_its_folder_only(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *worktree = scene_make_folder(scene, "one");
    scene_add_attempt(scene, 1, worktree);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99);
    SCENE_ADD(scene, .pid = 50, .name = "server", .folder = "/");
    SCENE_ADD(scene, .pid = 100, .parent = 50, .folder = worktree,
              .environment = "VIBE_KANBAN_TERMINAL=1");
    SCENE_ADD(scene, .pid = 101, .parent = 50, .session = 50, .folder = worktree,
              .environment = "VIBE_KANBAN_TERMINAL=1");
    scene_add_server(scene, 50);
    scene_build(scene);
    scene_expect(scene, 100, FOLDER, 30, 1, 0);
    scene_expect(scene, 101, FOLDER, 30, 1, 0);
}

static void test_execution_is_filled_in_from_weaker_evidence(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 102, .group = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 103, .environment = mark);
    SCENE_ADD(scene, .pid = 104, .environment = mark);
    scene_remember(scene, 104, 104, 1, 1);
    scene_build(scene);
    scene_expect(scene, 101, ENVIRONMENT, 90, 1, 1);
    scene_expect(scene, 102, ENVIRONMENT, 90, 1, 1);
    scene_expect(scene, 103, ENVIRONMENT, 90, 1, 0);
    scene_expect(scene, 104, ENVIRONMENT, 90, 1, 1);
}

static void test_execution_of_another_attempt_is_not_filled_in(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .group = 100,
              .environment = scene_attempt_mark(scene, 2));
    scene_build(scene);
    scene_expect(scene, 101, ENVIRONMENT, 90, 2, 0);
}

static void test_unreadable_environment_leaves_the_rest(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .is_hidden = TRUE);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .is_hidden = TRUE);
    SCENE_ADD(scene, .pid = 102, .is_hidden = TRUE);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    scene_expect(scene, 101, DESCENDANT, 70, 1, 1);
    scene_expect_none(scene, 102);
}

static void test_names_come_from_the_board(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100, .agent = "CODEX",
                    .status = VKP_EXECUTION_FAILED);
    SCENE_ADD(scene, .pid = 100);
    scene_build(scene);
    const VkpTie *tie = scene_tie(scene, 100);
    VkpUuid task = scene_task_id(1);
    VkpUuid project = scene_project_id(1);
    g_assert_cmpstr(tie->task_title, ==, "Task 1");
    g_assert_cmpstr(tie->agent, ==, "CODEX");
    g_assert_true(vkp_uuid_equal(&tie->task_id, &task));
    g_assert_true(vkp_uuid_equal(&tie->project_id, &project));
    g_assert_cmpint(tie->execution_status, ==, VKP_EXECUTION_FAILED);
}

static void test_zombies_are_shown_and_dead(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 90);
    SCENE_ADD(scene, .pid = 100, .parent = 90, .state = 'Z', .is_hidden = TRUE);
    SCENE_ADD(scene, .pid = 101, .group = 100);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .state = 'Z', .is_hidden = TRUE);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    g_assert_false(scene_tie(scene, 100)->is_executor);
    g_assert_cmpint(scene_tie(scene, 100)->leftover_reason, ==, VKP_LEFTOVER_NONE);
    scene_expect(scene, 101, GROUP, 80, 1, 1);
    scene_expect(scene, 102, DESCENDANT, 70, 1, 1);
    g_assert_cmpint(scene_tie(scene, 102)->leftover_reason, ==, VKP_LEFTOVER_NONE);
}

/* The marks of an inner one that may be another board's: what is below it is no more ours. */
static void test_doubtful_one_hands_its_doubt_on(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 60, .name = "vibe-kanban");
    scene_add_other_server(scene, 60);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .group = 100,
              .environment = scene_attempt_mark(scene, 9));
    SCENE_ADD(scene, .pid = 102, .parent = 101, .group = 100);
    SCENE_ADD(scene, .pid = 103, .parent = 102);
    scene_build(scene);
    scene_expect(scene, 101, ENVIRONMENT, 50, 9, 0);
    scene_expect(scene, 102, DESCENDANT, 50, 9, 0);
    scene_expect(scene, 103, DESCENDANT, 50, 9, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/build/" name, func)
    TEST("nothing-ties-a-stranger", test_nothing_ties_a_stranger);
    TEST("mark-of-a-known-attempt", test_mark_of_a_known_attempt);
    TEST("mark-of-a-known-execution", test_mark_of_a_known_execution);
    TEST("task-and-session-marks-alone-prove-nothing",
         test_task_and_session_marks_alone_prove_nothing);
    TEST("other-users-are-never-members", test_other_users_are_never_members);
    TEST("kernel-threads-are-never-members", test_kernel_threads_are_never_members);
    TEST("group-of-a-registered-process", test_group_of_a_registered_process);
    TEST("who-is-older-than-the-leader-is-not-of-its-group",
         test_who_is_older_than_the_leader_is_not_of_its_group);
    TEST("group-of-one-that-only-carries-marks-is-no-evidence",
         test_group_of_one_that_only_carries_marks_is_no_evidence);
    TEST("session-led-by-a-member-proves-descent", test_session_led_by_a_member_proves_descent);
    TEST("descendants-at-any-depth", test_descendants_at_any_depth);
    TEST("a-younger-parent-is-a-reused-pid", test_a_younger_parent_is_a_reused_pid);
    TEST("nothing-is-inherited-through-a-protected-process",
         test_nothing_is_inherited_through_a_protected_process);
    TEST("a-doubtful-one-hands-its-doubt-on", test_doubtful_one_hands_its_doubt_on);
    TEST("nothing-is-inherited-through-the-users-systemd",
         test_nothing_is_inherited_through_the_users_systemd);
    TEST("remembered-when-all-else-is-gone", test_remembered_when_all_else_is_gone);
    TEST("remembered-hands-nothing-on", test_remembered_hands_nothing_on);
    TEST("folder-is-weak-and-compared-by-components", test_folder_is_weak);
    TEST("terminal-has-its-folder-only", test_terminal_has_its_folder_only);
    TEST("execution-is-filled-in-from-weaker-evidence",
         test_execution_is_filled_in_from_weaker_evidence);
    TEST("execution-of-another-attempt-is-not-filled-in",
         test_execution_of_another_attempt_is_not_filled_in);
    TEST("unreadable-environment-leaves-the-rest", test_unreadable_environment_leaves_the_rest);
    TEST("names-come-from-the-board", test_names_come_from_the_board);
    TEST("zombies-are-shown-and-dead", test_zombies_are_shown_and_dead);
    return g_test_run();
}
