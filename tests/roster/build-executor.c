/* SPDX-License-Identifier: Apache-2.0 */
/* Launcher chains, kinds, and forged or huge process tables. */
#include "tests/roster/scene.h"

static Scene *scene_with_execution(pid_t pid, VkpKind kind)
{
    Scene *scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = pid - 1, .pid = pid, .kind = kind);
    return scene;
}

static gboolean is_executor(Scene *scene, pid_t pid)
{
    return scene_tie(scene, pid)->is_executor;
}

static void test_npx_chain_as_it_really_is(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_DEV_SERVER);
    SCENE_ADD(scene, .pid = 100, .name = "npm exec http-s", .command = "npm");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "sh", .command = "sh -c 'http-server'");
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "node", .command = "http-server");
    SCENE_ADD(scene, .pid = 103, .parent = 102, .name = "worker");
    scene_build(scene);
    for (pid_t pid = 100; pid <= 102; pid++) {
        g_assert_true(is_executor(scene, pid));
        g_assert_cmpint(scene_tie(scene, pid)->kind, ==, VKP_KIND_DEV_SERVER);
    }
    g_assert_false(is_executor(scene, 103));
    g_assert_cmpint(scene_tie(scene, 103)->kind, ==, VKP_KIND_CHILD);
    g_assert_cmpuint(vkp_roster_n_executors(scene_build(scene)), ==, 3);
}

static void test_shell_env_timeout_chain(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    SCENE_ADD(scene, .pid = 100, .name = "sh", .command = "/bin/sh -c timeout 99 nice claude");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "timeout", .command = "timeout 99 claude");
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "env", .command = "/usr/bin/env claude");
    SCENE_ADD(scene, .pid = 103, .parent = 102, .name = "claude", .command = "claude -p");
    SCENE_ADD(scene, .pid = 104, .parent = 103, .name = "bash", .command = "bash -c ls");
    SCENE_ADD(scene, .pid = 105, .parent = 104, .name = "ls", .command = "ls");
    scene_build(scene);
    for (pid_t pid = 100; pid <= 103; pid++)
        g_assert_true(is_executor(scene, pid));
    g_assert_false(is_executor(scene, 104));
    g_assert_false(is_executor(scene, 105));
}

static void test_wrapper_that_starts_its_namesake(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    SCENE_ADD(scene, .pid = 100, .name = "node", .command = "node /usr/lib/bin/codex.js exec");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "codex", .command = "/vendor/codex exec");
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "bash", .command = "bash -lc make");
    scene_build(scene);
    g_assert_true(is_executor(scene, 101));
    g_assert_false(is_executor(scene, 102));
}

static void test_forked_worker_is_no_namesake(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    SCENE_ADD(scene, .pid = 100, .name = "agent", .command = "agent --stdio");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "agent", .command = "agent --stdio");
    scene_build(scene);
    g_assert_true(is_executor(scene, 100));
    g_assert_false(is_executor(scene, 101));
}

/* Nobody can tell which one is the agent, so it is spared with the others; what they have started
 * themselves is a tool in either case. */
static void test_agent_beside_another_child(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    SCENE_ADD(scene, .pid = 100, .name = "sh", .command = "sh -c both");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "helper");
    SCENE_ADD(scene, .pid = 102, .parent = 100, .name = "npx", .command = "npx agent");
    SCENE_ADD(scene, .pid = 103, .parent = 101, .name = "helpers-child");
    SCENE_ADD(scene, .pid = 104, .parent = 102, .name = "agent");
    SCENE_ADD(scene, .pid = 105, .parent = 104, .name = "tool");
    scene_build(scene);
    g_assert_true(is_executor(scene, 101));
    g_assert_true(is_executor(scene, 102));
    g_assert_false(is_executor(scene, 103));
    g_assert_true(is_executor(scene, 104));
    g_assert_false(is_executor(scene, 105));
}

static void test_agent_with_two_tools(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    SCENE_ADD(scene, .pid = 100, .name = "node", .command = "node /bin/codex.js exec");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "codex", .command = "/vendor/codex exec");
    SCENE_ADD(scene, .pid = 102, .parent = 100, .name = "git", .command = "git status");
    SCENE_ADD(scene, .pid = 103, .parent = 101, .name = "bash", .command = "bash -c vite");
    SCENE_ADD(scene, .pid = 104, .parent = 101, .name = "vite", .command = "vite");
    scene_build(scene);
    g_assert_true(is_executor(scene, 101));
    for (pid_t pid = 102; pid <= 104; pid++)
        g_assert_false(is_executor(scene, pid));
}

static void test_script_with_two_children(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_DEV_SERVER);
    SCENE_ADD(scene, .pid = 100, .name = "sh", .command = "sh -c both");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "one");
    SCENE_ADD(scene, .pid = 102, .parent = 100, .name = "two");
    scene_build(scene);
    g_assert_true(is_executor(scene, 100));
    g_assert_false(is_executor(scene, 101));
    g_assert_false(is_executor(scene, 102));
}

static void test_a_zombie_beside_the_only_child(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    SCENE_ADD(scene, .pid = 100, .name = "sh", .command = "sh -c agent");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .state = 'Z');
    SCENE_ADD(scene, .pid = 102, .parent = 100, .name = "agent");
    scene_build(scene);
    g_assert_true(is_executor(scene, 102));
}

static void add_script_with_child(Scene *scene)
{
    SCENE_ADD(scene, .pid = 100, .name = "bash", .command = "bash agent.sh -c");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "child");
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "bash", .command = "bash tool.sh");
    SCENE_ADD(scene, .pid = 103, .parent = 102, .name = "sleep");
}

static void test_a_shell_script_before_an_agent(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    add_script_with_child(scene);
    scene_build(scene);
    g_assert_true(is_executor(scene, 101));
    g_assert_false(is_executor(scene, 102));
    g_assert_false(is_executor(scene, 103));
}

static void test_another_shell_script(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_SETUP_SCRIPT);
    add_script_with_child(scene);
    scene_build(scene);
    g_assert_false(is_executor(scene, 101));
}

static void test_chain_stops_at_another_execution(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_SETUP_SCRIPT);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 100, .pid = 101);
    SCENE_ADD(scene, .pid = 100, .name = "sh", .command = "sh -c x");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "agent");
    scene_build(scene);
    g_assert_cmpint(scene_tie(scene, 101)->kind, ==, VKP_KIND_CODING_AGENT);
    g_assert_cmpint(scene_tie(scene, 100)->kind, ==, VKP_KIND_SETUP_SCRIPT);
}

static void test_chain_stops_at_daemons_and_other_users(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    SCENE_EXECUTION(scene, .number = 2, .attempt = 2, .start = 199, .pid = 200);
    SCENE_ADD(scene, .pid = 100, .name = "sh", .command = "sh -c tmux");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "tmux: server");
    SCENE_ADD(scene, .pid = 200, .name = "sh", .command = "sh -c sudo");
    SCENE_ADD(scene, .pid = 201, .parent = 200, .name = "sudo", .uid = 999);
    SCENE_ADD(scene, .pid = 202, .parent = 201, .name = "agent");
    VkpRoster *roster = scene_build(scene);
    g_assert_false(is_executor(scene, 101));
    g_assert_false(is_executor(scene, 202));
    g_assert_cmpuint(vkp_roster_n_executors(roster), ==, 2);
}

static void test_unknown_run_reason(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100,
                    .has_unknown_kind = TRUE);
    SCENE_ADD(scene, .pid = 100);
    SCENE_ADD(scene, .pid = 101, .parent = 100);
    scene_build(scene);
    g_assert_cmpint(scene_tie(scene, 100)->kind, ==, VKP_KIND_UNKNOWN);
    g_assert_true(is_executor(scene, 100));
    g_assert_cmpint(scene_tie(scene, 101)->kind, ==, VKP_KIND_CHILD);
}

static void test_parents_in_a_circle(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .parent = 102, .start = 50, .environment = mark, .session = 101);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .start = 50, .session = 102);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .start = 50, .session = 100);
    SCENE_ADD(scene, .pid = 103, .parent = 103, .start = 50, .session = 103);
    VkpRoster *roster = scene_build(scene);
    scene_expect(scene, 100, VKP_EVIDENCE_ENVIRONMENT, 90, 1, 0);
    g_assert_cmpuint(vkp_roster_size(roster), >=, 1);
    scene_expect_none(scene, 103);
}

static void test_a_chain_of_a_hundred_thousand(void)
{
    g_autoptr(Scene) scene = scene_with_execution(100, VKP_KIND_CODING_AGENT);
    enum { LENGTH = 100000 };
    for (pid_t pid = 100; pid < 100 + LENGTH; pid++)
        SCENE_ADD(scene, .pid = pid, .parent = pid - 1, .start = 100, .session = 100, .group = 100,
                  .name = "sh", .command = "sh -c x");
    VkpRoster *roster = scene_build(scene);
    g_test_message("built in %.1f ms", scene_build_ms(scene));
    g_assert_cmpuint(vkp_roster_size(roster), ==, LENGTH);
    scene_expect(scene, 100 + LENGTH - 1, VKP_EVIDENCE_PROCESS_GROUP, 80, 1, 1);
}

static void test_five_thousand_of_everything(void)
{
    g_autoptr(Scene) scene = scene_new();
    enum { N = 5000 };
    for (guint i = 3; i < N; i++) {
        scene_add_attempt(scene, i, NULL);
        SCENE_EXECUTION(scene, .number = i, .attempt = i, .start = 1000 + i,
                        .pid = 10000 + (pid_t)i);
        SCENE_ADD(scene, .pid = 10000 + (pid_t)i, .start = 1000 + i);
    }
    VkpRoster *roster = scene_build(scene);
    g_assert_cmpuint(vkp_roster_size(roster), ==, N - 3);
    scene_build(scene);
    g_test_message("built in %.1f ms", scene_build_ms(scene));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/executor/" name, func)
    TEST("npx-chain-as-it-really-is", test_npx_chain_as_it_really_is);
    TEST("shell-env-timeout-chain", test_shell_env_timeout_chain);
    TEST("wrapper-that-starts-its-namesake", test_wrapper_that_starts_its_namesake);
    TEST("forked-worker-is-no-namesake", test_forked_worker_is_no_namesake);
    TEST("an-agent-beside-another-child-of-its-launcher", test_agent_beside_another_child);
    TEST("tools-beside-an-agent-are-none", test_agent_with_two_tools);
    TEST("two-children-of-another-script-are-none", test_script_with_two_children);
    TEST("a-zombie-beside-the-only-child", test_a_zombie_beside_the_only_child);
    TEST("a-shell-script-before-an-agent-is-a-launcher", test_a_shell_script_before_an_agent);
    TEST("another-shell-script-is-no-launcher", test_another_shell_script);
    TEST("chain-stops-at-another-execution", test_chain_stops_at_another_execution);
    TEST("chain-stops-at-daemons-and-other-users", test_chain_stops_at_daemons_and_other_users);
    TEST("unknown-run-reason", test_unknown_run_reason);
    TEST("parents-in-a-circle", test_parents_in_a_circle);
    TEST("a-chain-of-a-hundred-thousand", test_a_chain_of_a_hundred_thousand);
    TEST("five-thousand-of-everything", test_five_thousand_of_everything);
    return g_test_run();
}
