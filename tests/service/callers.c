/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/proc/reader.h"
#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

/* Who may call, and what of. */

/* Runs a program to its end; all it printed, owned by the caller. */
static char *run(Fixture *fixture, const char *const *argv)
{
    g_autofree char *output = NULL;
    g_autofree char *errors = NULL;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char **)argv, fixture->environment, G_SPAWN_SEARCH_PATH, NULL, NULL,
                 &output, &errors, NULL, &error);
    g_assert_no_error(error);
    return g_strconcat(output, errors, NULL);
}

static char *call_as(Fixture *fixture, const char *uid, const char *interface, const char *method,
                     const char *const *arguments)
{
    g_autofree char *reuid = g_strdup_printf("--reuid=%s", uid);
    g_autofree char *regid = g_strdup_printf("--regid=%s", uid);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    const char *const fixed[] = {"setpriv",    reuid,     regid,  "--clear-groups",
                                 "busctl",     "--user",  "call", VKP_BUS_NAME,
                                 VKP_BUS_PATH, interface, method};
    for (guint i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(argv, (gpointer)fixed[i]);
    for (; *arguments; arguments++)
        g_ptr_array_add(argv, (gpointer)*arguments);
    g_ptr_array_add(argv, NULL);
    return run(fixture, (const char *const *)argv->pdata);
}

static void test_other_user(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (geteuid() != 0) {
        g_test_skip("only root can be somebody else");
        return;
    }
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *own =
        call_as(fixture, "0", VKP_BUS_INTERFACE, "List", FIXTURE_WORDS("a{sv}", "0"));
    g_autofree char *list =
        call_as(fixture, "65534", VKP_BUS_INTERFACE, "List", FIXTURE_WORDS("a{sv}", "0"));
    g_autofree char *kill = call_as(fixture, "65534", VKP_BUS_INTERFACE, "Kill",
                                    FIXTURE_WORDS("ssa{sv}", "all", "", "0"));
    g_autofree char *property = call_as(fixture, "65534", "org.freedesktop.DBus.Properties", "Get",
                                        FIXTURE_WORDS("ss", VKP_BUS_INTERFACE, "ProcessCount"));
    g_autofree char *introspection = call_as(
        fixture, "65534", "org.freedesktop.DBus.Introspectable", "Introspect", FIXTURE_WORDS(NULL));

    g_assert_nonnull(strstr(own, "aa{sv} 1 "));
    const char *const refused[] = {list, kill, property, introspection};
    for (guint i = 0; i < G_N_ELEMENTS(refused); i++)
        if (!strstr(refused[i], "for the user with uid 0 only, not for uid 65534"))
            g_error("Not refused: %s", refused[i]);
    g_autofree char *log = fixture_log(fixture);
    g_autoptr(GRegex) record = g_regex_new("Kill all asked by :[0-9.]+ \\(pid [1-9][0-9]*, uid "
                                           "65534\\): not done: This service is for",
                                           0, 0, NULL);
    g_assert_true(g_regex_match(record, log, 0, NULL));
    VkpRelative relative;
    g_assert_true(vkp_relative_read(agent, &relative) && vkp_relative_is_alive(&relative));
}

/* `mode` NULL: plainly. */
static char *call_from(Fixture *fixture, gboolean in_flatpak, const char *mode)
{
    g_autofree char *root = g_build_filename(fixture->folder, "root", NULL);
    g_autofree char *info = g_build_filename(root, ".flatpak-info", NULL);
    g_assert_cmpint(g_mkdir_with_parents(root, 0755), ==, 0);
    if (in_flatpak)
        g_assert_true(g_file_set_contents(info, "[Application]\n", -1, NULL));
    return run(fixture, FIXTURE_WORDS(g_getenv("VKP_TEST_CAGED_CLIENT"),
                                      vkp_test_bus_address(fixture->bus), root, mode));
}

static void test_sandbox(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *free = call_from(fixture, FALSE, NULL);
    g_autofree char *caged = call_from(fixture, TRUE, NULL);
    g_assert_cmpstr(free, ==,
                    "List ok\nSubscribe ok\nKill ok\n"
                    "RegisterProcess ok\n");
    g_assert_cmpstr(caged, ==,
                    "List ok\nSubscribe ok\n"
                    "Kill org.vibekanban.Processes.Error.PermissionDenied\n"
                    "RegisterProcess org.vibekanban.Processes.Error.PermissionDenied\n");
}

/* The bus passes on answers that nobody asked for, and sd-bus knows them by their number alone. */
static void test_forged_credentials(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *free = call_from(fixture, FALSE, "forge");
    g_autofree char *caged = call_from(fixture, TRUE, "forge");
    g_assert_cmpstr(free, ==, "Kill ok\n");
    g_assert_cmpstr(caged, ==, "Kill org.vibekanban.Processes.Error.PermissionDenied\n");
}

static void assert_register_refused(Fixture *fixture, const char *id, guint32 pid,
                                    const char *error_name, const char *word)
{
    fixture_assert_refused(fixture, "RegisterProcess", g_variant_new("(su)", id, pid), error_name,
                           FIXTURE_WORDS(word));
}

static void test_bad_registrations(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *id = fixture_id(31);
    g_autofree char *service = g_strdup_printf("%d", fixture->service);
    assert_register_refused(fixture, "31", 1, "InvalidTarget", "31");
    assert_register_refused(fixture, "00000000-0000-0000-0000-000000000000", 1, "InvalidTarget",
                            "nil UUID is nobody's");
    assert_register_refused(fixture, id, 0, "InvalidTarget", "pid");
    assert_register_refused(fixture, id, 4000000000u, "InvalidTarget", "4000000000");
    assert_register_refused(fixture, id, 4000000, "NoSuchProcess", "There is no process 4000000");
    assert_register_refused(fixture, id, (guint32)fixture->service, "PermissionDenied", service);

    pid_t zombie = vkp_family_find(fixture->family, "zombie").pid;
    assert_register_refused(fixture, id, (guint32)zombie, "NoSuchProcess", "ended");
}

static void test_register_another_users(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    if (geteuid() != 0) {
        g_test_skip("only root can start somebody else's process");
        return;
    }
    g_autofree char *id = fixture_id(31);
    pid_t other = vkp_family_run(fixture->family, "uid 1001 name other idle");
    vkp_family_settle(fixture->family, 1);
    assert_register_refused(fixture, id, (guint32)other, "PermissionDenied", "another user");
}

/* /proc shows it to whoever asks for its number. */
static void test_registered_thread(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = vkp_family_run(fixture->family, "leaderless");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    pid_t thread = vkp_reader_find_thread(reader, pid);
    g_autofree char *id = fixture_id(31);
    g_autofree char *message = g_strdup_printf("There is no process %d", thread);
    g_assert_cmpint(thread, >, 0);
    assert_register_refused(fixture, id, (guint32)thread, "NoSuchProcess", message);
}

static gboolean has_zombie(gpointer data)
{
    Fixture *fixture = data;
    g_autoptr(GArray) all = vkp_family_list(fixture->family, TRUE);
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, VkpRelative, i).state == 'Z')
            return TRUE;
    return FALSE;
}

static void test_bad_registrations_with_zombie(Fixture *fixture, gconstpointer data)
{
    vkp_family_run(fixture->family, "fork 1 ( name zombie exit 0 ) idle");
    vkp_family_settle(fixture->family, 1);
    g_assert_true(vkp_deadline_wait(10000, has_zombie, fixture));
    test_bad_registrations(fixture, data);
}

/* The row may be written later than the process is registered. */
static void test_registered_before_its_row(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *id = fixture_id(77);
    g_autofree char *attempt = fixture_id(22);
    pid_t agent = vkp_family_run(fixture->family, "setpgid name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        fixture_call(fixture, "RegisterProcess", g_variant_new("(su)", id, (guint32)agent), &error);
    g_assert_no_error(error);
    g_assert_nonnull(reply);
    fake_board_add_execution(fixture->board,
                             &(FakeExecution){.id = fake_id(77), .attempt_id = fake_id(22)});
    g_autoptr(GVariant) processes = fixture_list(fixture, "{'executors_only': <true>}");
    g_autoptr(GVariant) process = fixture_find(processes, agent);
    g_assert_nonnull(process);
    g_assert_cmpstr(fixture_text(process, "execution_process_id"), ==, id);
    g_assert_cmpstr(fixture_text(process, "task_attempt_id"), ==, attempt);
}

typedef struct {
    const char *path;
    const char *interface; /* NULL: left out */
    const char *method;
    const char *arguments; /* in GVariant's text form */
    const char *answer;    /* part of it, printed, or of the error's name */
} FirstCall;

typedef struct {
    char *texts[20];
    guint n;
} Answers;

static void on_answer(GObject *connection, GAsyncResult *result, gpointer data)
{
    char **text = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusMessage) reply = g_dbus_connection_send_message_with_reply_finish(
        G_DBUS_CONNECTION(connection), result, &error);
    g_assert_no_error(error);
    GVariant *body = g_dbus_message_get_body(reply);
    const char *name = g_dbus_message_get_error_name(reply);
    g_assert_null(*text);
    if (name)
        *text = g_strdup(name);
    else
        *text = body ? g_variant_print(body, FALSE) : g_strdup("()");
}

static gboolean all_are_there(gpointer data)
{
    const Answers *answers = data;
    for (guint i = 0; i < answers->n; i++)
        if (!answers->texts[i])
            return FALSE;
    return TRUE;
}

/* Without waiting for one another, from a connection that has never called before. */
static void test_first_calls(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
#define PROPERTIES "org.freedesktop.DBus.Properties"
#define OURS VKP_BUS_PATH, VKP_BUS_INTERFACE
    static const FirstCall calls[] = {
        {OURS, "Subscribe", "()", "()"},
        {VKP_BUS_PATH, PROPERTIES, "Get", "('" VKP_BUS_INTERFACE "', 'Version')", "(<uint32 1>,)"},
        {VKP_BUS_PATH, PROPERTIES, "GetAll", "('" VKP_BUS_INTERFACE "',)", "'Degraded': <"},
        {VKP_BUS_PATH, PROPERTIES, "Get", "('" VKP_BUS_INTERFACE "', 'Colour')",
         "org.freedesktop.DBus.Error.UnknownProperty"},
        {VKP_BUS_PATH, PROPERTIES, "Set", "('" VKP_BUS_INTERFACE "', 'Version', <uint32 2>)",
         "org.freedesktop.DBus.Error.PropertyReadOnly"},
        {VKP_BUS_PATH, PROPERTIES, "Set", "('" VKP_BUS_INTERFACE "', 'Degraded', <['x']>)",
         "org.freedesktop.DBus.Error.PropertyReadOnly"},
        {VKP_BUS_PATH, "org.freedesktop.DBus.Introspectable", "Introspect", "()", "RegisterProc"},
        {"/", "org.freedesktop.DBus.Peer", "Ping", "()", "()"},
        {OURS, "List", "(@a{sv} {},)", "([],)"},
        {VKP_BUS_PATH, NULL, "List", "(@a{sv} {},)", "org.freedesktop.DBus.Error.UnknownObject"},
        {OURS, "List", "('all',)", "org.freedesktop.DBus.Error.InvalidArgs"},
        {OURS, "List", "([1, 2],)", "org.freedesktop.DBus.Error.InvalidArgs"},
        {OURS, "Subscribe", "([1, 2],)", "org.freedesktop.DBus.Error.InvalidArgs"},
        {OURS, "Kill", "('all', '', @a{sv} {})", "(0, 0, [])"},
        {OURS, "Kill", "('every', '', @a{sv} {})", "Error.InvalidScope"},
        {OURS, "Shutdown", "()", "org.freedesktop.DBus.Error.UnknownMethod"},
        {OURS, "Shutdown", "([1, 2],)", "org.freedesktop.DBus.Error.UnknownMethod"},
        {VKP_BUS_PATH, PROPERTIES, "GetAll", "([1, 2],)", "org.freedesktop.DBus.Error.InvalidArgs"},
        {"/org/example", VKP_BUS_INTERFACE, "Kill", "('all', '', @a{sv} {})",
         "org.freedesktop.DBus.Error.UnknownObject"},
    };
#undef OURS
#undef PROPERTIES
    Answers answers = {.n = G_N_ELEMENTS(calls)};
    g_autoptr(GDBusConnection) connection = fixture_connect(fixture);
    for (guint i = 0; i < answers.n; i++) {
        g_autoptr(GDBusMessage) message = g_dbus_message_new_method_call(
            VKP_BUS_NAME, calls[i].path, calls[i].interface, calls[i].method);
        g_dbus_message_set_body(message, g_variant_new_parsed(calls[i].arguments));
        g_dbus_connection_send_message_with_reply(connection, message,
                                                  G_DBUS_SEND_MESSAGE_FLAGS_NONE, 10000, NULL, NULL,
                                                  on_answer, &answers.texts[i]);
    }
    fixture_wait(all_are_there, &answers);
    for (guint i = 0; i < answers.n; i++) {
        if (!strstr(answers.texts[i], calls[i].answer))
            g_error("%s was answered: %s", calls[i].method, answers.texts[i]);
        g_free(answers.texts[i]);
    }
}

/* On a connection that makes no other call. */
static void assert_arguments_named(Fixture *fixture, const char *method, const char *arguments,
                                   const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusConnection) connection = fixture_connect(fixture);
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        connection, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, method,
        g_variant_new_parsed(arguments), NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL, &error);
    g_assert_null(reply);
    g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_INVALID_ARGS);
    g_dbus_error_strip_remote_error(error);
    g_assert_cmpstr(error->message, ==, expected);
}

static void test_arguments_are_named(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
#define CALL " to call " VKP_BUS_INTERFACE
    assert_arguments_named(fixture, "List", "(@a{ss} {},)",
                           "Invalid arguments 'a{ss}'" CALL ".List(), expecting 'a{sv}'.");
    assert_arguments_named(fixture, "Kill", "('all', '', ['force'])",
                           "Invalid arguments 'ssas'" CALL ".Kill(), expecting 'ssa{sv}'.");
    assert_arguments_named(fixture, "Subscribe", "(uint32 1,)",
                           "Invalid arguments 'u'" CALL ".Subscribe(), expecting ''.");
#undef CALL
}

static void add_tests(void)
{
    fixture_add("/service/callers/wrong-arguments-are-named-as-they-came",
                test_arguments_are_named);
    fixture_add("/service/callers/another-user-learns-nothing", test_other_user);
    fixture_add("/service/callers/the-first-calls-are-answered-like-later-ones", test_first_calls);
    fixture_add("/service/callers/a-sandboxed-program-looks-and-does-not-touch", test_sandbox);
    fixture_add("/service/callers/nobody-answers-for-the-bus", test_forged_credentials);
    fixture_add("/service/callers/bad-registrations-are-named", test_bad_registrations_with_zombie);
    fixture_add("/service/callers/another-users-process-cannot-be-registered",
                test_register_another_users);
    fixture_add("/service/callers/a-thread-cannot-be-registered", test_registered_thread);
    fixture_add("/service/callers/a-process-may-be-registered-before-its-row",
                test_registered_before_its_row);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
