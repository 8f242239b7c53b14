/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/file.h"
#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

/* What the service makes of where it runs and who is beside it. */

#define APPLET_NAME "org.vibekanban.Processes.Applet"

static gboolean applet_has_name(gpointer data)
{
    Fixture *fixture = data;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        fixture->client, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "NameHasOwner", g_variant_new("(s)", APPLET_NAME), G_VARIANT_TYPE("(b)"),
        G_DBUS_CALL_FLAGS_NONE, 10000, NULL, NULL);
    gboolean has_owner = FALSE;
    g_variant_get(reply, "(b)", &has_owner);
    return has_owner;
}

/* In a worktree, as any program of the user's may be. */
static pid_t spawn_applet(Fixture *fixture)
{
    g_autofree char *worktree = g_build_filename(fixture->folder, "worktrees", "login", NULL);
    pid_t applet = vkp_family_run(fixture->family, "chdir %s run ( %s %s %s )", worktree,
                                  g_getenv("VKP_TEST_NAMED_CLIENT"),
                                  vkp_test_bus_address(fixture->bus), APPLET_NAME);
    g_assert_true(vkp_deadline_wait(10000, applet_has_name, fixture));
    return applet;
}

static void assert_spared(Fixture *fixture, pid_t applet, pid_t agent)
{
    g_autoptr(GVariant) everything =
        fixture_kill(fixture, "all", "", "{'force': <true>, 'include_weak': <true>}");
    g_autofree char *text = g_variant_print(everything, FALSE);
    g_test_message("Kill: %s", text);
    g_assert_cmpstr(fixture_outcome(everything, agent), ==, "killed");
    g_assert_cmpstr(fixture_outcome(everything, applet), ==, "protected");
    VkpRelative relative;
    g_assert_true(vkp_relative_read(applet, &relative) && vkp_relative_is_alive(&relative));
}

static void test_later_applet(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    pid_t applet = spawn_applet(fixture);
    assert_spared(fixture, applet, agent);
}

static void test_earlier_applet(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    pid_t applet = spawn_applet(fixture);
    fixture_start_service(fixture, NULL);
    assert_spared(fixture, applet, agent);
}

/* The name is anybody's to take: it neither hides the task's process that takes it nor shields
 * those above. */
static void test_applet_of_a_task(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *script = g_strdup_printf(
        "name agent fork 1 ( name between fork 1 ( run ( %s %s %s ) ) idle ) idle",
        g_getenv("VKP_TEST_NAMED_CLIENT"), vkp_test_bus_address(fixture->bus), APPLET_NAME);
    pid_t agent = fixture_spawn_member(fixture, 21, script);
    vkp_family_settle(fixture->family, 2);
    pid_t between = vkp_family_find(fixture->family, "between").pid;
    pid_t applet = vkp_family_find(fixture->family, "vkp-test-named-").pid;
    g_assert_true(vkp_deadline_wait(10000, applet_has_name, fixture));
    g_autofree char *task = fixture_id(11);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{'force': <true>}");
    g_assert_cmpstr(fixture_outcome(reply, agent), ==, "killed");
    g_assert_cmpstr(fixture_outcome(reply, between), ==, "killed");
    g_assert_cmpstr(fixture_outcome(reply, applet), ==, "killed");
}

/* Starts the service as `command` does, a shell's, in which %s is the program with its words. */
static void start_by(Fixture *fixture, const char *command)
{
    g_autofree char *wrapper = g_build_filename(fixture->folder, "wrapper", NULL);
    g_autofree char *call = g_strdup_printf("%s \"$@\"", fixture->program);
    g_auto(GStrv) parts = g_strsplit(command, "%s", 2);
    g_autofree char *script = g_strconcat("#!/bin/sh\n", parts[0], call, parts[1], "\n", NULL);
    g_assert_true(g_file_set_contents(wrapper, script, -1, NULL));
    g_assert_cmpint(chmod(wrapper, 0700), ==, 0);
    g_free(fixture->program);
    fixture->program = g_steal_pointer(&wrapper);
    fixture_start_service(fixture, NULL);
}

/* In a user namespace of its own the service could kill what it can't see; it says so. */
static void test_blindness(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    start_by(fixture, "exec unshare --user --map-current-user %s");

    g_autoptr(GVariant) degraded = fixture_property(fixture, "Degraded");
    g_autofree const char **words = g_variant_get_strv(degraded, NULL);
    g_assert_true(g_strv_contains(words, "environment_hidden"));
    g_assert_true(g_strv_contains(words, "folder_hidden"));
}

static void test_skipped_rows(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fake_board_run(fixture->board, "PRAGMA foreign_keys = OFF");
    fake_board_run(fixture->board, "UPDATE execution_processes SET id = X'01' WHERE id = "
                                   "(SELECT id FROM execution_processes LIMIT 1)");
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) degraded = fixture_property(fixture, "Degraded");
    g_autofree const char **words = g_variant_get_strv(degraded, NULL);
    g_assert_true(g_strv_contains(words, "rows_skipped"));
}

static guint count_in_log(Fixture *fixture, const char *words)
{
    g_autofree char *log = fixture_log(fixture);
    guint n = 0;
    for (const char *at = log; (at = strstr(at, words)); at++)
        n++;
    return n;
}

static void list_twice(Fixture *fixture)
{
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
        g_assert_nonnull(processes);
    }
}

/* Whoever wonders why the list is of yesterday finds it in the log. */
static void test_damaged_database(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_autofree char *damaged =
        g_strdup_printf("The database \"%s\" is damaged.", fixture->database_path);
    g_assert_true(g_file_get_contents(fixture->database_path, &bytes, &length, NULL));
    list_twice(fixture);
    g_assert_cmpuint(count_in_log(fixture, "The database"), ==, 0);

    g_assert_true(g_file_set_contents(fixture->database_path, "Nothing of the kind", -1, NULL));
    list_twice(fixture);
    g_assert_cmpuint(count_in_log(fixture, damaged), ==, 1);
    g_assert_true(g_file_set_contents(fixture->database_path, bytes, (gssize)length, NULL));
    list_twice(fixture);
    g_assert_cmpuint(count_in_log(fixture, "can be read now"), ==, 1);
    g_assert_cmpuint(count_in_log(fixture, "The database"), ==, 2);
}

/* The service is a reader only: not a byte of the database changes. */
static void test_untouched_database(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *before = NULL;
    g_autofree char *after = NULL;
    gsize before_length = 0;
    gsize after_length = 0;
    g_autofree char *task = fixture_id(11);
    g_assert_true(g_file_get_contents(fixture->database_path, &before, &before_length, NULL));
    fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    fixture_start_service(fixture, NULL);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{}");
    fixture_assert_counts(reply, 1, 0);
    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    g_assert_true(g_file_get_contents(fixture->database_path, &after, &after_length, NULL));
    g_assert_cmpmem(before, before_length, after, after_length);
}

/* A folder whose name means something in an address. */
static void test_usual_bus(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *address = vkp_test_bus_address(fixture->bus);
    g_autofree char *folder = g_build_filename(fixture->folder, "run,;%41=", NULL);
    g_autofree char *link = g_build_filename(folder, "bus", NULL);
    g_assert_true(g_str_has_prefix(address, "unix:path="));
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(symlink(address + strlen("unix:path="), link), ==, 0);
    fixture->environment = g_environ_unsetenv(fixture->environment, "DBUS_SESSION_BUS_ADDRESS");
    fixture->environment = g_environ_setenv(fixture->environment, "XDG_RUNTIME_DIR", folder, TRUE);
    fixture_start_service(fixture, NULL);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, 0);
}

static gboolean is_degraded(Fixture *fixture, const char *word)
{
    g_autoptr(GVariant) degraded = fixture_property(fixture, "Degraded");
    g_autofree const char **words = g_variant_get_strv(degraded, NULL);
    return g_strv_contains(words, word);
}

/* As after `ulimit -f 0`: whoever writes gets a signal that ends him unless he says otherwise. */
static void test_no_files(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    struct rlimit usual;
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &usual), ==, 0);
    struct rlimit none = {0, usual.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &none), ==, 0);
    fixture_start_service(fixture, NULL);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &usual), ==, 0);
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_assert_true(is_degraded(fixture, "registry_unavailable"));
    g_autoptr(GVariant) reply = fixture_kill(fixture, "all", "", "{'force': <true>}");
    g_assert_cmpstr(fixture_outcome(reply, agent), ==, "killed");
}

/* A pipe that somebody holds open and does not read. */
static int open_full_log(Fixture *fixture)
{
    char page[4096] = {0};
    g_assert_cmpint(mkfifo(fixture->log_path, 0600), ==, 0);
    int fd = open(fixture->log_path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    while (write(fd, page, sizeof page) > 0)
        ;
    g_assert_cmpint(errno, ==, EAGAIN);
    return fd;
}

static void test_full_log(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_auto(VkpFd) log = open_full_log(fixture);
    fixture_start_service(fixture, NULL);
    fixture_assert_refused(fixture, "Kill", fixture_kill_arguments("everybody", "", "{}"),
                           "InvalidScope", FIXTURE_WORDS("everybody"));
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, 0);
}

/* Whoever starts it may say anything in the environment. */
static void test_odd_watchdog(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const words[] = {"0", "-5", "soon", ""};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        fixture->environment =
            g_environ_setenv(fixture->environment, "WATCHDOG_USEC", words[i], TRUE);
        fixture_start_service(fixture, NULL);
        g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
        g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    }
    g_autofree char *log = fixture_log(fixture);
    g_assert_nonnull(strstr(log, "watchdog"));
}

/* What it opens would take their numbers, and what it says would go there: into the list of the
 * frozen, say. */
static void test_closed_streams(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    start_by(fixture, "exec %s <&- >&- 2>&-");
    for (int fd = 0; fd <= 2; fd++) {
        g_autofree char *link = g_strdup_printf("/proc/%d/fd/%d", fixture->service, fd);
        g_autofree char *target = g_file_read_link(link, NULL);
        g_assert_cmpstr(target, ==, "/dev/null");
    }
    g_variant_unref(fixture_list(fixture, "{}"));
}

static void add_tests(void)
{
    fixture_add("/service/surroundings/a-watchdog-that-makes-no-sense-is-done-without-from-nothing",
                test_odd_watchdog);
    fixture_add("/service/surroundings/nobody-need-read-what-it-says-from-nothing", test_full_log);
    fixture_add("/service/surroundings/where-no-file-may-be-written-it-serves-from-nothing",
                test_no_files);
    fixture_add("/service/surroundings/the-bus-of-the-runtime-folder-is-the-usual-one-from-nothing",
                test_usual_bus);
    fixture_add("/service/surroundings/an-applet-that-comes-later-is-spared", test_later_applet);
    fixture_add("/service/surroundings/an-applet-that-was-there-is-spared-from-nothing",
                test_earlier_applet);
    fixture_add("/service/surroundings/an-applet-of-a-task-is-hit-with-all-above-it",
                test_applet_of_a_task);
    fixture_add("/service/surroundings/blindness-is-told-from-nothing", test_blindness);
    fixture_add("/service/surroundings/closed-streams-are-nobodys-file-from-nothing",
                test_closed_streams);
    fixture_add("/service/surroundings/skipped-rows-are-told", test_skipped_rows);
    fixture_add("/service/surroundings/a-damaged-database-is-told-in-the-log",
                test_damaged_database);
    fixture_add("/service/surroundings/the-database-is-never-written-from-nothing",
                test_untouched_database);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
