/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/service/fixture.h"

/* The calls that the documentation promises, word by word, as a shell makes them. */

static char *run_shell(Fixture *fixture, const char *command)
{
    const char *const argv[] = {"sh", "-c", command, NULL};
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    int status;
    g_spawn_sync(NULL, (char **)argv, fixture->environment, G_SPAWN_SEARCH_PATH, NULL, NULL,
                 &output, &errors, &status, &error);
    g_assert_no_error(error);
    if (status != 0)
        g_error("%s: %s", command, errors);
    return g_steal_pointer(&output);
}

static void assert_has(const char *text, const char *words)
{
    if (!strstr(text, words))
        g_error("\"%s\" is not in: %s", words, text);
}

static void test_busctl_list(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *output =
        run_shell(fixture, "busctl --user --json=short call org.vibekanban.Processes "
                           "/org/vibekanban/Processes org.vibekanban.Processes List 'a{sv}' 0");
    assert_has(output, "\"type\":\"aa{sv}\"");
    assert_has(output, "\"task_title\":{\"type\":\"s\",\"data\":\"Login\"}");
}

static void test_busctl_kill(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *command =
        g_strdup_printf("busctl --user call org.vibekanban.Processes /org/vibekanban/Processes "
                        "org.vibekanban.Processes Kill 'ssa{sv}' task %s 1 dry_run b true",
                        task);
    g_autofree char *output = run_shell(fixture, command);
    g_assert_true(g_str_has_prefix(output, "uuaa{sv} 0 0 1 4 \"id\" s "));
    assert_has(output, "\"would_kill\"");
    VkpRelative relative;
    g_assert_true(vkp_relative_read(agent, &relative) && vkp_relative_is_alive(&relative));
}

static void test_gdbus_list(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    fixture_wait_leftovers(fixture, 1);
    g_autofree char *leftovers = run_shell(
        fixture, "gdbus call -e -d org.vibekanban.Processes -o /org/vibekanban/Processes -m "
                 "org.vibekanban.Processes.List \"{'leftovers_only': <true>}\"");
    assert_has(leftovers, "'is_leftover': <true>");
    g_autofree char *executors = run_shell(
        fixture, "gdbus call -e -d org.vibekanban.Processes -o /org/vibekanban/Processes -m "
                 "org.vibekanban.Processes.List \"{'executors_only': <true>}\"");
    g_assert_cmpstr(executors, ==, "(@aa{sv} [],)\n");
}

/* It prints what comes until it is ended. */
static void test_gdbus_monitor(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = g_build_filename(fixture->folder, "monitor", NULL);
    g_autofree char *command = g_strdup_printf(
        "timeout 20 gdbus monitor -e -d org.vibekanban.Processes > %s & monitor=$!; "
        "until grep -q 'is owned by' %s; do sleep 0.05; done; touch %s.ready; "
        "until grep -q ProcessChanged %s; do sleep 0.05; done; kill $monitor; "
        "grep ProcessChanged %s",
        path, path, path, path, path);
    const char *const argv[] = {"timeout", "30", "sh", "-c", command, NULL};
    int output;
    GPid pid;
    g_autoptr(GError) error = NULL;
    g_spawn_async_with_pipes(NULL, (char **)argv, fixture->environment,
                             G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                             NULL, &output, NULL, &error);
    g_assert_no_error(error);
    /* The monitor matches before it says who owns the name. */
    g_autofree char *ready = g_strconcat(path, ".ready", NULL);
    while (!g_file_test(ready, G_FILE_TEST_EXISTS))
        g_usleep(10000);
    fixture_spawn_member(fixture, 21, "name agent idle");
    char text[4096] = "";
    gsize length = 0;
    gssize got;
    while (length < sizeof text - 1 &&
           (got = read(output, text + length, sizeof text - 1 - length)) > 0)
        length += (gsize)got;
    close(output);
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
    assert_has(text, "org.vibekanban.Processes.ProcessChanged ('added', '");
}

static void add_tests(void)
{
    fixture_add("/service/shell/busctl-lists-as-json", test_busctl_list);
    fixture_add("/service/shell/busctl-dry-runs-a-kill", test_busctl_kill);
    fixture_add("/service/shell/gdbus-lists-with-a-filter", test_gdbus_list);
    fixture_add("/service/shell/gdbus-monitors-changes", test_gdbus_monitor);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
