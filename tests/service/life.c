/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "common/kill/frozen.h"
#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

/* How the service comes up and goes down. */

static gboolean has_name(Fixture *fixture)
{
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        fixture->client, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "NameHasOwner", g_variant_new("(s)", VKP_BUS_NAME), G_VARIANT_TYPE("(b)"),
        G_DBUS_CALL_FLAGS_NONE, 10000, NULL, NULL);
    gboolean has_owner = FALSE;
    g_assert_nonnull(reply);
    g_variant_get(reply, "(b)", &has_owner);
    return has_owner;
}

static gboolean is_up(gpointer data)
{
    return has_name(data);
}

static void assert_log_has(Fixture *fixture, const char *words)
{
    g_autofree char *log = fixture_log(fixture);
    if (!strstr(log, words))
        g_error("\"%s\" is not in the log: %s", words, log);
}

static void assert_failed(Fixture *fixture, const char *const *options, const char *words)
{
    int status = fixture_reap(fixture_spawn_service(fixture, options));
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    assert_log_has(fixture, words);
}

static void test_signals(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const int signals[] = {SIGTERM, SIGINT, SIGHUP};
    for (guint i = 0; i < G_N_ELEMENTS(signals); i++) {
        if (!fixture->service)
            fixture_start_service(fixture, NULL);
        g_assert_cmpint(kill(fixture->service, signals[i]), ==, 0);
        int status = fixture_reap(fixture->service);
        fixture->service = 0;
        g_assert_true(WIFEXITED(status));
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
        g_assert_false(has_name(fixture));
    }
}

static void test_second_instance(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    assert_failed(fixture, NULL, "The name org.vibekanban.Processes is taken");
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_nonnull(processes);
}

static void test_lost_bus(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_dbus_connection_set_exit_on_close(fixture->client, FALSE);
    vkp_test_bus_end(fixture->bus);
    int status = fixture_reap(fixture->service);
    fixture->service = 0;
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 1);
    assert_log_has(fixture, "The bus is lost");
}

static void test_no_bus(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    assert_failed(fixture, FIXTURE_WORDS("--bus", "unix:path=/nonexistent/socket"),
                  "Cannot connect to the bus \"unix:path=/nonexistent/socket\"");
    fixture->environment = g_environ_setenv(fixture->environment, "DBUS_SESSION_BUS_ADDRESS",
                                            "unix:path=/nonexistent/usual", TRUE);
    assert_failed(fixture, NULL, "Cannot connect to the bus \"unix:path=/nonexistent/usual\"");
    fixture->environment = g_environ_unsetenv(fixture->environment, "DBUS_SESSION_BUS_ADDRESS");
    fixture->environment = g_environ_unsetenv(fixture->environment, "XDG_RUNTIME_DIR");
    assert_failed(fixture, NULL, "Neither DBUS_SESSION_BUS_ADDRESS nor XDG_RUNTIME_DIR");
}

static void test_bad_command_lines(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    assert_failed(fixture, FIXTURE_WORDS("--colour"), "--colour");
    assert_failed(fixture, FIXTURE_WORDS("extra"), "Unexpected argument \"extra\"");
    assert_failed(fixture, FIXTURE_WORDS("--proc", "/nonexistent"), "/nonexistent");
    assert_failed(fixture, FIXTURE_WORDS("--database", ""), "--database must not be empty");
}

static void test_version_and_help(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const service = g_getenv("VKP_TEST_SERVICE");
    const char *const words[][2] = {{"--version", "vibekanban-processesd "},
                                    {"--help", "--database"}};
    for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
        const char *const argv[] = {service, words[i][0], NULL};
        g_autofree char *output = NULL;
        int status;
        g_assert_true(g_spawn_sync(NULL, (char **)argv, fixture->environment, G_SPAWN_DEFAULT, NULL,
                                   NULL, &output, NULL, &status, NULL));
        g_assert_cmpint(status, ==, 0);
        g_assert_nonnull(strstr(output, words[i][1]));
    }
}

static gboolean knows_title(gpointer data)
{
    g_autoptr(GVariant) processes = fixture_list(data, "{}");
    if (g_variant_n_children(processes) == 0)
        return FALSE;
    g_autoptr(GVariant) process = g_variant_get_child_value(processes, 0);
    return g_strcmp0(fixture_text(process, "task_title"), "Login") == 0;
}

static void assert_property_text(Fixture *fixture, const char *property, const char *expected)
{
    g_autoptr(GVariant) value = fixture_property(fixture, property);
    g_assert_cmpstr(g_variant_get_string(value, NULL), ==, expected);
}

/* With marks alone at first; then the database appears. */
static void test_no_database(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(fixture->database_path, ".aside", NULL);
    g_assert_cmpint(g_rename(fixture->database_path, aside), ==, 0);
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    fixture_start_service(fixture, NULL);
    assert_property_text(fixture, "DatabaseState", "missing");
    g_autofree char *attempt = fixture_id(21);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    g_assert_nonnull(process);
    g_assert_cmpstr(fixture_text(process, "task_attempt_id"), ==, attempt);
    g_assert_null(fixture_text(process, "task_title"));

    g_assert_cmpint(g_rename(aside, fixture->database_path), ==, 0);
    g_assert_true(vkp_deadline_wait(10000, knows_title, fixture));
    assert_property_text(fixture, "DatabaseState", "ok");
}

/* Without --database it is found where vibe-kanban puts it, also when that is later. */
static void test_located_database(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *folder =
        g_build_filename(fixture->folder, "home", ".local", "share", "vibe-kanban", NULL);
    g_autofree char *path = g_build_filename(folder, "db.v2.sqlite", NULL);
    g_autofree char *database_path = g_steal_pointer(&fixture->database_path);
    fixture_start_service(fixture, NULL);
    assert_property_text(fixture, "DatabaseState", "missing");
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_cmpint(g_rename(database_path, path), ==, 0);
    fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_assert_true(vkp_deadline_wait(10000, knows_title, fixture));
    assert_property_text(fixture, "DatabasePath", path);
    fixture->database_path = g_steal_pointer(&database_path);
}

static void test_activation(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *command =
        g_strdup_printf("%s --database %s --registry %s", g_getenv("VKP_TEST_SERVICE"),
                        fixture->database_path, fixture->registry_path);
    vkp_test_bus_add_service(fixture->bus, VKP_BUS_NAME, command);
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_assert_false(has_name(fixture));
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    g_assert_cmpstr(fixture_text(process, "task_title"), ==, "Login");
}

static void register_agent(Fixture *fixture, pid_t agent)
{
    g_autofree char *execution = fixture_id(31);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = fixture_call(
        fixture, "RegisterProcess", g_variant_new("(su)", execution, (guint32)agent), &error);
    g_assert_no_error(error);
    g_assert_nonnull(reply);
}

static void assert_registered(Fixture *fixture, pid_t agent)
{
    g_autoptr(GVariant) processes = fixture_list(fixture, "{'executors_only': <true>}");
    g_autoptr(GVariant) process = fixture_find(processes, agent);
    g_assert_nonnull(process);
    g_assert_cmpstr(fixture_text(process, "evidence"), ==, "registered");
}

static void test_restart(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = vkp_family_run(fixture->family, "setpgid name agent idle");
    vkp_family_settle(fixture->family, 1);
    register_agent(fixture, agent);
    assert_registered(fixture, agent);
    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    fixture_start_service(fixture, NULL);
    assert_registered(fixture, agent);
}

static gboolean is_degraded(Fixture *fixture)
{
    g_autoptr(GVariant) degraded = fixture_property(fixture, "Degraded");
    g_autofree const char **words = g_variant_get_strv(degraded, NULL);
    return g_strv_contains(words, "registry_unavailable");
}

static void test_no_registry(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_free(fixture->registry_path);
    fixture->registry_path = g_strdup("/dev/null/registry.sqlite");
    fixture_start_service(fixture, NULL);
    g_assert_true(is_degraded(fixture));
    pid_t agent = vkp_family_run(fixture->family, "setpgid name agent idle");
    vkp_family_settle(fixture->family, 1);
    register_agent(fixture, agent);
    assert_registered(fixture, agent);
}

/* The folder was not there yet, as on a disk that is mounted late. */
static void test_late_registry(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *folder = g_build_filename(fixture->folder, "late", NULL);
    g_free(fixture->registry_path);
    fixture->registry_path = g_build_filename(folder, "registry.sqlite", NULL);
    g_assert_true(g_file_set_contents(folder, "in the way", -1, NULL));
    fixture_start_service(fixture, NULL);
    g_assert_true(is_degraded(fixture));
    pid_t first = vkp_family_run(fixture->family, "setpgid name agent idle");
    vkp_family_settle(fixture->family, 1);
    register_agent(fixture, first);
    g_assert_true(is_degraded(fixture));

    g_assert_cmpint(g_unlink(folder), ==, 0);
    pid_t second = vkp_family_run(fixture->family, "setpgid name agent idle");
    vkp_family_settle(fixture->family, 2);
    register_agent(fixture, second);
    g_assert_false(is_degraded(fixture));
    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    fixture_start_service(fixture, NULL);
    assert_registered(fixture, first);
    assert_registered(fixture, second);
}

static gboolean has_state(pid_t pid, char state)
{
    VkpRelative relative;
    return vkp_relative_read(pid, &relative) && relative.state == state;
}

static gboolean is_stopped(gpointer data)
{
    return has_state(*(const pid_t *)data, 'T');
}

static void freeze(Fixture *fixture, pid_t pid)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *folder = g_path_get_dirname(fixture->frozen_path);
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, &error);
    VkpUuid boot_id = vkp_reader_boot_id(reader);
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    VkpIdentity identity = {pid, relative.start_ticks};
    g_array_append_val(identities, identity);
    g_mkdir_with_parents(folder, 0700);
    vkp_frozen_save(fixture->frozen_path, &boot_id, identities, &error);
    g_assert_no_error(error);
    g_assert_cmpint(kill(pid, SIGSTOP), ==, 0);
    g_assert_true(vkp_deadline_wait(10000, is_stopped, &pid));
}

static gboolean is_sleeping(gpointer data)
{
    return has_state(*(const pid_t *)data, 'S');
}

static void test_thaw(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    freeze(fixture, pid);
    fixture_start_service(fixture, NULL);
    g_assert_true(vkp_deadline_wait(10000, is_sleeping, &pid));
    g_assert_false(g_file_test(fixture->frozen_path, G_FILE_TEST_EXISTS));
    assert_log_has(fixture, "Thawed 1 process");
}

/* What is frozen while an instance runs is that instance's matter, on whatever bus the next one is.
 */
static void test_second_instance_thaws_nobody(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    freeze(fixture, pid);
    assert_failed(fixture, NULL, "is taken");
    g_assert_true(has_state(pid, 'T'));

    g_autoptr(VkpTestBus) other_bus = vkp_test_bus_new(NULL);
    GPid other =
        fixture_spawn_service(fixture, FIXTURE_WORDS("--bus", vkp_test_bus_address(other_bus)));
    GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                 G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION;
    g_autoptr(GDBusConnection) client = g_dbus_connection_new_for_address_sync(
        vkp_test_bus_address(other_bus), flags, NULL, NULL, NULL);
    GDBusConnection *own = fixture->client;
    fixture->client = client;
    g_assert_true(vkp_deadline_wait(10000, is_up, fixture));
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, 1);
    fixture->client = own;
    g_assert_true(has_state(pid, 'T'));
    g_assert_cmpint(kill(other, SIGTERM), ==, 0);
    g_assert_cmpint(fixture_reap(other), ==, 0);
    g_assert_true(has_state(pid, 'T'));
}

static int open_notify_socket(Fixture *fixture)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    g_autofree char *path = g_build_filename(fixture->folder, "notify", NULL);
    g_assert_cmpuint(g_strlcpy(address.sun_path, path, sizeof address.sun_path), <,
                     sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(fd, (const struct sockaddr *)&address, sizeof address), ==, 0);
    fixture->environment = g_environ_setenv(fixture->environment, "NOTIFY_SOCKET", path, TRUE);
    fixture->environment = g_environ_setenv(fixture->environment, "WATCHDOG_USEC", "1000000", TRUE);
    return fd;
}

static void wait_for_notice(int fd, const char *expected)
{
    char text[256];
    do {
        g_assert_true(vkp_deadline_wait_readable(10000, fd));
        gssize length = recv(fd, text, sizeof text - 1, 0);
        g_assert_cmpint(length, >, 0);
        text[length] = '\0';
    } while (!strstr(text, expected));
}

/* As a service manager sees it: ready, alive, ending. */
static void test_notices(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_auto(VkpFd) fd = open_notify_socket(fixture);
    fixture->service = fixture_spawn_service(fixture, NULL);
    wait_for_notice(fd, "READY=1");
    g_assert_true(has_name(fixture));
    wait_for_notice(fd, "WATCHDOG=1");
    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    wait_for_notice(fd, "STOPPING=1");
}

static void add_tests(void)
{
    fixture_add("/service/life/TERM-INT-and-HUP-end-it-in-order", test_signals);
    fixture_add("/service/life/a-second-instance-gives-way", test_second_instance);
    fixture_add("/service/life/its-manager-is-told-from-nothing", test_notices);
    fixture_add("/service/life/a-lost-bus-is-a-failure", test_lost_bus);
    fixture_add("/service/life/no-bus-is-a-failure-from-nothing", test_no_bus);
    fixture_add("/service/life/a-bad-command-line-is-a-failure-from-nothing",
                test_bad_command_lines);
    fixture_add("/service/life/version-and-help-are-told-from-nothing", test_version_and_help);
    fixture_add("/service/life/without-a-database-marks-tell-from-nothing", test_no_database);
    fixture_add("/service/life/a-database-is-found-when-it-appears-from-nothing",
                test_located_database);
    fixture_add("/service/life/the-bus-starts-it-when-called-from-nothing", test_activation);
    fixture_add("/service/life/registrations-outlive-a-restart", test_restart);
    fixture_add("/service/life/a-broken-registry-is-done-without-from-nothing", test_no_registry);
    fixture_add("/service/life/a-late-registry-gets-all-from-nothing", test_late_registry);
    fixture_add("/service/life/what-a-crash-left-frozen-is-thawed-from-nothing", test_thaw);
    fixture_add("/service/life/a-second-instance-thaws-nobody", test_second_instance_thaws_nobody);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
