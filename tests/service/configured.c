/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <sysexits.h>

#include "tests/service/fixture.h"

/* What a configuration file does to the real service. */

static void start_configured(Fixture *fixture, const char *text)
{
    g_autofree char *path = fixture_write_config(fixture, text);
    fixture_start_service(fixture, NULL);
}

static void assert_database(Fixture *fixture, const char *expected)
{
    g_autoptr(GVariant) value = fixture_property(fixture, "DatabasePath");
    g_assert_cmpstr(g_variant_get_string(value, NULL), ==, expected);
}

static void test_mistake(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = fixture_write_config(fixture, "[Interval]\nIdleSecond=5\n");
    int status = fixture_reap(fixture_spawn_service(fixture, NULL));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, EX_CONFIG);
    g_autofree char *log = fixture_log(fixture);
    g_autofree char *place = g_strdup_printf("vibekanban-processesd: %s:2: ", path);
    g_assert_nonnull(strstr(log, place));
    g_assert_nonnull(strstr(log, "IdleSeconds"));
}

static void test_asked_for_but_missing(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const options[] = {"--config", "/nonexistent/some.conf", NULL};
    int status = fixture_reap(fixture_spawn_service(fixture, options));
    g_assert_cmpint(WEXITSTATUS(status), ==, EX_CONFIG);
    g_autofree char *log = fixture_log(fixture);
    g_assert_nonnull(strstr(log, "/nonexistent/some.conf"));
}

static void test_other_file(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *broken = fixture_write_config(fixture, "broken\n");
    const char *const options[] = {"--config", "/dev/null", NULL};
    fixture_start_service(fixture, options);
    assert_database(fixture, fixture->database_path);
}

static void test_database(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = g_steal_pointer(&fixture->database_path);
    g_autofree char *text = g_strdup_printf("[Database]\nPath=%s\n", path);
    start_configured(fixture, text);
    assert_database(fixture, path);
    fixture->database_path = g_steal_pointer(&path);
}

static void test_command_line_wins(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    start_configured(fixture, "[Database]\nPath=/nonexistent/db.sqlite\n");
    assert_database(fixture, fixture->database_path);
}

/* Does nothing at SIGTERM: with the usual grace this would take 5 s. */
static void test_grace(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    start_configured(fixture, "[Kill]\nGraceSeconds=0.1\n");
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *target = fixture_identity(pid);
    gint64 before = g_get_monotonic_time();
    g_autoptr(GVariant) reply = fixture_kill(fixture, "single", target, "{}");
    g_assert_cmpint(g_get_monotonic_time() - before, <, 4 * G_TIME_SPAN_SECOND);
    g_assert_cmpstr(fixture_outcome(reply, pid), ==, "survived");
}

static void test_shared_daemon(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    start_configured(fixture, "[Processes]\nSharedDaemons=my-daemon\n");
    g_autofree char *task = fixture_id(11);
    pid_t daemon = fixture_spawn_member(fixture, 21, "name my-daemon idle");
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 2);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{'dry_run': <true>}");
    g_assert_cmpstr(fixture_outcome(reply, agent), ==, "would_kill");
    g_assert_null(fixture_outcome(reply, daemon));
}

static void test_worktree_root(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *copy = g_build_filename(fixture->folder, "mnt", "login", NULL);
    g_assert_cmpint(g_mkdir_with_parents(copy, 0700), ==, 0);
    g_autofree char *text = g_strdup_printf("[Worktrees]\nRoots=%s/mnt\n", fixture->folder);
    start_configured(fixture, text);
    g_autofree char *attempt = fixture_id(21);
    pid_t pid = vkp_family_run(fixture->family, "name editor chdir %s idle", copy);
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    g_assert_nonnull(process);
    g_assert_cmpstr(fixture_text(process, "evidence"), ==, "working_directory");
    g_assert_cmpstr(fixture_text(process, "task_attempt_id"), ==, attempt);
}

/* Every 0.2 s a birth is seen; with an hour between two looks it is not until somebody asks. */
static void test_interval(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    start_configured(fixture, "[Interval]\nIdleSeconds=0.2\n");
    guint from = fixture->signals->len;
    gint64 before = g_get_monotonic_time();
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    g_autoptr(GVariant) born = fixture_wait_change(fixture, from, "added", pid);
    g_test_message("seen after %" G_GINT64_FORMAT " ms", (g_get_monotonic_time() - before) / 1000);

    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    start_configured(fixture, "[Interval]\nIdleSeconds=3600\n");
    from = fixture->signals->len;
    pid_t other = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 2);
    before = g_get_monotonic_time();
    while (g_get_monotonic_time() - before < 3 * G_TIME_SPAN_SECOND)
        if (!g_main_context_iteration(NULL, FALSE))
            g_usleep(10000);
    g_assert_false(fixture_has_change(fixture, from, "added", other));
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, other);
    g_assert_nonnull(process);
}

static void add_tests(void)
{
    fixture_add("/service/configured/a-mistake-stops-it-with-its-line-from-nothing", test_mistake);
    fixture_add("/service/configured/a-file-asked-for-must-be-there-from-nothing",
                test_asked_for_but_missing);
    fixture_add("/service/configured/another-file-instead-from-nothing", test_other_file);
    fixture_add("/service/configured/database-path-from-nothing", test_database);
    fixture_add("/service/configured/the-command-line-wins-from-nothing", test_command_line_wins);
    fixture_add("/service/configured/grace-from-nothing", test_grace);
    fixture_add("/service/configured/shared-daemons-from-nothing", test_shared_daemon);
    fixture_add("/service/configured/worktree-roots-from-nothing", test_worktree_root);
    fixture_add("/service/configured/intervals-from-nothing", test_interval);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
