/* SPDX-License-Identifier: Apache-2.0 */
/* What passes for a server, and what comes from one. */
#include "tests/roster/scene.h"

#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT

static void expect_reason(Scene *scene, pid_t pid, VkpLeftoverReason reason)
{
    g_assert_cmpstr(vkp_leftover_reason_to_string(scene_tie(scene, pid)->leftover_reason), ==,
                    vkp_leftover_reason_to_string(reason));
}

/* Something of the server's name runs a process in a group of its own, as a server does; another
 * one of the attempt is alone. */
static Scene *scene_with_namesake(void)
{
    Scene *scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "vibe-kanban", .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .session = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 102, .environment = mark);
    return scene;
}

static void test_a_name_beside_the_server(void)
{
    g_autoptr(Scene) scene = scene_with_namesake();
    SCENE_ADD(scene, .pid = 50, .name = "server");
    scene_add_server(scene, 50);
    scene_build(scene);
    for (pid_t pid = 100; pid <= 102; pid++)
        expect_reason(scene, pid, VKP_LEFTOVER_EXECUTOR_EXITED);
}

static void test_a_name_without_any_server(void)
{
    g_autoptr(Scene) scene = scene_with_namesake();
    scene_build(scene);
    expect_reason(scene, 101, VKP_LEFTOVER_NONE);
    expect_reason(scene, 102, VKP_LEFTOVER_NONE);
}

/* A server that was started inside attempt 1, in its agent's group, and hands on its mark: to the
 * script of attempt 2 and to an editor. */
static Scene *scene_with_marked_server(void)
{
    Scene *scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 119, .pid = 120);
    SCENE_ADD(scene, .pid = 100, .session = 90, .name = "agent", .environment = mark);
    SCENE_ADD(scene, .pid = 110, .parent = 100, .group = 100, .session = 90, .name = "vibe-kanban",
              .environment = mark);
    SCENE_ADD(scene, .pid = 120, .parent = 110, .session = 90, .environment = mark);
    SCENE_ADD(scene, .pid = 121, .parent = 120, .group = 120, .session = 90, .environment = mark);
    SCENE_ADD(scene, .pid = 130, .parent = 110, .group = 100, .session = 90, .name = "editor",
              .environment = mark);
    scene_add_server(scene, 110);
    scene_build(scene);
    scene_learn(scene);
    return scene;
}

static void test_marks_from_a_server_that_ended(void)
{
    g_autoptr(Scene) scene = scene_with_marked_server();
    scene_end(scene, 110);
    scene_end(scene, 120);
    scene_build(scene);
    scene_expect(scene, 100, VKP_EVIDENCE_REGISTERED, 100, 1, 1);
    scene_expect(scene, 121, VKP_EVIDENCE_PROCESS_GROUP, 80, 2, 2);
    scene_expect_none(scene, 130);
}

/* Whoever is born since has the marks from them. */
static void test_marks_handed_on_since(void)
{
    g_autoptr(Scene) scene = scene_with_marked_server();
    const char *mark = scene_attempt_mark(scene, 1);
    scene_end(scene, 110);
    SCENE_ADD(scene, .pid = 140, .parent = 130, .group = 100, .session = 90, .environment = mark);
    scene_build(scene);
    scene_learn(scene);
    scene_expect_none(scene, 140);
    scene_end(scene, 130);
    scene_build(scene);
    scene_expect_none(scene, 140);
}

static void test_own_marks_after_the_server_ended(void)
{
    g_autoptr(Scene) scene = scene_with_marked_server();
    scene_end(scene, 110);
    scene_end(scene, 130);
    SCENE_ADD(scene, .pid = 130, .session = 90, .environment = scene_attempt_mark(scene, 2));
    SCENE_ADD(scene, .pid = 140, .start = 141, .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    scene_expect(scene, 130, ENVIRONMENT, 90, 2, 0);
    scene_expect(scene, 140, ENVIRONMENT, 90, 1, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/servers/" name, func)
    TEST("beside-the-server-its-name-tells-nothing", test_a_name_beside_the_server);
    TEST("without-any-server-its-name-counts", test_a_name_without_any_server);
    TEST("marks-from-a-server-tell-nothing-when-it-has-ended", test_marks_from_a_server_that_ended);
    TEST("such-marks-that-are-handed-on-tell-nothing-either", test_marks_handed_on_since);
    TEST("other-marks-than-the-servers-count", test_own_marks_after_the_server_ended);
    return g_test_run();
}
