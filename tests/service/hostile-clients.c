/* SPDX-License-Identifier: Apache-2.0 */
/* Clients that ask too much, too often, or never listen. */
#include <string.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/service/hostile.h"

#define FLOOD 10000
#define LISTS_MEANWHILE 20
#define MEMBERS 200
#define SUBSCRIBERS 100
#define PER_CALLER 16

static void spawn_members(Fixture *fixture, guint n, const char *script)
{
    guint n_births = vkp_family_n_births(fixture->family);
    for (guint i = 0; i < n; i++)
        fixture_spawn_member(fixture, 21, script);
    vkp_family_settle(fixture->family, n_births + n);
}

static void serve_meanwhile(Fixture *fixture, const char *what)
{
    Waits waits = hostile_waits_new(fixture, NULL);
    for (guint i = 0; i < LISTS_MEANWHILE; i++)
        hostile_wait_once(&waits);
    hostile_waits_end(&waits, what);
}

static void call_wrongly(Fixture *fixture, const char *method, const char *arguments)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) value = g_variant_ref_sink(g_variant_new_parsed(arguments));
    g_autoptr(GVariant) reply = fixture_call(fixture, method, value, &error);
    g_assert_null(reply);
    g_assert_nonnull(error);
    g_assert_false(g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY));
}

static void test_garbage(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const struct {
        const char *method;
        const char *arguments;
    } calls[] = {
        {"List", "()"},
        {"List", "('all',)"},
        {"List", "(@a{ss} {},)"},
        {"List", "(@a{sv} {'': <0>},)"},
        {"List", "(@a{sv} {'pid': <int32 -1>},)"},
        {"List", "(@a{sv} {'pid': <uint32 0>},)"},
        {"List", "(@a{sv} {'task_id': <'\x1b[2J\xe2\x80\xae'>},)"},
        {"List", "(@a{sv} {'task_id': <<<<<<'x'>>>>>>},)"},
        {"List", "(@a{sv} {'working_directory': <'../../etc'>},)"},
        {"Kill", "('all', '')"},
        {"Kill", "('', '', @a{sv} {})"},
        {"Kill", "('ALL', '', @a{sv} {})"},
        {"Kill", "('all', '*', @a{sv} {})"},
        {"Kill", "('single', '-1', @a{sv} {})"},
        {"Kill", "('single', '0', @a{sv} {})"},
        {"Kill", "('single', '1; all', @a{sv} {})"},
        {"Kill", "('all', '', {'timeout_ms': <uint32 60001>})"},
        {"Kill", "('all', '', {'force': <'yes'>})"},
        {"Kill", "('all', '', {'expected_ids': <['x', '', '\x1b']>})"},
        {"RegisterProcess", "('x', uint32 1)"},
        {"Subscribe", "('x',)"},
        {"Shutdown", "()"},
    };
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++)
        call_wrongly(fixture, calls[i].method, calls[i].arguments);
    VkpRelative relative;
    g_assert_true(vkp_relative_read(agent, &relative) && vkp_relative_is_alive(&relative));
    serve_meanwhile(fixture, "after garbage");
}

/* Texts of megabytes, a million ids, a thousand keys: refused in words that are short. */
static void test_huge_arguments(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *text = g_strnfill(8 << 20, 'x');
    g_autofree char *path = g_strdup(text);
    path[0] = '/';
    GVariantBuilder keys, ids;
    g_variant_builder_init(&keys, G_VARIANT_TYPE_VARDICT);
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *key = g_strdup_printf("key%u", i);
        g_variant_builder_add(&keys, "{sv}", key, g_variant_new_uint32(i));
    }
    g_variant_builder_init(&ids, G_VARIANT_TYPE("as"));
    for (guint i = 0; i < 1000000; i++)
        g_variant_builder_add(&ids, "s", "4242:1");
    GVariant *const calls[] = {
        g_variant_new("(@a{sv})", g_variant_new_parsed("{'task_id': <%s>}", text)),
        g_variant_new("(@a{sv})", g_variant_new_parsed("{'working_directory': <%s>}", path)),
        g_variant_new("(a{sv})", &keys),
        g_variant_new(
            "(ss@a{sv})", "all", "",
            g_variant_new_parsed("{'expected_ids': <%@as>}", g_variant_builder_end(&ids))),
        g_variant_new("(ss@a{sv})", text, text, g_variant_new_parsed("@a{sv} {}")),
    };
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GVariant) reply =
            fixture_call(fixture, i < 3 ? "List" : "Kill", calls[i], &error);
        g_assert_null(reply);
        g_assert_nonnull(error);
        g_assert_true(g_dbus_error_is_remote_error(error));
        g_assert_cmpuint(strlen(error->message), <, 2000);
    }
    serve_meanwhile(fixture, "after huge arguments");
}

typedef struct {
    guint n_limited;
    guint n_answered;
    guint n_other;
} Flood;

static void on_answered(GObject *connection, GAsyncResult *result, gpointer data)
{
    Flood *flood = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
    g_autofree char *name = error ? g_dbus_error_get_remote_error(error) : NULL;
    if (reply)
        flood->n_answered++;
    else if (g_strcmp0(name, "org.vibekanban.Processes.Error.LimitsExceeded") == 0 ||
             g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_LIMITS_EXCEEDED)) /* the bus's */
        flood->n_limited++;
    else if (flood->n_other++ == 0)
        g_test_message("neither answered nor limited: %s", error->message);
}

static gboolean is_limited(gpointer data)
{
    const Flood *flood = data;
    return flood->n_limited + flood->n_other >= FLOOD - PER_CALLER;
}

static gboolean is_over(gpointer data)
{
    const Flood *flood = data;
    return flood->n_limited + flood->n_other + flood->n_answered == FLOOD;
}

/* Ten thousand kills that all wait for one who does not go. */
static void test_flood(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    spawn_members(fixture, 1, "name stubborn ignore 15 idle");
    GDBusConnection *connection = fixture_connect(fixture);
    Flood flood = {0};
    for (guint i = 0; i < FLOOD; i++)
        g_dbus_connection_call(
            connection, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, "Kill",
            fixture_kill_arguments("task", task, "{'timeout_ms': <uint32 60000>}"), NULL,
            G_DBUS_CALL_FLAGS_NONE, 120000, NULL, on_answered, &flood);
    serve_meanwhile(fixture, "beside 10,000 calls in flight");
    fixture_wait(is_limited, &flood);
    g_assert_cmpuint(flood.n_limited, ==, FLOOD - PER_CALLER);
    g_assert_cmpuint(flood.n_other, ==, 0);

    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{'force': <true>}");
    fixture_assert_counts(reply, 1, 0);
    fixture_wait(is_over, &flood);
    g_assert_cmpuint(flood.n_answered, ==, PER_CALLER);
    g_object_unref(connection);
}

/* Asks for the whole list over and over, is subscribed too, and never takes an answer. */
static void test_never_reads(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    spawn_members(fixture, MEMBERS, "name worker idle");
    sd_bus *bus = hostile_connect(fixture);
    hostile_send(bus, "Subscribe", "");
    for (guint i = 0; i < 2000; i++)
        hostile_send(bus, "List", "a{sv}", 0);
    hostile_flush(bus);
    serve_meanwhile(fixture, "beside one that never reads");
    spawn_members(fixture, 20, "name late idle");
    serve_meanwhile(fixture, "and while it is owed signals");
    sd_bus_close_unref(bus);
    serve_meanwhile(fixture, "after it has gone");
}

static guint count_descriptors(pid_t pid)
{
    g_autofree char *path = g_strdup_printf("/proc/%d/fd", pid);
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    guint n = 0;
    g_assert_nonnull(folder);
    while (g_dir_read_name(folder))
        n++;
    return n;
}

/* What was on its way may still come. */
static gboolean has_gone_quiet(gpointer data)
{
    Fixture *fixture = data;
    guint before = fixture->signals->len;
    gint64 end = g_get_monotonic_time() + 2500000;
    while (g_get_monotonic_time() < end)
        g_main_context_iteration(NULL, FALSE);
    for (guint i = before; i < fixture->signals->len; i++)
        if (g_str_equal(((FixtureSignal *)fixture->signals->pdata[i])->name, "UsageSampled"))
            return FALSE;
    return TRUE;
}

/* In the middle of everything, without a word. */
static void test_vanishing_subscribers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    spawn_members(fixture, 20, "name worker idle");
    serve_meanwhile(fixture, "before");
    guint n_before = count_descriptors(fixture->service);
    for (guint round = 0; round < 3; round++) {
        sd_bus *buses[SUBSCRIBERS];
        for (guint i = 0; i < SUBSCRIBERS; i++) {
            buses[i] = hostile_connect(fixture);
            hostile_send(buses[i], "Subscribe", "");
            hostile_send(buses[i], "List", "a{sv}", 0);
            hostile_flush(buses[i]);
        }
        serve_meanwhile(fixture, "beside 100 subscribers");
        for (guint i = 0; i < SUBSCRIBERS; i++)
            sd_bus_close_unref(buses[i]);
        serve_meanwhile(fixture, "after they have vanished");
    }
    g_assert_true(vkp_deadline_wait(20000, has_gone_quiet, fixture));
    g_assert_cmpuint(count_descriptors(fixture->service), <=, n_before + 2);
}

/* The bus is asked about each of them, and nobody waits for its answer. */
static void test_newcomers(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    sd_bus *buses[SUBSCRIBERS];
    serve_meanwhile(fixture, "before");
    for (guint i = 0; i < SUBSCRIBERS; i++)
        buses[i] = hostile_connect(fixture);
    for (guint i = 0; i < SUBSCRIBERS; i++) {
        hostile_send(buses[i], "Unsubscribe", "");
        hostile_flush(buses[i]);
    }
    serve_meanwhile(fixture, "beside 100 newcomers");
    for (guint i = 0; i < SUBSCRIBERS; i++)
        sd_bus_close_unref(buses[i]);
}

/* Calls that are held, or take a minute, would keep theirs open in us: the bus hands none over. */
static void test_descriptors(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    sd_bus *bus = hostile_connect(fixture);
    sd_bus_error error = SD_BUS_ERROR_NULL;
    g_assert_cmpint(sd_bus_call_method(bus, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, "Kill",
                                       &error, NULL, "ssa{sv}", "all", "", 1, "fd", "h",
                                       STDIN_FILENO),
                    <, 0);
    g_assert_cmpstr(error.name, ==, SD_BUS_ERROR_NOT_SUPPORTED);
    sd_bus_error_free(&error);
    sd_bus_close_unref(bus);
    serve_meanwhile(fixture, "after descriptors");
}

#define HUGE_BYTES (8u << 20)

static int note_answer(sd_bus_message *answer, void *data, G_GNUC_UNUSED sd_bus_error *error)
{
    g_assert_cmpstr(sd_bus_message_get_error(answer)->name, ==, SD_BUS_ERROR_UNKNOWN_METHOD);
    *(gboolean *)data = TRUE;
    return 0;
}

/* The first call of somebody new waits for the bus to say who that is, and may be passed on. */
static void test_huge_first_call(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    sd_bus *bus = hostile_connect(fixture);
    sd_bus_message *message = NULL;
    void *bytes;
    gboolean is_answered = FALSE;
    Waits waits = hostile_waits_new(fixture, NULL);
    g_assert_cmpint(sd_bus_message_new_method_call(bus, &message, VKP_BUS_NAME, VKP_BUS_PATH,
                                                   VKP_BUS_INTERFACE, "Shutdown"),
                    >=, 0);
    g_assert_cmpint(sd_bus_message_append_array_space(message, 'y', HUGE_BYTES, &bytes), >=, 0);
    memset(bytes, 1, HUGE_BYTES);
    g_assert_cmpint(sd_bus_call_async(bus, NULL, message, note_answer, &is_answered, 60000000), >=,
                    0);
    sd_bus_message_unref(message);
    hostile_flush(bus);
    while (!is_answered) {
        hostile_wait_once(&waits);
        g_assert_cmpint(sd_bus_process(bus, NULL), >=, 0);
    }
    double longest_usec = hostile_waits_end(&waits, "beside a first call of 8 MiB");
    g_assert_cmpfloat(longest_usec, <, 1500 * 1000); /* copying it takes twice as long */
    sd_bus_close_unref(bus);
}

static void test_squatter(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    sd_bus *bus = hostile_connect(fixture);
    g_assert_cmpint(
        sd_bus_request_name(bus, VKP_BUS_NAME,
                            SD_BUS_NAME_REPLACE_EXISTING | SD_BUS_NAME_ALLOW_REPLACEMENT),
        <, 0);
    g_assert_cmpint(
        sd_bus_request_name(bus, VKP_BUS_NAME, SD_BUS_NAME_REPLACE_EXISTING | SD_BUS_NAME_QUEUE),
        ==, 0); /* in the queue, not the owner */
    serve_meanwhile(fixture, "with somebody waiting for the name");
    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    /* He has it now: nobody pretends to be the service beside him. */
    GPid second = fixture_spawn_service(fixture, NULL);
    g_assert_cmpint(fixture_reap(second), !=, 0);
    sd_bus_close_unref(bus);
    fixture_start_service(fixture, NULL);
    serve_meanwhile(fixture, "after he has gone");
}

static void add_tests(void)
{
    fixture_add("/service/hostile/garbage-is-refused-by-name", test_garbage);
    fixture_add("/service/hostile/huge-arguments-are-refused-in-short", test_huge_arguments);
    fixture_add("/service/hostile/ten-thousand-calls-in-flight-are-sixteen", test_flood);
    fixture_add("/service/hostile/who-never-reads-slows-nobody", test_never_reads);
    fixture_add("/service/hostile/subscribers-vanish-without-a-trace", test_vanishing_subscribers);
    fixture_add("/service/hostile/a-hundred-newcomers-slow-nobody", test_newcomers);
    fixture_add("/service/hostile/descriptors-stay-with-their-caller", test_descriptors);
    fixture_add("/service/hostile/a-huge-first-call-is-not-passed-on", test_huge_first_call);
    fixture_add("/service/hostile/the-name-is-nobody-elses", test_squatter);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
