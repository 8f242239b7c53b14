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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/servers/" name, func)
    TEST("beside-the-server-its-name-tells-nothing", test_a_name_beside_the_server);
    TEST("without-any-server-its-name-counts", test_a_name_without_any_server);
    return g_test_run();
}
