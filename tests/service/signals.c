/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

static void call(Fixture *fixture, const char *method)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = fixture_call(fixture, method, NULL, &error);
    g_assert_no_error(error);
}

static void test_added_and_removed(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) added = fixture_wait_change(fixture, 0, "added", pid);
    g_assert_cmpstr(fixture_text(added, "task_title"), ==, "Login");

    guint from = fixture->signals->len;
    vkp_family_kill(fixture->family, pid);
    g_autoptr(GVariant) removed = fixture_wait_change(fixture, from, "removed", pid);
    g_assert_cmpstr(fixture_text(removed, "id"), ==, fixture_text(added, "id"));
    g_assert_cmpstr(fixture_text(removed, "task_title"), ==, "Login");
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, 0);
}

static void test_changed(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid =
        fixture_spawn_member(fixture, 21, "name agent chdir /usr on-term ( chdir / idle ) idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) added = fixture_wait_change(fixture, 0, "added", pid);
    g_assert_cmpstr(fixture_text(added, "working_directory"), ==, "/usr");
    guint from = fixture->signals->len;
    g_assert_cmpint(kill(pid, SIGTERM), ==, 0);
    g_autoptr(GVariant) changed = fixture_wait_change(fixture, from, "changed", pid);
    g_assert_cmpstr(fixture_text(changed, "working_directory"), ==, "/");
    g_assert_cmpstr(fixture_text(changed, "id"), ==, fixture_text(added, "id"));
}

/* A client that listens and then lists has all: the news are sent before the answer. */
static void test_list_comes_after_the_news(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    for (guint i = 1; i <= 10; i++) {
        pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
        vkp_family_settle(fixture->family, i);
        g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
        g_assert_cmpuint(g_variant_n_children(processes), ==, i);
        while (g_main_context_iteration(NULL, FALSE))
            ;
        g_assert_true(fixture_has_change(fixture, 0, "added", pid));
    }
}

/* Applies ProcessChanged to a set of ids, as a client does. */
static void follow(GHashTable *ids, const GPtrArray *signals, guint from)
{
    for (guint i = from; i < signals->len; i++) {
        const FixtureSignal *signal = g_ptr_array_index(signals, i);
        if (!g_str_equal(signal->name, "ProcessChanged"))
            continue;
        const char *change;
        const char *id;
        g_variant_get(signal->arguments, "(&s&s@a{sv})", &change, &id, NULL);
        if (g_str_equal(change, "removed"))
            g_hash_table_remove(ids, id);
        else
            g_hash_table_add(ids, g_strdup(id));
    }
}

static void test_nothing_is_missed(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *task = fixture_id(13);
    call(fixture, "Subscribe");
    for (guint i = 0; i < 40; i++)
        fixture_spawn_member(fixture, 21 + i % 3, "name worker idle");
    vkp_family_settle(fixture->family, 40);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "task", task, "{}");
    for (guint i = 0; i < 10; i++)
        fixture_spawn_member(fixture, 22, "name late idle");
    vkp_family_settle(fixture->family, 50);

    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    fixture_drain(fixture);
    follow(ids, fixture->signals, 0);
    g_assert_cmpuint(g_hash_table_size(ids), ==, g_variant_n_children(processes));
    for (gsize i = 0; i < g_variant_n_children(processes); i++) {
        g_autoptr(GVariant) process = g_variant_get_child_value(processes, i);
        g_assert_true(g_hash_table_contains(ids, fixture_text(process, "id")));
    }
}

static guint count_samples(const Fixture *fixture)
{
    guint n = 0;
    for (guint i = 0; i < fixture->signals->len; i++) {
        const FixtureSignal *signal = g_ptr_array_index(fixture->signals, i);
        n += g_str_equal(signal->name, "UsageSampled");
    }
    return n;
}

typedef struct {
    const Fixture *fixture;
    guint n;
} Samples;

static gboolean has_samples(gpointer data)
{
    const Samples *samples = data;
    return count_samples(samples->fixture) >= samples->n;
}

/* A tick has passed when a newborn that nobody listed was told of; no sample may come with it. */
static void assert_no_more_samples(Fixture *fixture)
{
    fixture_drain(fixture);
    guint n_samples = count_samples(fixture);
    guint from = fixture->signals->len;
    guint n_births = vkp_family_n_births(fixture->family);
    pid_t pid = fixture_spawn_member(fixture, 22, "name newborn idle");
    vkp_family_settle(fixture->family, n_births + 1);
    g_autoptr(GVariant) added = fixture_wait_change(fixture, from, "added", pid);
    fixture_drain(fixture);
    g_assert_cmpuint(count_samples(fixture), ==, n_samples);
}

static void test_usage(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *identity = fixture_identity(pid);
    assert_no_more_samples(fixture);

    call(fixture, "Subscribe");
    call(fixture, "Subscribe");
    Samples samples = {fixture, 2};
    fixture_wait(has_samples, &samples);
    const FixtureSignal *last = g_ptr_array_index(fixture->signals, fixture->signals->len - 1);
    g_assert_cmpstr(last->name, ==, "UsageSampled");
    g_assert_cmpstr(g_variant_get_type_string(last->arguments), ==, "(a(sdt))");
    g_autoptr(GVariant) usage = g_variant_get_child_value(last->arguments, 0);
    g_assert_cmpuint(g_variant_n_children(usage), ==, 2);
    const char *id;
    double cpu_percent;
    guint64 memory_bytes;
    g_variant_get_child(usage, 0, "(&sdt)", &id, &cpu_percent, &memory_bytes);
    g_assert_cmpstr(id, ==, identity);
    g_assert_cmpuint(memory_bytes, >, 0);

    call(fixture, "Unsubscribe");
    call(fixture, "Unsubscribe");
    assert_no_more_samples(fixture);
}

static void test_vanished_subscriber(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GDBusConnection) other = fixture_connect(fixture);
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        other, VKP_BUS_NAME, VKP_BUS_PATH, VKP_BUS_INTERFACE, "Subscribe", NULL, NULL,
        G_DBUS_CALL_FLAGS_NONE, 10000, NULL, NULL);
    g_assert_nonnull(reply);
    Samples samples = {fixture, 1};
    fixture_wait(has_samples, &samples);
    g_assert_true(g_dbus_connection_close_sync(other, NULL, NULL));
    assert_no_more_samples(fixture);
}

typedef struct {
    Fixture *fixture;
    pid_t pid;
} Birth;

static gboolean is_told_while_toggled(gpointer data)
{
    const Birth *birth = data;
    call(birth->fixture, "Subscribe");
    call(birth->fixture, "Unsubscribe");
    fixture_drain(birth->fixture);
    return fixture_has_change(birth->fixture, 0, "added", birth->pid);
}

static void test_toggled(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Birth birth = {fixture, fixture_spawn_member(fixture, 21, "name agent idle")};
    vkp_family_settle(fixture->family, 1);
    g_assert_true(vkp_deadline_wait(10000, is_told_while_toggled, &birth));
}

/* The last value that PropertiesChanged gave. NULL when it gave none. */
static GVariant *find_announced(const Fixture *fixture, const char *property)
{
    GVariant *value = NULL;
    for (guint i = 0; i < fixture->signals->len; i++) {
        const FixtureSignal *signal = g_ptr_array_index(fixture->signals, i);
        if (!g_str_equal(signal->name, "PropertiesChanged"))
            continue;
        g_autoptr(GVariant) changed = g_variant_get_child_value(signal->arguments, 1);
        GVariant *found = g_variant_lookup_value(changed, property, NULL);
        if (found) {
            g_clear_pointer(&value, g_variant_unref);
            value = found;
        }
    }
    return value;
}

static void assert_count(Fixture *fixture, const char *property, guint expected)
{
    g_autoptr(GVariant) announced = find_announced(fixture, property);
    g_autoptr(GVariant) value = fixture_property(fixture, property);
    g_assert_cmpuint(g_variant_get_uint32(value), ==, expected);
    g_assert_nonnull(announced);
    g_assert_cmpuint(g_variant_get_uint32(announced), ==, expected);
}

static void test_counts(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *execution = fixture_id(31);
    g_autoptr(GVariant) version = fixture_property(fixture, "Version");
    g_assert_cmpuint(g_variant_get_uint32(version), ==, VKP_CONTRACT_VERSION);
    pid_t agent = fixture_spawn_member(fixture, 21, "setpgid name agent fork 1 ( idle ) idle");
    vkp_family_settle(fixture->family, 2);
    g_autoptr(GVariant) reply = fixture_call(
        fixture, "RegisterProcess", g_variant_new("(su)", execution, (guint32)agent), NULL);
    g_assert_nonnull(reply);
    fixture_drain(fixture);
    assert_count(fixture, "ProcessCount", 2);
    assert_count(fixture, "ExecutorCount", 1);
}

/* A client's own copy of ProcessCount, as every proxy keeps one: what came last is true. */
typedef struct {
    guint process_count;
    gboolean is_answered;
    gboolean is_told;
} Copy;

static void take(Copy *copy, GVariant *properties, gboolean *has_come)
{
    if (g_variant_lookup(properties, "ProcessCount", "u", &copy->process_count))
        *has_come = TRUE;
}

static void on_told(G_GNUC_UNUSED GDBusConnection *connection, G_GNUC_UNUSED const char *sender,
                    G_GNUC_UNUSED const char *path, G_GNUC_UNUSED const char *interface,
                    G_GNUC_UNUSED const char *signal, GVariant *arguments, gpointer data)
{
    Copy *copy = data;
    g_autoptr(GVariant) changed = g_variant_get_child_value(arguments, 1);
    take(copy, changed, &copy->is_told);
}

static void on_all(GObject *connection, GAsyncResult *result, gpointer data)
{
    Copy *copy = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(connection), result, &error);
    g_assert_no_error(error);
    g_autoptr(GVariant) all = g_variant_get_child_value(reply, 0);
    take(copy, all, &copy->is_answered);
}

static gboolean has_both(gpointer data)
{
    const Copy *copy = data;
    return copy->is_answered && copy->is_told;
}

/* The bus has taken the match when it has answered. */
static void wait_for_bus(GDBusConnection *connection)
{
    g_autoptr(GVariant) id = g_dbus_connection_call_sync(
        connection, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus",
        "GetId", NULL, NULL, G_DBUS_CALL_FLAGS_NONE, 10000, NULL, NULL);
    g_assert_nonnull(id);
}

/* The process ends while the call of somebody new is under way, a little later each time. */
static guint ask_while_it_ends(Fixture *fixture, pid_t pid, guint n_waits)
{
    Copy copy = {0};
    g_autoptr(GDBusConnection) connection = fixture_connect(fixture);
    guint subscription = g_dbus_connection_signal_subscribe(
        connection, VKP_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged",
        VKP_BUS_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE, on_told, &copy, NULL);
    wait_for_bus(connection);
    g_dbus_connection_call(connection, VKP_BUS_NAME, VKP_BUS_PATH,
                           "org.freedesktop.DBus.Properties", "GetAll",
                           g_variant_new("(s)", VKP_BUS_INTERFACE), NULL, G_DBUS_CALL_FLAGS_NONE,
                           10000, NULL, on_all, &copy);
    for (guint i = 0; i < n_waits; i++)
        wait_for_bus(connection);
    vkp_family_kill(fixture->family, pid);
    fixture_wait(has_both, &copy);
    g_dbus_connection_signal_unsubscribe(connection, subscription);
    return copy.process_count;
}

static void test_answers_are_no_older_than_news(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pids[60];
    guint n = G_N_ELEMENTS(pids);
    for (guint i = 0; i < n; i++)
        pids[i] = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, n);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_assert_cmpuint(g_variant_n_children(processes), ==, n);
    for (guint i = 0; i < n; i++)
        g_assert_cmpuint(ask_while_it_ends(fixture, pids[i], i % 6), ==, n - 1 - i);
}

typedef struct {
    const Fixture *fixture;
    const char *state;
} Awaited;

static gboolean has_state(gpointer data)
{
    const Awaited *awaited = data;
    g_autoptr(GVariant) value = find_announced(awaited->fixture, "DatabaseState");
    return value && g_str_equal(g_variant_get_string(value, NULL), awaited->state);
}

static void test_database_state(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(fixture->database_path, ".aside", NULL);
    g_autoptr(GVariant) path = fixture_property(fixture, "DatabasePath");
    g_autoptr(GVariant) state = fixture_property(fixture, "DatabaseState");
    g_autoptr(GVariant) degraded = fixture_property(fixture, "Degraded");
    g_assert_cmpstr(g_variant_get_string(path, NULL), ==, fixture->database_path);
    g_assert_cmpstr(g_variant_get_string(state, NULL), ==, "ok");
    g_assert_cmpuint(g_variant_n_children(degraded), ==, 0);

    Awaited missing = {fixture, "missing"};
    Awaited ok = {fixture, "ok"};
    g_assert_cmpint(rename(fixture->database_path, aside), ==, 0);
    fixture_wait(has_state, &missing);
    /* From the last good board. */
    pid_t pid = fixture_spawn_member(fixture, 21, "name agent idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    g_assert_cmpstr(fixture_text(process, "task_title"), ==, "Login");
    g_assert_cmpint(rename(aside, fixture->database_path), ==, 0);
    fixture_wait(has_state, &ok);
}

/* For who waits for the next look: it comes as soon as it may. */
#define HASTY "[Interval]\nIdleSeconds=0.2\nWatchedSeconds=0.2\n"

static void add_tests(void)
{
    fixture_add_configured("/service/signals/birth-and-death-are-told-without-asking", HASTY,
                           test_added_and_removed);
    fixture_add_configured("/service/signals/another-folder-is-a-change", HASTY, test_changed);
    fixture_add("/service/signals/the-news-come-before-the-answer-to-list",
                test_list_comes_after_the_news);
    fixture_add("/service/signals/a-client-that-follows-misses-nothing", test_nothing_is_missed);
    fixture_add_configured("/service/signals/usage-is-told-while-someone-is-subscribed", HASTY,
                           test_usage);
    fixture_add_configured("/service/signals/a-vanished-subscriber-is-unsubscribed", HASTY,
                           test_vanished_subscriber);
    fixture_add("/service/signals/who-subscribes-and-unsubscribes-puts-nothing-off", test_toggled);
    fixture_add("/service/signals/counts-are-properties-that-tell-their-changes", test_counts);
    fixture_add("/service/signals/what-somebody-new-is-told-is-no-older-than-the-news",
                test_answers_are_no_older_than_news);
    fixture_add_configured("/service/signals/the-database-comes-and-goes", HASTY,
                           test_database_state);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
