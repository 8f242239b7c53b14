/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a name protects, and who has only taken it. */
#include "tests/roster/scene.h"

#define REGISTERED VKP_EVIDENCE_REGISTERED
#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT
#define GROUP VKP_EVIDENCE_PROCESS_GROUP
#define DESCENDANT VKP_EVIDENCE_DESCENDANT
#define REMEMBERED VKP_EVIDENCE_REMEMBERED
#define FOLDER VKP_EVIDENCE_WORKING_DIRECTORY

static void expect_protected(Scene *scene, pid_t pid, gboolean is_protected)
{
    g_test_message("%d", pid);
    g_assert_cmpint(scene_tie(scene, pid)->is_protected, ==, is_protected);
}

static void test_marked_process_with_the_name_of_a_session_part(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "(sd-pam)", .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    SCENE_ADD(scene, .pid = 110, .name = "systemd", .environment = mark);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .name = "(sd-pam)", .environment = mark);
    SCENE_ADD(scene, .pid = 120, .name = "dbus-daemon",
              .command = "dbus-daemon --address=systemd:", .environment = mark);
    SCENE_ADD(scene, .pid = 130, .name = "dbus-broker-lau", .environment = mark);
    SCENE_ADD(scene, .pid = 131, .parent = 130, .name = "dbus-broker", .environment = mark);
    scene_build(scene);
    for (pid_t pid = 100; pid <= 130; pid += 10)
        expect_protected(scene, pid, FALSE);
    expect_protected(scene, 111, FALSE);
    expect_protected(scene, 131, FALSE);
    scene_expect(scene, 100, ENVIRONMENT, 90, 1, 0);
    scene_expect(scene, 101, DESCENDANT, 70, 1, 0);  /* not cut off */
    scene_expect(scene, 110, ENVIRONMENT, 50, 1, 0); /* a shared daemon's name as well */
}

/* Marks are shed with an exec; what the kernel and we remember stays. */
static void test_unmarked_process_with_the_name_of_a_session_part(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 100, .name = "(sd-pam)");
    SCENE_ADD(scene, .pid = 110, .group = 100, .name = "(sd-pam)");
    SCENE_ADD(scene, .pid = 120, .name = "(sd-pam)");
    scene_remember(scene, 120, 120, 1, 0);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    scene_expect(scene, 110, GROUP, 80, 1, 1);
    scene_expect(scene, 120, REMEMBERED, 60, 1, 0);
    for (pid_t pid = 100; pid <= 120; pid += 10)
        expect_protected(scene, pid, FALSE);
}

/* They may have been started anew, or by hand, in a worktree. */
static void test_folder_alone_unmasks_nobody(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *worktree = scene_make_folder(scene, "worktree");
    scene_add_attempt(scene, 1, worktree);
    SCENE_ADD(scene, .pid = 100, .name = "systemd", .folder = worktree);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "(sd-pam)", .folder = worktree);
    SCENE_ADD(scene, .pid = 110, .name = "applet", .folder = worktree);
    scene_set_applet(scene, 110);
    scene_build(scene);
    scene_expect(scene, 110, FOLDER, 30, 1, 0);
    expect_protected(scene, 100, TRUE);
    expect_protected(scene, 101, TRUE);
    expect_protected(scene, 110, TRUE);
}

static void test_applet_of_a_task(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 100, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "applet");
    scene_set_applet(scene, 101);
    scene_build(scene);
    scene_expect(scene, 101, DESCENDANT, 70, 1, 0);
    expect_protected(scene, 100, FALSE);
    expect_protected(scene, 101, FALSE);
}

/* As after "dbus-update-activation-environment --all" in an agent's shell. */
static void test_bus_that_came_to_have_marks(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "systemd");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "dbus-broker-lau", .environment = mark);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "dbus-broker", .environment = mark);
    scene_add_bus(scene, 101);
    scene_build(scene);
    expect_protected(scene, 101, TRUE);
    expect_protected(scene, 102, TRUE);
}

/* An executor with a task's process for a parent has not lost its server, whatever its name. */
static void test_nobody_is_adopted_by_a_name(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 109, .pid = 110);
    SCENE_ADD(scene, .pid = 100, .name = "systemd", .environment = scene_attempt_mark(scene, 2));
    SCENE_ADD(scene, .pid = 110, .parent = 100);
    scene_build(scene);
    scene_expect(scene, 110, REGISTERED, 100, 1, 1);
    g_assert_cmpint(scene_tie(scene, 110)->leftover_reason, ==, VKP_LEFTOVER_NONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/protected/" name, func)
    TEST("a-marked-process-with-the-name-of-a-session-part",
         test_marked_process_with_the_name_of_a_session_part);
    TEST("an-unmarked-process-with-the-name-of-a-session-part",
         test_unmarked_process_with_the_name_of_a_session_part);
    TEST("a-folder-alone-unmasks-nobody", test_folder_alone_unmasks_nobody);
    TEST("an-applet-of-a-task-is-the-tasks", test_applet_of_a_task);
    TEST("a-bus-that-came-to-have-marks", test_bus_that_came_to_have_marks);
    TEST("nobody-is-adopted-by-a-name", test_nobody_is_adopted_by_a_name);
    return g_test_run();
}
