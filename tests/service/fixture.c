/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/fixture.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/lib/isolation.h"

#define DEADLINE_MS 10000

static char *make_folder(const Fixture *fixture, const char *name)
{
    char *path = g_build_filename(fixture->folder, name, NULL);
    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    return path;
}

static void add_attempt(Fixture *fixture, guint number, const char *name)
{
    g_autofree char *relative = g_build_filename("worktrees", name, NULL);
    g_autofree char *folder = make_folder(fixture, relative);
    fake_board_add_attempt(fixture->board, &(FakeAttempt){
                                               .id = fake_id(20 + number),
                                               .task_id = fake_id(10 + number),
                                               .folder = folder,
                                               .branch = name,
                                               .name = name,
                                               .agent = "CLAUDE_CODE",
                                           });
    fake_board_add_execution(fixture->board, &(FakeExecution){.id = fake_id(30 + number),
                                                              .attempt_id = fake_id(20 + number)});
}

static void make_board(Fixture *fixture)
{
    fixture->board = fake_board_new(fixture->database_path, FAKE_LAYOUT_D_LATE);
    fake_board_add_project(fixture->board, fake_id(1), "Alpha");
    fake_board_add_project(fixture->board, fake_id(2), "Beta");
    fake_board_add_task(fixture->board, fake_id(11), fake_id(1), "Login", NULL);
    fake_board_add_task(fixture->board, fake_id(12), fake_id(1), "Search", NULL);
    fake_board_add_task(fixture->board, fake_id(13), fake_id(2), "Import", NULL);
    add_attempt(fixture, 1, "login");
    add_attempt(fixture, 2, "search");
    add_attempt(fixture, 3, "import");
}

/* What the service and the bus get: nothing of the developer's own session is in reach. */
static void make_environment(Fixture *fixture)
{
    g_autofree char *home = make_folder(fixture, "home");
    g_autofree char *runtime = make_folder(fixture, "runtime");
    const char *const unset[] = {"XDG_CONFIG_HOME",      "XDG_DATA_HOME",
                                 "XDG_STATE_HOME",       "VK_DATABASE_PATH",
                                 "DBUS_STARTER_ADDRESS", "DBUS_SESSION_BUS_ADDRESS"};
    fixture->environment = g_get_environ();
    fixture->environment = g_environ_setenv(fixture->environment, "HOME", home, TRUE);
    fixture->environment = g_environ_setenv(fixture->environment, "XDG_RUNTIME_DIR", runtime, TRUE);
    for (guint i = 0; i < G_N_ELEMENTS(unset); i++)
        fixture->environment = g_environ_unsetenv(fixture->environment, unset[i]);
    fixture->frozen_path = g_build_filename(runtime, "vibekanban-processes", "frozen", NULL);
}

static void signal_free(FixtureSignal *signal)
{
    g_free(signal->name);
    g_variant_unref(signal->arguments);
    g_free(signal);
}

static void on_signal(G_GNUC_UNUSED GDBusConnection *connection, G_GNUC_UNUSED const char *sender,
                      G_GNUC_UNUSED const char *path, G_GNUC_UNUSED const char *interface,
                      const char *name, GVariant *arguments, gpointer data)
{
    FixtureSignal *signal = g_new0(FixtureSignal, 1);
    signal->name = g_strdup(name);
    signal->arguments = g_variant_ref(arguments);
    g_ptr_array_add(data, signal);
}

GDBusConnection *fixture_connect(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection *connection =
        g_dbus_connection_new_for_address_sync(vkp_test_bus_address(fixture->bus),
                                               G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                   G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                               NULL, NULL, &error);
    g_assert_no_error(error);
    return connection;
}

static void set_up(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    fixture->folder = g_dir_make_tmp("vkp-service-XXXXXX", &error);
    g_assert_no_error(error);
    fixture->database_path = g_build_filename(fixture->folder, "board.sqlite", NULL);
    fixture->registry_path = g_build_filename(fixture->folder, "state", "registry.sqlite", NULL);
    fixture->log_path = g_build_filename(fixture->folder, "log", NULL);
    fixture->program = g_strdup(g_getenv("VKP_TEST_SERVICE"));
    make_environment(fixture);
    fixture->bus = vkp_test_bus_new((const char *const *)fixture->environment);
    fixture->environment = g_environ_setenv(fixture->environment, "DBUS_SESSION_BUS_ADDRESS",
                                            vkp_test_bus_address(fixture->bus), TRUE);
    make_board(fixture);
    fixture->family = vkp_family_new(600, 120);
    fixture->client = fixture_connect(fixture);
    fixture->signals = g_ptr_array_new_with_free_func((GDestroyNotify)signal_free);
    fixture->subscription = g_dbus_connection_signal_subscribe(
        fixture->client, VKP_BUS_NAME, NULL, NULL, VKP_BUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_signal, fixture->signals, NULL);
}

static void remove_folder(const char *path)
{
    const char *const argv[] = {"rm", "-rf", "--", path, NULL};
    g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                 NULL);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (fixture->service)
        g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    g_dbus_connection_signal_unsubscribe(fixture->client, fixture->subscription);
    g_object_unref(fixture->client);
    g_ptr_array_unref(fixture->signals);
    vkp_family_free(fixture->family);
    fake_board_free(fixture->board);
    vkp_test_bus_free(fixture->bus);
    remove_folder(fixture->folder);
    g_free(fixture->folder);
    g_free(fixture->program);
    g_free(fixture->database_path);
    g_free(fixture->registry_path);
    g_free(fixture->frozen_path);
    g_strfreev(fixture->environment);
    g_free(fixture->log_path);
}

char *fixture_write_config(Fixture *fixture, const char *text)
{
    g_autofree char *folder = make_folder(fixture, "home/.config");
    char *path = g_build_filename(folder, "vibekanban-processesd.conf", NULL);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void set_up_all(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    set_up(fixture);
    fixture_start_service(fixture, NULL);
}

static void set_up_configured(Fixture *fixture, gconstpointer text)
{
    set_up(fixture);
    g_free(fixture_write_config(fixture, text));
    fixture_start_service(fixture, NULL);
}

static void set_up_without_service(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    set_up(fixture);
}

void fixture_add(const char *path, FixtureTest test)
{
    gboolean from_nothing = g_str_has_suffix(path, "-from-nothing");
    g_test_add(path, Fixture, NULL, from_nothing ? set_up_without_service : set_up_all, test,
               tear_down);
}

void fixture_add_configured(const char *path, const char *text, FixtureTest test)
{
    g_test_add(path, Fixture, text, set_up_configured, test, tear_down);
}

int fixture_main(int argc, char **argv, void (*add_tests)(void))
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    add_tests();
    return g_test_run();
}

/* The alarm outlives the exec. */
static void bind_to_test(gpointer data)
{
    const Fixture *fixture = data;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(vkp_deadline_lifetime());
    int log = open(fixture->log_path, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(log, STDERR_FILENO);
    close(log);
}

GPid fixture_spawn_service(Fixture *fixture, const char *const *options)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_ptr_array_add(argv, fixture->program);
    if (fixture->database_path) {
        g_ptr_array_add(argv, (gpointer) "--database");
        g_ptr_array_add(argv, fixture->database_path);
    }
    g_ptr_array_add(argv, (gpointer) "--registry");
    g_ptr_array_add(argv, fixture->registry_path);
    for (; options && *options; options++)
        g_ptr_array_add(argv, (gpointer)*options);
    g_ptr_array_add(argv, NULL);

    GPid pid;
    g_autoptr(GError) error = NULL;
    g_spawn_async(NULL, (char **)argv->pdata, fixture->environment, G_SPAWN_DO_NOT_REAP_CHILD,
                  bind_to_test, fixture, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

static gboolean has_name_or_ended(gpointer data)
{
    Fixture *fixture = data;
    int status;
    if (waitpid(fixture->service, &status, WNOHANG) == fixture->service) {
        g_autofree char *log = fixture_log(fixture);
        g_error("The service ended with status %d: %s", status, log);
    }
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        fixture->client, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "NameHasOwner", g_variant_new("(s)", VKP_BUS_NAME), G_VARIANT_TYPE("(b)"),
        G_DBUS_CALL_FLAGS_NONE, DEADLINE_MS, NULL, &error);
    g_assert_no_error(error);
    gboolean has_name;
    g_variant_get(reply, "(b)", &has_name);
    return has_name;
}

void fixture_start_service(Fixture *fixture, const char *const *options)
{
    fixture->service = fixture_spawn_service(fixture, options);
    g_assert_true(vkp_deadline_wait(DEADLINE_MS, has_name_or_ended, fixture));
}

typedef struct {
    GPid pid;
    int status;
} Reaping;

static gboolean reap(gpointer data)
{
    Reaping *reaping = data;
    return waitpid(reaping->pid, &reaping->status, WNOHANG) == reaping->pid;
}

int fixture_reap(GPid pid)
{
    Reaping reaping = {pid, 0};
    g_assert_true(vkp_deadline_wait(DEADLINE_MS, reap, &reaping));
    return reaping.status;
}

int fixture_stop_service(Fixture *fixture)
{
    g_assert_cmpint(kill(fixture->service, SIGTERM), ==, 0);
    int status = fixture_reap(fixture->service);
    fixture->service = 0;
    return status;
}

pid_t fixture_spawn_member(Fixture *fixture, guint attempt, const char *script)
{
    g_autofree char *id = fixture_id(attempt);
    g_autofree char *mark = g_strdup_printf("VK_WORKSPACE_ID=%s", id);
    const char *const environment[] = {mark, NULL};
    return vkp_family_spawn(fixture->family,
                            &(VkpActor){.script = script, .environment = environment});
}

char *fixture_id(guint number)
{
    VkpUuid id = fake_id(number);
    char text[VKP_UUID_TEXT_SIZE];
    return g_strdup(vkp_uuid_to_text(&id, text));
}

char *fixture_identity(pid_t pid)
{
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    return g_strdup_printf("%d:%" G_GUINT64_FORMAT, pid, relative.start_ticks);
}

char *fixture_log(Fixture *fixture)
{
    char *text = NULL;
    g_file_get_contents(fixture->log_path, &text, NULL, NULL);
    return text ? text : g_strdup("");
}
