/* SPDX-License-Identifier: Apache-2.0 */
/* Leftovers, deleted attempts, and ids that the board does not know. */
#include "tests/roster/scene.h"

#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT

static void expect_reason(Scene *scene, pid_t pid, VkpLeftoverReason reason)
{
    g_assert_cmpstr(vkp_leftover_reason_to_string(scene_tie(scene, pid)->leftover_reason), ==,
                    vkp_leftover_reason_to_string(reason));
}

/* A server, an agent of attempt 1 under it, and a helper of the agent that was adopted by init. */
static Scene *scene_with_agent(void)
{
    Scene *scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban");
    SCENE_ADD(scene, .pid = 100, .parent = 50, .session = 50, .environment = mark);
    SCENE_ADD(scene, .pid = 101, .group = 100, .session = 50, .environment = mark);
    scene_add_server(scene, 50);
    return scene;
}

static void test_covered_by_a_living_executor(void)
{
    g_autoptr(Scene) scene = scene_with_agent();
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
    expect_reason(scene, 101, VKP_LEFTOVER_NONE);
    g_assert_cmpuint(vkp_roster_n_leftovers(scene_build(scene)), ==, 0);
}

static void test_executor_exited(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 102, .group = 100);
    scene_build(scene);
    expect_reason(scene, 101, VKP_LEFTOVER_EXECUTOR_EXITED);
    expect_reason(scene, 102, VKP_LEFTOVER_EXECUTOR_EXITED);
}

static void test_a_zombie_covers_nobody(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban");
    SCENE_ADD(scene, .pid = 100, .parent = 50, .state = 'Z');
    SCENE_ADD(scene, .pid = 101, .group = 100);
    scene_add_server(scene, 50);
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
    expect_reason(scene, 101, VKP_LEFTOVER_EXECUTOR_EXITED);
}

static void test_the_status_of_a_row_is_no_evidence(void)
{
    g_autoptr(Scene) scene = scene_new();
    /* The server restarted and called the row failed, but it runs; another is said to run. */
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100,
                    .status = VKP_EXECUTION_FAILED);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 199, .pid = 200,
                    .status = VKP_EXECUTION_RUNNING);
    SCENE_ADD(scene, .pid = 60);
    SCENE_ADD(scene, .pid = 100, .parent = 60, .session = 60);
    SCENE_ADD(scene, .pid = 201, .environment = scene_attempt_mark(scene, 2));
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
    g_assert_true(scene_tie(scene, 100)->is_executor);
    expect_reason(scene, 201, VKP_LEFTOVER_EXECUTOR_EXITED);
}

static void test_orphaned_executor_lost_its_server(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 40, .name = "systemd");
    SCENE_ADD(scene, .pid = 100, .parent = 40, .session = 30);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .session = 30);
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_SERVER_GONE);
    expect_reason(scene, 101, VKP_LEFTOVER_SERVER_GONE);
    g_assert_true(scene_tie(scene, 100)->is_executor);
}

static void test_executor_adopted_by_init(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .parent = 1); /* with a session of its own */
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_SERVER_GONE);
}

static void test_adoption_shows_in_the_session(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 40, .name = "some-subreaper");
    SCENE_ADD(scene, .pid = 100, .parent = 40, .session = 30);
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_SERVER_GONE);
}

static void test_one_orphaned_and_one_living_executor(void)
{
    g_autoptr(Scene) scene = scene_with_agent();
    SCENE_EXECUTION(scene, .number = 2, .attempt = 1, .start = 79, .pid = 80,
                    .kind = VKP_KIND_DEV_SERVER);
    SCENE_ADD(scene, .pid = 80, .session = 30);
    SCENE_ADD(scene, .pid = 81, .parent = 80, .session = 30);
    scene_build(scene);
    expect_reason(scene, 80, VKP_LEFTOVER_SERVER_GONE);
    expect_reason(scene, 81, VKP_LEFTOVER_SERVER_GONE);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
    expect_reason(scene, 101, VKP_LEFTOVER_NONE);
}

static void test_another_execution_of_the_attempt_covers(void)
{
    g_autoptr(Scene) scene = scene_with_agent();
    SCENE_EXECUTION(scene, .number = 2, .attempt = 1, .start = 79);
    g_autofree char *marks =
        g_strjoin(" ", scene_attempt_mark(scene, 1),
                  scene_mark(scene, "VK_EXECUTION_PROCESS_ID", scene_execution_id(2)), NULL);
    SCENE_ADD(scene, .pid = 85, .environment = marks);
    scene_build(scene);
    scene_expect(scene, 85, ENVIRONMENT, 90, 1, 2);
    expect_reason(scene, 85, VKP_LEFTOVER_NONE);
}

/* In a container the server may be pid 1: orphans become its children and are not run by it. */
static void test_orphans_that_the_server_adopted(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban");
    SCENE_ADD(scene, .pid = 101, .parent = 50, .group = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .environment = mark);
    scene_add_server(scene, 50);
    scene_build(scene);
    expect_reason(scene, 101, VKP_LEFTOVER_EXECUTOR_EXITED);
    expect_reason(scene, 102, VKP_LEFTOVER_EXECUTOR_EXITED);
}

static void test_what_a_server_of_unknown_database_runs(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban"); /* its descriptors cannot be read */
    SCENE_ADD(scene, .pid = 100, .parent = 50, .session = 50,
              .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .session = 50);
    SCENE_ADD(scene, .pid = 102, .session = 50, .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    for (pid_t pid = 100; pid <= 102; pid++)
        expect_reason(scene, pid, VKP_LEFTOVER_NONE);
}

static void test_bystanders_are_no_leftovers(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *worktree = scene_make_folder(scene, "one");
    scene_add_attempt(scene, 1, worktree);
    SCENE_ADD(scene, .pid = 100, .folder = worktree, .name = "bash");
    SCENE_ADD(scene, .pid = 101, .name = "ssh-agent", .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
    expect_reason(scene, 101, VKP_LEFTOVER_NONE);
}

static void test_worktree_deleted_by_the_row(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    scene_delete_worktree(scene, 1);
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_WORKTREE_DELETED);
}

static void test_worktree_deleted_on_the_disk(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *gone = g_build_filename(scene_folder(scene), "gone", NULL);
    scene_add_attempt(scene, 1, gone);
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1), .folder = gone,
              .is_folder_deleted = TRUE);
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_WORKTREE_DELETED);
}

static void test_worktree_made_anew_under_it(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *worktree = scene_make_folder(scene, "anew");
    scene_add_attempt(scene, 1, worktree);
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .environment = mark, .folder = worktree,
              .is_folder_deleted = TRUE);
    SCENE_ADD(scene, .pid = 101, .environment = mark, .folder = worktree);
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_WORKTREE_DELETED);
    expect_reason(scene, 101, VKP_LEFTOVER_EXECUTOR_EXITED);
}

static void test_deleted_attempt(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *marks = g_strjoin(" ", scene_attempt_mark(scene, 77),
                                       scene_mark(scene, "VK_TASK_ID", scene_task_id(77)),
                                       "VK_PROJECT_NAME=Shop", "VK_WORKSPACE_BRANCH=vk/77", NULL);
    SCENE_ADD(scene, .pid = 100, .environment = marks);
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 90, 77, 0);
    scene_expect(scene, 101, VKP_EVIDENCE_DESCENDANT, 70, 77, 0);
    expect_reason(scene, 100, VKP_LEFTOVER_ATTEMPT_DELETED);
    expect_reason(scene, 101, VKP_LEFTOVER_ATTEMPT_DELETED);
    VkpUuid task = scene_task_id(77);
    g_assert_true(vkp_uuid_equal(&scene_tie(scene, 100)->task_id, &task));
    g_assert_cmpstr(scene_tie(scene, 101)->project_name, ==, "Shop");
    g_assert_cmpstr(scene_tie(scene, 100)->branch, ==, "vk/77");
}

static void test_unknown_id_that_stands_in_another_board(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *worktree = scene_make_folder(scene, "one");
    scene_add_attempt(scene, 1, worktree);
    scene_add_foreign(scene, scene_attempt_id(77));
    scene_add_foreign(scene, scene_task_id(78));
    g_autofree char *deleted_there =
        g_strjoin(" ", scene_attempt_mark(scene, 78),
                  scene_mark(scene, "VK_TASK_ID", scene_task_id(78)), NULL);
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 77),
              .folder = worktree); /* not even by its folder */
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    SCENE_ADD(scene, .pid = 102, .environment = deleted_there);
    scene_build(scene);
    for (pid_t pid = 100; pid <= 102; pid++)
        scene_expect_none(scene, pid);
}

static void test_remembered_for_what_is_another_boards(void)
{
    g_autoptr(Scene) scene = scene_new();
    scene_add_foreign(scene, scene_attempt_id(77));
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101);
    scene_remember(scene, 100, 100, 77, 0);
    scene_remember(scene, 101, 101, 78, 0);
    scene_build(scene);
    scene_expect_none(scene, 100);
    scene_expect(scene, 101, VKP_EVIDENCE_REMEMBERED, 60, 78, 0);
    expect_reason(scene, 101, VKP_LEFTOVER_ATTEMPT_DELETED);
}

static void test_rows_that_were_not_read(void)
{
    g_autoptr(Scene) skipped = scene_new();
    SCENE_ADD(skipped, .pid = 100, .environment = scene_attempt_mark(skipped, 77));
    vkp_board_count_skipped(scene_board(skipped));
    scene_build(skipped);
    scene_expect(skipped, 100, ENVIRONMENT, 50, 77, 0);

    g_autoptr(Scene) cut = scene_new();
    SCENE_ADD(cut, .pid = 100, .environment = scene_attempt_mark(cut, 77));
    vkp_board_set_is_cut(scene_board(cut));
    scene_build(cut);
    scene_expect(cut, 100, ENVIRONMENT, 50, 77, 0);
    expect_reason(cut, 100, VKP_LEFTOVER_NONE);
}

static void test_known_id_that_stands_in_a_copy_too(void)
{
    g_autoptr(Scene) scene = scene_new();
    scene_add_foreign(scene, scene_attempt_id(1));
    scene_add_foreign(scene, scene_task_id(1));
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 90, 1, 0);
}

static void test_unknown_id_below_another_boards_server(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 60);
    SCENE_ADD(scene, .pid = 100, .parent = 60, .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = scene_attempt_mark(scene, 77));
    scene_add_other_server(scene, 60);
    scene_build(scene);
    scene_expect_none(scene, 100);
    scene_expect_none(scene, 101);
}

static void test_unknown_id_while_another_server_lives(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 60);
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    scene_add_other_server(scene, 60);
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 50, 77, 0);
    expect_reason(scene, 100, VKP_LEFTOVER_ATTEMPT_DELETED);
    scene_expect_none(scene, 101);
}

static void test_unknown_id_younger_than_our_view_of_the_board(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .start = 100, .environment = scene_attempt_mark(scene, 77));
    SCENE_ADD(scene, .pid = 101, .start = 300, .environment = scene_attempt_mark(scene, 78));
    SCENE_ADD(scene, .pid = 102, .start = 300, .environment = scene_attempt_mark(scene, 77));
    scene_set_board_current(scene, 200);
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 90, 77, 0);
    scene_expect(scene, 101, ENVIRONMENT, 50, 78, 0);
    expect_reason(scene, 101, VKP_LEFTOVER_NONE);
    /* Its attempt is that of an older one, so it had its row. */
    scene_expect(scene, 102, ENVIRONMENT, 90, 77, 0);
    expect_reason(scene, 102, VKP_LEFTOVER_ATTEMPT_DELETED);
}

static void test_without_any_board_nothing_is_called_deleted(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 77));
    scene_set_board_current(scene, -1);
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 50, 77, 0);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
}

static void test_row_of_an_execution_that_points_to_nothing(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .start = 99, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .start = 199, .pid = 200);
    SCENE_ADD(scene, .pid = 60);
    SCENE_ADD(scene, .pid = 100, .parent = 60, .session = 60);
    SCENE_ADD(scene, .pid = 201, .group = 200);
    scene_build(scene);
    g_assert_cmpuint(scene_tie(scene, 100)->confidence, ==, 100);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
    expect_reason(scene, 201, VKP_LEFTOVER_ATTEMPT_DELETED);
}

static void test_protected_are_no_leftovers(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    scene_spare(scene, 100);
    scene_build(scene);
    expect_reason(scene, 100, VKP_LEFTOVER_NONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/leftover/" name, func)
    TEST("covered-by-a-living-executor", test_covered_by_a_living_executor);
    TEST("executor-exited", test_executor_exited);
    TEST("a-zombie-covers-nobody", test_a_zombie_covers_nobody);
    TEST("the-status-of-a-row-is-no-evidence", test_the_status_of_a_row_is_no_evidence);
    TEST("orphaned-executor-lost-its-server", test_orphaned_executor_lost_its_server);
    TEST("executor-adopted-by-init", test_executor_adopted_by_init);
    TEST("adoption-shows-in-the-session", test_adoption_shows_in_the_session);
    TEST("one-orphaned-and-one-living-executor", test_one_orphaned_and_one_living_executor);
    TEST("another-execution-of-the-attempt-covers", test_another_execution_of_the_attempt_covers);
    TEST("what-a-server-of-unknown-database-runs", test_what_a_server_of_unknown_database_runs);
    TEST("orphans-that-the-server-adopted", test_orphans_that_the_server_adopted);
    TEST("bystanders-are-no-leftovers", test_bystanders_are_no_leftovers);
    TEST("worktree-deleted-by-the-row", test_worktree_deleted_by_the_row);
    TEST("worktree-deleted-on-the-disk", test_worktree_deleted_on_the_disk);
    TEST("worktree-made-anew-under-it", test_worktree_made_anew_under_it);
    TEST("deleted-attempt", test_deleted_attempt);
    TEST("unknown-id-that-stands-in-another-board", test_unknown_id_that_stands_in_another_board);
    TEST("remembered-for-what-is-another-boards", test_remembered_for_what_is_another_boards);
    TEST("rows-that-were-not-read", test_rows_that_were_not_read);
    TEST("known-id-that-stands-in-a-copy-too", test_known_id_that_stands_in_a_copy_too);
    TEST("unknown-id-below-another-boards-server", test_unknown_id_below_another_boards_server);
    TEST("unknown-id-while-another-server-lives", test_unknown_id_while_another_server_lives);
    TEST("unknown-id-younger-than-our-view-of-the-board",
         test_unknown_id_younger_than_our_view_of_the_board);
    TEST("without-any-board-nothing-is-called-deleted",
         test_without_any_board_nothing_is_called_deleted);
    TEST("row-of-an-execution-that-points-to-nothing",
         test_row_of_an_execution_that_points_to_nothing);
    TEST("protected-are-no-leftovers", test_protected_are_no_leftovers);
    return g_test_run();
}
