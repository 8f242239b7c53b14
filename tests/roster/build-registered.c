/* SPDX-License-Identifier: Apache-2.0 */
/* Executions' own processes, and the groups that outlive them. */
#include "tests/roster/scene.h"

#define REGISTERED VKP_EVIDENCE_REGISTERED
#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT
#define GROUP VKP_EVIDENCE_PROCESS_GROUP

static void test_pid_column_fits_within_its_window(void)
{
    const struct {
        double start;
        gboolean fits;
    } cases[] = {{997.9, FALSE}, {998.1, TRUE},   {1000, TRUE},
                 {1030, TRUE},   {1030.1, FALSE}, {5000, FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(Scene) scene = scene_new();
        SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 1000, .pid = 100);
        SCENE_ADD(scene, .pid = 100, .start = cases[i].start);
        scene_build(scene);
        if (cases[i].fits)
            scene_expect(scene, 100, REGISTERED, 100, 1, 1);
        else
            scene_expect_none(scene, 100);
    }
}

static void test_row_without_a_start_proves_nothing(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .pid = 100);
    SCENE_ADD(scene, .pid = 100);
    scene_build(scene);
    scene_expect_none(scene, 100);
}

static void test_row_that_was_completed_before_the_process_started(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 90, .completed = 95, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 190, .completed = 195, .pid = 200);
    SCENE_ADD(scene, .pid = 100);                             /* the pid was reused within 30 s */
    SCENE_ADD(scene, .pid = 201, .group = 200, .start = 198); /* and a stranger's group */
    SCENE_ADD(scene, .pid = 202, .group = 200, .start = 199);
    scene_build(scene);
    scene_expect_none(scene, 100);
    scene_expect_none(scene, 201);
    scene_expect_none(scene, 202);
}

static void test_two_rows_with_one_pid(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 980, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 999, .pid = 100);
    SCENE_EXECUTION(scene, .number = 3, .attempt = 1, .start = 985, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .start = 1000);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 2, 2);
}

/* A server with two children of attempt 1, whose rows are there but name no pid. */
static Scene *scene_with_server(const char *environment, const char *folder)
{
    Scene *scene = scene_new();
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban", .folder = "/");
    scene_add_server(scene, 50);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99,
                    .status = VKP_EXECUTION_COMPLETED, .kind = VKP_KIND_SETUP_SCRIPT);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 1, .start = 109);
    SCENE_ADD(scene, .pid = 110, .parent = 50, .session = 50, .environment = environment,
              .folder = folder);
    return scene;
}

static void test_child_of_the_server_by_its_mark(void)
{
    g_autoptr(Scene) scene =
        scene_with_server("VK_WORKSPACE_ID=aa000000-0000-4000-8000-000000000001", NULL);
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 1, 2);
    g_assert_cmpint(scene_tie(scene, 110)->kind, ==, VKP_KIND_CODING_AGENT);
    g_assert_true(scene_tie(scene, 110)->is_executor);
}

static void test_child_of_the_server_by_its_folder(void)
{
    g_autoptr(Scene) scene = scene_with_server(NULL, NULL);
    g_autofree char *worktree = scene_make_folder(scene, "one");
    scene_add_attempt(scene, 1, worktree);
    SCENE_ADD(scene, .pid = 111, .parent = 50, .session = 50, .folder = worktree);
    SCENE_ADD(scene, .pid = 112, .parent = 50, .group = 50, .session = 50, .folder = worktree);
    SCENE_ADD(scene, .pid = 113, .parent = 50, .folder = worktree);
    scene_build(scene);
    scene_expect(scene, 111, REGISTERED, 100, 1, 2);
    /* Leads no group: an editor; has a session of its own: a terminal. */
    scene_expect(scene, 112, VKP_EVIDENCE_WORKING_DIRECTORY, 30, 1, 0);
    scene_expect(scene, 113, VKP_EVIDENCE_WORKING_DIRECTORY, 30, 1, 0);
}

static void test_child_of_the_server_whose_execution_is_taken(void)
{
    g_autoptr(Scene) scene =
        scene_with_server("VK_WORKSPACE_ID=aa000000-0000-4000-8000-000000000001", NULL);
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 111, .parent = 50, .session = 50, .environment = mark);
    SCENE_ADD(scene, .pid = 112, .parent = 50, .session = 50, .environment = mark);
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 1, 2);
    scene_expect(scene, 111, REGISTERED, 100, 1, 1);
    scene_expect(scene, 112, ENVIRONMENT, 90, 1, 0);
}

static void test_child_of_the_server_long_after_any_row(void)
{
    g_autoptr(Scene) scene = scene_with_server(NULL, NULL);
    SCENE_ADD(scene, .pid = 500, .parent = 50, .session = 50,
              .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    scene_expect(scene, 500, ENVIRONMENT, 90, 1, 0);
    /* But the server does run it. */
    g_assert_cmpint(scene_tie(scene, 500)->leftover_reason, ==, VKP_LEFTOVER_NONE);
}

static void test_child_of_the_server_prefers_running_rows(void)
{
    g_autoptr(Scene) scene = scene_with_server(NULL, NULL);
    SCENE_EXECUTION(scene, .number = 3, .attempt = 1, .start = 129);
    SCENE_EXECUTION(scene, .number = 4, .attempt = 1, .start = 139, .status = VKP_EXECUTION_FAILED);
    SCENE_ADD(scene, .pid = 139, .parent = 50, .session = 50, .state = 'Z',
              .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 140, .parent = 50, .session = 50,
              .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    scene_expect(scene, 140, REGISTERED, 100, 1, 3);
    scene_expect(scene, 139, ENVIRONMENT, 90, 1, 0);
}

/* The clocks say that the first child is nearer to the second row. */
static void test_children_of_the_server_that_started_at_once(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban", .folder = "/");
    scene_add_server(scene, 50);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 1, .start = 100.016);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 100.002);
    SCENE_ADD(scene, .pid = 110, .parent = 50, .session = 50, .start = 100.02, .environment = mark);
    SCENE_ADD(scene, .pid = 111, .parent = 50, .session = 50, .start = 100.02, .environment = mark);
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 1, 1);
    scene_expect(scene, 111, REGISTERED, 100, 1, 2);
}

static void test_child_of_the_server_with_its_execution_marked(void)
{
    g_autoptr(Scene) scene =
        scene_with_server("VK_ATTEMPT_ID=aa000000-0000-4000-8000-000000000001 "
                          "VK_EXECUTION_PROCESS_ID=ee000000-0000-4000-8000-000000000001",
                          NULL);
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 1, 1);
}

static void test_group_of_a_dead_leader_in_the_pid_column(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 105, .group = 100); /* began in the window */
    SCENE_ADD(scene, .pid = 900, .group = 100);
    scene_build(scene);
    scene_expect(scene, 105, GROUP, 80, 1, 1);
    scene_expect(scene, 900, GROUP, 80, 1, 1);
}

static void test_group_whose_link_to_a_dead_leader_is_not_proven(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 800, .group = 100);
    SCENE_ADD(scene, .pid = 900, .group = 100);
    scene_build(scene);
    scene_expect_none(scene, 800);
    scene_expect_none(scene, 900);
}

static void test_group_of_a_dead_leader_proven_by_a_mark_or_by_memory(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 199, .pid = 200);
    SCENE_ADD(scene, .pid = 800, .group = 100, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 900, .group = 100);
    SCENE_ADD(scene, .pid = 850, .group = 200);
    SCENE_ADD(scene, .pid = 950, .group = 200);
    scene_remember(scene, 850, 850, 2, 2);
    scene_build(scene);
    scene_expect(scene, 900, GROUP, 80, 1, 1);
    scene_expect(scene, 950, GROUP, 80, 2, 2);
}

static void test_group_of_a_dead_leader_with_two_rows(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 95, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 99, .pid = 100);
    SCENE_EXECUTION(scene, .number = 3, .attempt = 1, .start = 97, .pid = 100);
    SCENE_EXECUTION(scene, .number = 4, .attempt = 1, .start = 300, .pid = 100);
    SCENE_ADD(scene, .pid = 105, .group = 100);
    scene_build(scene);
    scene_expect(scene, 105, GROUP, 80, 2, 2);
}

static void test_group_older_than_the_row_of_its_dead_leader(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 500, .pid = 100);
    SCENE_ADD(scene, .pid = 490, .group = 100);
    SCENE_ADD(scene, .pid = 510, .group = 100);
    scene_build(scene);
    scene_expect_none(scene, 490);
    scene_expect_none(scene, 510);
}

static void test_group_of_a_stranger_with_the_leaders_pid(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .start = 700);
    SCENE_ADD(scene, .pid = 710, .group = 100);
    scene_build(scene);
    scene_expect_none(scene, 100);
    scene_expect_none(scene, 710);
}

static void test_group_of_a_dead_registered_leader(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99);
    SCENE_ADD(scene, .pid = 105, .group = 100);
    SCENE_ADD(scene, .pid = 106, .session = 100);
    scene_register(scene, 100, 100, 1);
    scene_build(scene);
    scene_expect(scene, 105, GROUP, 80, 1, 1);
    scene_expect(scene, 106, GROUP, 80, 1, 1);
}

static void test_rows_of_before_the_boot_mean_nothing(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 0.5, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .group = 100, .start = 40,
              .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 102, .group = 100, .start = 41);
    scene_build(scene);
    scene_expect(scene, 102, GROUP, 80, 1, 1); /* the row is of this boot, just so */

    g_autoptr(Scene) earlier = scene_new();
    SCENE_EXECUTION(earlier, .number = 1, .attempt = 1, .start = 0.5, .pid = 100);
    SCENE_ADD(earlier, .pid = 100, .start = 60);
    scene_build(earlier);
    scene_expect_none(earlier, 100);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/build/" name, func)
    TEST("pid-column-fits-within-its-window", test_pid_column_fits_within_its_window);
    TEST("row-without-a-start-proves-nothing", test_row_without_a_start_proves_nothing);
    TEST("row-that-was-completed-before-the-process-started",
         test_row_that_was_completed_before_the_process_started);
    TEST("two-rows-with-one-pid", test_two_rows_with_one_pid);
    TEST("child-of-the-server-by-its-mark", test_child_of_the_server_by_its_mark);
    TEST("child-of-the-server-by-its-folder", test_child_of_the_server_by_its_folder);
    TEST("child-of-the-server-whose-execution-is-taken",
         test_child_of_the_server_whose_execution_is_taken);
    TEST("child-of-the-server-long-after-any-row", test_child_of_the_server_long_after_any_row);
    TEST("child-of-the-server-prefers-running-rows", test_child_of_the_server_prefers_running_rows);
    TEST("group-of-a-dead-leader-with-two-rows", test_group_of_a_dead_leader_with_two_rows);
    TEST("child-of-the-server-with-its-execution-marked",
         test_child_of_the_server_with_its_execution_marked);
    TEST("children-that-started-at-once-are-told-apart-by-their-order",
         test_children_of_the_server_that_started_at_once);
    TEST("group-of-a-dead-leader-in-the-pid-column", test_group_of_a_dead_leader_in_the_pid_column);
    TEST("group-whose-link-to-a-dead-leader-is-not-proven",
         test_group_whose_link_to_a_dead_leader_is_not_proven);
    TEST("group-of-a-dead-leader-proven-by-a-mark-or-by-memory",
         test_group_of_a_dead_leader_proven_by_a_mark_or_by_memory);
    TEST("group-older-than-the-row-of-its-dead-leader",
         test_group_older_than_the_row_of_its_dead_leader);
    TEST("group-of-a-stranger-with-the-leaders-pid", test_group_of_a_stranger_with_the_leaders_pid);
    TEST("group-of-a-dead-registered-leader", test_group_of_a_dead_registered_leader);
    TEST("rows-of-before-the-boot-mean-nothing", test_rows_of_before_the_boot_mean_nothing);
    return g_test_run();
}
