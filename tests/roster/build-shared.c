/* SPDX-License-Identifier: Apache-2.0 */
/* Who comes from a daemon that serves the whole user, and stays known for it. */
#include "tests/roster/scene.h"

#define REGISTERED VKP_EVIDENCE_REGISTERED
#define ENVIRONMENT VKP_EVIDENCE_ENVIRONMENT
#define GROUP VKP_EVIDENCE_PROCESS_GROUP

static void expect_spared(Scene *scene, pid_t pid)
{
    scene_expect(scene, pid, ENVIRONMENT, 50, 1, 0);
    g_assert_cmpint(scene_tie(scene, pid)->leftover_reason, ==, VKP_LEFTOVER_NONE);
}

/* The user's shell in a tmux that an agent of attempt 1 started, and the job of that shell. */
static Scene *scene_with_pane(const char *daemon_name)
{
    Scene *scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = daemon_name, .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "bash", .environment = mark);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .session = 101, .name = "job", .environment = mark);
    return scene;
}

static void test_job_whose_shell_has_ended(void)
{
    g_autoptr(Scene) scene = scene_with_pane("tmux: server");
    scene_build(scene);
    scene_learn(scene);
    scene_end(scene, 101);
    for (guint i = 0; i < 2; i++) {
        scene_build(scene);
        expect_spared(scene, 102);
        scene_learn(scene);
    }
    /* Nor does the daemon's end change it. */
    scene_end(scene, 100);
    scene_build(scene);
    expect_spared(scene, 102);
}

static void test_what_such_a_job_starts(void)
{
    g_autoptr(Scene) scene = scene_with_pane("tmux: server");
    scene_build(scene);
    scene_learn(scene);
    scene_end(scene, 100);
    scene_end(scene, 101);
    SCENE_ADD(scene, .pid = 103, .parent = 102, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 104, .parent = 102, .environment = scene_attempt_mark(scene, 2));
    scene_build(scene);
    scene_learn(scene);
    expect_spared(scene, 103);
    scene_expect(scene, 104, ENVIRONMENT, 90, 2, 0); /* others than the daemon's */
    scene_end(scene, 102);
    scene_build(scene);
    expect_spared(scene, 103);
}

static void test_job_without_marks_that_a_task_adopts(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_ADD(scene, .pid = 90, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 100, .name = "tmux: server",
              .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "bash");
    scene_build(scene);
    scene_learn(scene);
    scene_end(scene, 100);
    scene_end(scene, 101);
    SCENE_ADD(scene, .pid = 101, .parent = 90, .name = "bash");
    scene_build(scene);
    scene_expect(scene, 101, VKP_EVIDENCE_DESCENDANT, 50, 1, 0);
}

/* A task's process takes the name of a daemon for a while. */
static void test_name_that_was_taken_for_a_moment(void)
{
    g_autoptr(Scene) scene = scene_with_pane("tmux: server");
    const char *mark = scene_attempt_mark(scene, 1);
    scene_build(scene);
    scene_learn(scene);
    scene_end(scene, 100);
    SCENE_ADD(scene, .pid = 100, .environment = mark);
    scene_end(scene, 101);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "bash", .environment = mark);
    scene_end(scene, 102);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "job", .environment = mark);
    scene_build(scene);
    scene_learn(scene);
    scene_expect(scene, 101, ENVIRONMENT, 90, 1, 0);
    scene_end(scene, 100);
    scene_end(scene, 101);
    scene_build(scene);
    scene_expect(scene, 102, ENVIRONMENT, 90, 1, 0);
    g_assert_cmpint(scene_tie(scene, 102)->leftover_reason, ==, VKP_LEFTOVER_EXECUTOR_EXITED);
}

static void test_name_that_was_taken_after_birth(void)
{
    g_autoptr(Scene) scene = scene_with_pane("sh");
    scene_build(scene);
    scene_learn(scene);
    scene_end(scene, 100);
    SCENE_ADD(scene, .pid = 100, .name = "tmux: server",
              .environment = scene_attempt_mark(scene, 1));
    scene_end(scene, 101);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    scene_learn(scene);
    scene_end(scene, 100);
    scene_build(scene);
    scene_expect(scene, 101, ENVIRONMENT, 90, 1, 0);
}

/* The pane of a tmux with pid 100 whose shell nobody saw: (setsid job &); exit */
static Scene *scene_with_unseen_shell(const char *daemon_name, const char *more)
{
    Scene *scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    g_autofree char *marks = g_strjoin(" ", mark, more, NULL);
    SCENE_ADD(scene, .pid = 100, .name = daemon_name, .environment = mark);
    SCENE_ADD(scene, .pid = 110, .name = "job", .environment = marks);
    return scene;
}

static void test_job_that_names_its_multiplexer(void)
{
    g_autoptr(Scene) scene =
        scene_with_unseen_shell("tmux: server", "TMUX=/tmp/tmux-1000/default,100,0");
    SCENE_ADD(scene, .pid = 111, .environment = scene_attempt_mark(scene, 1));
    scene_build(scene);
    expect_spared(scene, 110);
    scene_expect(scene, 111, ENVIRONMENT, 90, 1, 0); /* the task's own */
    scene_learn(scene);
    scene_end(scene, 100);
    scene_build(scene);
    expect_spared(scene, 110);
}

static void test_agent_in_the_users_multiplexer(void)
{
    g_autoptr(Scene) scene = scene_new();
    g_autofree char *marks =
        g_strjoin(" ", scene_attempt_mark(scene, 1), "STY=90.pts-0.host", NULL);
    SCENE_ADD(scene, .pid = 90, .name = "screen");
    SCENE_ADD(scene, .pid = 100, .environment = marks);
    scene_build(scene);
    scene_expect(scene, 100, ENVIRONMENT, 90, 1, 0);
}

static void test_job_of_an_editor(void)
{
    g_autoptr(Scene) scene = scene_with_unseen_shell("code", NULL);
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 79, .pid = 80);
    SCENE_ADD(scene, .pid = 80, .environment = mark);
    SCENE_ADD(scene, .pid = 90, .environment = mark); /* older than the editor */
    SCENE_ADD(scene, .pid = 120, .parent = 80, .environment = mark);
    SCENE_ADD(scene, .pid = 121, .group = 80, .environment = mark);
    SCENE_ADD(scene, .pid = 122, .environment = mark); /* seen below the agent once */
    scene_remember(scene, 122, 122, 1, 1);
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban");
    SCENE_ADD(scene, .pid = 130, .parent = 50, .session = 50, .environment = mark);
    scene_add_server(scene, 50);
    scene_build(scene);
    expect_spared(scene, 110);
    scene_expect(scene, 90, ENVIRONMENT, 90, 1, 0);
    scene_expect(scene, 130, ENVIRONMENT, 90, 1, 0);
    for (pid_t pid = 120; pid <= 122; pid++)
        scene_expect(scene, pid, ENVIRONMENT, 90, 1, 1);
}

/* An execution's own process has the name of an editor. */
static void test_orphan_beside_an_execution(void)
{
    g_autoptr(Scene) scene = scene_with_unseen_shell("code", NULL);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99);
    scene_register(scene, 100, 100, 1);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    scene_expect(scene, 110, ENVIRONMENT, 90, 1, 0);
}

static void test_orphan_beside_a_build_daemon(void)
{
    g_autoptr(Scene) scene = scene_with_unseen_shell("sccache", NULL);
    scene_build(scene);
    scene_expect(scene, 110, ENVIRONMENT, 90, 1, 0);
}

/* An execution's own process is what its row says, wherever it was started. */
static void test_executor_that_came_from_a_shared_daemon(void)
{
    g_autoptr(Scene) scene = scene_with_pane("tmux: server");
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 101);
    scene_build(scene);
    scene_learn(scene);
    scene_end(scene, 101);
    scene_register(scene, 102, 102, 1);
    SCENE_ADD(scene, .pid = 103, .parent = 102, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 104, .group = 102);
    scene_build(scene);
    scene_expect(scene, 102, REGISTERED, 100, 1, 1);
    scene_expect(scene, 103, ENVIRONMENT, 90, 1, 1);
    scene_expect(scene, 104, GROUP, 80, 1, 1);
}

/* The user's systemd bears the name of a shared daemon, but starts nothing that it adopts. */
static void test_orphan_that_the_users_systemd_adopted(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 40, .name = "systemd");
    SCENE_ADD(scene, .pid = 105, .parent = 40, .group = 100);
    SCENE_ADD(scene, .pid = 106, .parent = 40);
    scene_remember(scene, 106, 106, 1, 1);
    scene_build(scene);
    scene_expect(scene, 105, GROUP, 80, 1, 1);
    g_assert_cmpint(scene_tie(scene, 105)->leftover_reason, ==, VKP_LEFTOVER_EXECUTOR_EXITED);
    scene_expect(scene, 106, VKP_EVIDENCE_REMEMBERED, 60, 1, 1);
}

/* Nor does what holds a container together, as toolbox's, in which people have their board. */
static void test_orphan_that_a_container_adopted(void)
{
    g_autoptr(Scene) scene = scene_new();
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99, .pid = 100);
    SCENE_ADD(scene, .pid = 40, .name = "conmon");
    SCENE_ADD(scene, .pid = 105, .parent = 40, .group = 100);
    SCENE_ADD(scene, .pid = 106, .parent = 40, .environment = scene_attempt_mark(scene, 1));
    SCENE_ADD(scene, .pid = 107, .parent = 40);
    scene_build(scene);
    scene_expect(scene, 105, GROUP, 80, 1, 1);
    scene_expect(scene, 106, ENVIRONMENT, 90, 1, 0);
    scene_expect_none(scene, 107);
}

/* Of the first process of a service, its child, and a job that has lost its parent. */
static void test_service_that_has_the_marks_from_systemd(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    g_autofree char *marks = g_strjoin(" ", mark, "SYSTEMD_EXEC_PID=100", NULL);
    SCENE_ADD(scene, .pid = 40, .name = "systemd");
    SCENE_ADD(scene, .pid = 100, .parent = 40, .environment = marks);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = marks);
    SCENE_ADD(scene, .pid = 102, .parent = 40, .environment = marks);
    SCENE_ADD(scene, .pid = 103, .parent = 40, .environment = mark);
    scene_build(scene);
    for (pid_t pid = 100; pid <= 102; pid++)
        expect_spared(scene, pid);
    g_assert_true(scene_tie(scene, 100)->is_shared_daemon);
    scene_expect(scene, 103, ENVIRONMENT, 90, 1, 0);
    /* Nor does the service's end make them the task's. */
    scene_learn(scene);
    scene_end(scene, 100);
    scene_build(scene);
    expect_spared(scene, 101);
    expect_spared(scene, 102);
}

/* A service has ended, a terminal in which vibe-kanban goes on, and others were given its pid. */
static void test_service_whose_pid_is_given_anew(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    g_autofree char *marks = g_strjoin(" ", mark, "SYSTEMD_EXEC_PID=101", NULL);
    g_autofree char *others =
        g_strjoin(" ", scene_attempt_mark(scene, 2), "SYSTEMD_EXEC_PID=201", NULL);
    SCENE_ADD(scene, .pid = 100, .environment = marks);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = marks);
    SCENE_ADD(scene, .pid = 102, .environment = marks);
    SCENE_ADD(scene, .pid = 201, .session = 200, .environment = others);
    scene_build(scene);
    for (pid_t pid = 100; pid <= 102; pid++)
        scene_expect(scene, pid, ENVIRONMENT, 90, 1, 0);
    scene_expect(scene, 201, ENVIRONMENT, 90, 2, 0);
}

/* Executions may well be services, and so may the server. */
static void test_services_that_are_executions(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    g_autofree char *marks = g_strjoin(" ", mark, "SYSTEMD_EXEC_PID=100", NULL);
    g_autofree char *servers = g_strjoin(" ", mark, "SYSTEMD_EXEC_PID=50", NULL);
    SCENE_EXECUTION(scene, .number = 1, .attempt = 1, .start = 99);
    SCENE_ADD(scene, .pid = 100, .environment = marks);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = marks);
    SCENE_ADD(scene, .pid = 102, .environment = marks);
    SCENE_ADD(scene, .pid = 50, .name = "vibe-kanban", .environment = "SYSTEMD_EXEC_PID=50");
    SCENE_ADD(scene, .pid = 110, .parent = 50, .environment = servers);
    SCENE_ADD(scene, .pid = 111, .environment = servers);
    scene_register(scene, 100, 100, 1);
    scene_add_server(scene, 50);
    scene_build(scene);
    scene_expect(scene, 100, REGISTERED, 100, 1, 1);
    scene_expect(scene, 101, ENVIRONMENT, 90, 1, 1);
    scene_expect(scene, 102, ENVIRONMENT, 90, 1, 0);
    /* Nobody has lost anybody. */
    for (pid_t pid = 100; pid <= 102; pid++)
        g_assert_cmpint(scene_tie(scene, pid)->leftover_reason, ==, VKP_LEFTOVER_NONE);
    scene_expect(scene, 110, ENVIRONMENT, 90, 1, 0);
    scene_expect(scene, 111, ENVIRONMENT, 90, 1, 0);
}

static void test_service_that_has_the_marks_from_the_bus(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "dbus-daemon");
    SCENE_ADD(scene, .pid = 101, .parent = 100, .environment = mark);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .environment = mark);
    SCENE_ADD(scene, .pid = 103, .parent = 100);
    scene_build(scene);
    expect_spared(scene, 101);
    expect_spared(scene, 102);
    scene_expect_none(scene, 103);
}

/* As flatpak runs a browser: with a proxy to the bus, and the inner sandbox adopts what is lost. */
static void test_sandbox_of_a_shared_daemon(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "bwrap", .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "bwrap", .environment = mark);
    SCENE_ADD(scene, .pid = 102, .parent = 101, .name = "xdg-dbus-proxy", .environment = mark);
    SCENE_ADD(scene, .pid = 103, .parent = 100, .name = "bwrap", .environment = mark);
    SCENE_ADD(scene, .pid = 104, .parent = 103, .name = "sh", .environment = mark);
    SCENE_ADD(scene, .pid = 105, .parent = 104, .name = "chrome", .environment = mark);
    SCENE_ADD(scene, .pid = 106, .parent = 105, .name = "chrome", .command = "chrome --type=zygote",
              .environment = mark);
    SCENE_ADD(scene, .pid = 107, .parent = 103, .name = "chrome_crashpad", .environment = mark);
    scene_build(scene);
    for (pid_t pid = 100; pid <= 107; pid++)
        expect_spared(scene, pid);
    g_assert_true(scene_tie(scene, 103)->is_shared_daemon);
}

/* Anything else in it makes it the task's, and so does a program that is the task's. */
static void test_sandbox_of_a_task(void)
{
    g_autoptr(Scene) scene = scene_new();
    const char *mark = scene_attempt_mark(scene, 1);
    SCENE_ADD(scene, .pid = 100, .name = "bwrap", .environment = mark);
    SCENE_ADD(scene, .pid = 101, .parent = 100, .name = "tmux: server", .environment = mark);
    SCENE_ADD(scene, .pid = 102, .parent = 100, .name = "agent", .environment = mark);
    SCENE_ADD(scene, .pid = 110, .name = "bwrap", .environment = mark);
    SCENE_ADD(scene, .pid = 111, .parent = 110, .name = "chrome", .command = "chrome --headless",
              .environment = mark);
    SCENE_ADD(scene, .pid = 120, .name = "bwrap", .environment = mark);
    SCENE_ADD(scene, .pid = 121, .parent = 120, .name = "sh", .environment = mark);
    scene_build(scene);
    const pid_t tasks[] = {100, 102, 110, 111, 120, 121};
    for (guint i = 0; i < G_N_ELEMENTS(tasks); i++)
        scene_expect(scene, tasks[i], ENVIRONMENT, 90, 1, 0);
    expect_spared(scene, 101);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add_func("/roster/shared/" name, func)
    TEST("a-job-whose-shell-has-ended-stays-weak", test_job_whose_shell_has_ended);
    TEST("so-does-what-such-a-job-starts", test_what_such_a_job_starts);
    TEST("so-does-one-that-a-task-adopts", test_job_without_marks_that_a_task_adopts);
    TEST("a-name-that-was-taken-for-a-moment-hides-nobody", test_name_that_was_taken_for_a_moment);
    TEST("a-name-that-was-taken-after-birth-hides-nobody", test_name_that_was_taken_after_birth);
    TEST("a-job-tells-its-multiplexer", test_job_that_names_its_multiplexer);
    TEST("an-agent-in-the-users-multiplexer-is-the-tasks", test_agent_in_the_users_multiplexer);
    TEST("an-orphan-may-be-an-editors-job", test_job_of_an_editor);
    TEST("an-orphan-is-no-job-of-an-execution-with-an-editors-name",
         test_orphan_beside_an_execution);
    TEST("an-orphan-is-no-build-daemons-job", test_orphan_beside_a_build_daemon);
    TEST("an-executor-is-never-weak", test_executor_that_came_from_a_shared_daemon);
    TEST("the-users-systemd-shelters-no-orphans", test_orphan_that_the_users_systemd_adopted);
    TEST("a-container-shelters-no-orphans", test_orphan_that_a_container_adopted);
    TEST("a-service-has-the-marks-from-systemd", test_service_that_has_the_marks_from_systemd);
    TEST("a-pid-of-a-service-is-given-anew", test_service_whose_pid_is_given_anew);
    TEST("services-that-are-executions", test_services_that_are_executions);
    TEST("a-service-has-the-marks-from-the-bus", test_service_that_has_the_marks_from_the_bus);
    TEST("a-sandbox-of-a-shared-daemon", test_sandbox_of_a_shared_daemon);
    TEST("a-sandbox-of-a-task", test_sandbox_of_a_task);
    return g_test_run();
}
