/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

#define DEADLINE_MS 10000
#define CALL_TIMEOUT_MS 60000

GVariant *fixture_call(Fixture *fixture, const char *method, GVariant *arguments, GError **error)
{
    return g_dbus_connection_call_sync(fixture->client, VKP_BUS_NAME, VKP_BUS_PATH,
                                       VKP_BUS_INTERFACE, method, arguments, NULL,
                                       G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, error);
}

static GVariant *parse_dictionary(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *dictionary = g_variant_parse(G_VARIANT_TYPE_VARDICT, text, NULL, NULL, &error);
    g_assert_no_error(error);
    return dictionary;
}

GVariant *fixture_list(Fixture *fixture, const char *filter)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) dictionary = parse_dictionary(filter);
    g_autoptr(GVariant) reply =
        fixture_call(fixture, "List", g_variant_new("(@a{sv})", dictionary), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(g_variant_get_type_string(reply), ==, "(aa{sv})");
    return g_variant_get_child_value(reply, 0);
}

static GVariant *find_entry(GVariant *entries, pid_t pid)
{
    for (gsize i = 0; i < g_variant_n_children(entries); i++) {
        g_autoptr(GVariant) entry = g_variant_get_child_value(entries, i);
        guint32 number = 0;
        g_assert_true(g_variant_lookup(entry, "pid", "u", &number));
        if (number == (guint32)pid)
            return g_steal_pointer(&entry);
    }
    return NULL;
}

typedef struct {
    Fixture *fixture;
    guint n;
} Leftovers;

static gboolean has_leftovers(gpointer data)
{
    const Leftovers *leftovers = data;
    g_autoptr(GVariant) processes = fixture_list(leftovers->fixture, "{'leftovers_only': <true>}");
    return g_variant_n_children(processes) == leftovers->n;
}

void fixture_wait_leftovers(Fixture *fixture, guint n)
{
    Leftovers leftovers = {fixture, n};
    g_assert_true(vkp_deadline_wait(DEADLINE_MS, has_leftovers, &leftovers));
}

GVariant *fixture_find(GVariant *processes, pid_t pid)
{
    return find_entry(processes, pid);
}

const char *fixture_text(GVariant *entry, const char *key)
{
    const char *text = NULL;
    g_variant_lookup(entry, key, "&s", &text);
    return text;
}

GVariant *fixture_kill(Fixture *fixture, const char *scope, const char *target, const char *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) dictionary = parse_dictionary(options);
    GVariant *reply = fixture_call(fixture, "Kill",
                                   g_variant_new("(ss@a{sv})", scope, target, dictionary), &error);
    g_assert_no_error(error);
    g_assert_cmpstr(g_variant_get_type_string(reply), ==, "(uuaa{sv})");
    return reply;
}

GVariant *fixture_kill_arguments(const char *scope, const char *target, const char *options)
{
    g_autoptr(GVariant) dictionary = parse_dictionary(options);
    return g_variant_new("(ss@a{sv})", scope, target, dictionary);
}

static void on_answered(GObject *connection, GAsyncResult *result, gpointer data)
{
    FixtureCall *call = data;
    call->reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &call->error);
}

void fixture_start_kill(GDBusConnection *connection, FixtureCall *call, const char *scope,
                        const char *target, const char *options)
{
    g_dbus_connection_call(connection, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, "Kill",
                           fixture_kill_arguments(scope, target, options), NULL,
                           G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, on_answered, call);
}

static gboolean is_answered(gpointer data)
{
    const FixtureCall *call = data;
    return call->reply || call->error;
}

void fixture_await(FixtureCall *call)
{
    fixture_wait(is_answered, call);
}

void fixture_call_clear(FixtureCall *call)
{
    g_clear_pointer(&call->reply, g_variant_unref);
    g_clear_error(&call->error);
}

void fixture_assert_counts(GVariant *reply, guint expected_killed, guint expected_failed)
{
    guint32 killed, failed;
    g_autofree char *text = g_variant_print(reply, FALSE);
    g_test_message("Kill: %s", text);
    g_variant_get_child(reply, 0, "u", &killed);
    g_variant_get_child(reply, 1, "u", &failed);
    g_assert_cmpuint(killed, ==, expected_killed);
    g_assert_cmpuint(failed, ==, expected_failed);
}

const char *fixture_outcome(GVariant *reply, pid_t pid)
{
    g_autoptr(GVariant) results = g_variant_get_child_value(reply, 2);
    g_autoptr(GVariant) entry = find_entry(results, pid);
    return entry ? g_intern_string(fixture_text(entry, "outcome")) : NULL;
}

void fixture_assert_refused(Fixture *fixture, const char *method, GVariant *arguments,
                            const char *error_name, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = fixture_call(fixture, method, arguments, &error);
    g_assert_null(reply);
    g_autofree char *name = g_dbus_error_get_remote_error(error);
    g_autofree char *expected = g_strconcat(VKP_BUS_INTERFACE ".Error.", error_name, NULL);
    g_assert_cmpstr(name, ==, expected);
    for (; *words; words++)
        if (!strstr(error->message, *words))
            g_error("\"%s\" is not in: %s", *words, error->message);
}

GVariant *fixture_property(Fixture *fixture, const char *name)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        fixture->client, VKP_BUS_NAME, VKP_BUS_PATH, "org.freedesktop.DBus.Properties", "Get",
        g_variant_new("(ss)", VKP_BUS_INTERFACE, name), G_VARIANT_TYPE("(v)"),
        G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, &error);
    g_assert_no_error(error);
    GVariant *value;
    g_variant_get(reply, "(v)", &value);
    return value;
}

static gboolean on_deadline(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_CONTINUE;
}

void fixture_wait(gboolean (*done)(gpointer data), gpointer data)
{
    gboolean is_over = FALSE;
    guint timeout = g_timeout_add(DEADLINE_MS, on_deadline, &is_over);
    while (!done(data)) {
        g_assert_false(is_over);
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(timeout);
}

static GVariant *lookup_change(Fixture *fixture, guint from, const char *change, pid_t pid)
{
    for (guint i = from; i < fixture->signals->len; i++) {
        const FixtureSignal *signal = g_ptr_array_index(fixture->signals, i);
        if (!g_str_equal(signal->name, "ProcessChanged"))
            continue;
        const char *kind;
        g_autoptr(GVariant) process = NULL;
        g_variant_get(signal->arguments, "(&s&s@a{sv})", &kind, NULL, &process);
        guint32 number = 0;
        g_variant_lookup(process, "pid", "u", &number);
        if (number == (guint32)pid && g_str_equal(kind, change))
            return g_steal_pointer(&process);
    }
    return NULL;
}

gboolean fixture_has_change(Fixture *fixture, guint from, const char *change, pid_t pid)
{
    g_autoptr(GVariant) process = lookup_change(fixture, from, change, pid);
    return process != NULL;
}

typedef struct {
    Fixture *fixture;
    guint from;
    const char *change;
    pid_t pid;
} Awaited;

static gboolean has_come(gpointer data)
{
    const Awaited *awaited = data;
    return fixture_has_change(awaited->fixture, awaited->from, awaited->change, awaited->pid);
}

GVariant *fixture_wait_change(Fixture *fixture, guint from, const char *change, pid_t pid)
{
    Awaited awaited = {fixture, from, change, pid};
    fixture_wait(has_come, &awaited);
    return lookup_change(fixture, from, change, pid);
}

/* The bus keeps the order: what was sent before the answer to a call has come before it. */
void fixture_drain(Fixture *fixture)
{
    GVariant *version = fixture_property(fixture, "Version");
    g_variant_unref(version);
    while (g_main_context_iteration(NULL, FALSE))
        ;
}
