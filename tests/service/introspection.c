/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/fixture.h"

static GDBusNodeInfo *parse(const char *xml)
{
    g_autoptr(GError) error = NULL;
    GDBusNodeInfo *node = g_dbus_node_info_new_for_xml(xml, &error);
    g_assert_no_error(error);
    return node;
}

static char *dup_interface_xml(const char *xml, const char *name)
{
    g_autoptr(GDBusNodeInfo) node = parse(xml);
    GDBusInterfaceInfo *interface = g_dbus_node_info_lookup_interface(node, name);
    g_assert_nonnull(interface);
    GString *text = g_string_new(NULL);
    g_dbus_interface_info_generate_xml(interface, 0, text);
    return g_string_free(text, FALSE);
}

static char *introspect(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        fixture->client, VKP_BUS_NAME, VKP_BUS_PATH, "org.freedesktop.DBus.Introspectable",
        "Introspect", NULL, G_VARIANT_TYPE("(s)"), G_DBUS_CALL_FLAGS_NONE, 10000, NULL, &error);
    g_assert_no_error(error);
    char *xml;
    g_variant_get(reply, "(s)", &xml);
    return xml;
}

static void test_equal(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *contract = NULL;
    g_file_get_contents(g_getenv("VKP_TEST_CONTRACT"), &contract, NULL, &error);
    g_assert_no_error(error);
    g_autofree char *live = introspect(fixture);
    g_autofree char *expected = dup_interface_xml(contract, VKP_BUS_INTERFACE);
    g_autofree char *got = dup_interface_xml(live, VKP_BUS_INTERFACE);
    g_assert_cmpstr(got, ==, expected);
}

/* Nothing but the standard interfaces beside ours. */
static void test_nothing_else(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *live = introspect(fixture);
    g_autoptr(GDBusNodeInfo) node = parse(live);
    for (guint i = 0; node->interfaces[i]; i++)
        g_assert_true(g_str_has_prefix(node->interfaces[i]->name, "org.freedesktop.DBus.") ||
                      g_str_equal(node->interfaces[i]->name, VKP_BUS_INTERFACE));
    g_assert_null(node->nodes[0]);
}

static GVariant *get_all(GDBusConnection *connection, const char *interface)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = g_dbus_connection_call_sync(
        connection, VKP_BUS_NAME, VKP_BUS_PATH, "org.freedesktop.DBus.Properties", "GetAll",
        g_variant_new("(s)", interface), G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NONE, 10000,
        NULL, &error);
    g_assert_no_error(error);
    return g_variant_get_child_value(reply, 0);
}

static void test_all_properties(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GVariant) properties = get_all(fixture->client, VKP_BUS_INTERFACE);
    const char *const expected[][2] = {
        {"Version", "u"},       {"ProcessCount", "u"}, {"ExecutorCount", "u"},
        {"LeftoverCount", "u"}, {"DatabasePath", "s"}, {"DatabaseState", "s"},
        {"Degraded", "as"},
    };
    g_assert_cmpuint(g_variant_n_children(properties), ==, G_N_ELEMENTS(expected));
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autoptr(GVariant) value = g_variant_lookup_value(properties, expected[i][0], NULL);
        g_assert_nonnull(value);
        g_assert_cmpstr(g_variant_get_type_string(value), ==, expected[i][1]);
    }
}

/* The first call of a connection is not answered by sd-bus, later ones are. */
static void test_first_properties(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const char *const interfaces[] = {VKP_BUS_INTERFACE, "", "org.freedesktop.DBus.Peer"};
    for (guint i = 0; i < G_N_ELEMENTS(interfaces); i++) {
        g_autoptr(GDBusConnection) connection = fixture_connect(fixture);
        g_autoptr(GVariant) first = get_all(connection, interfaces[i]);
        g_autoptr(GVariant) second = get_all(connection, interfaces[i]);
        g_assert_true(g_variant_equal(first, second));
    }
}

static void add_tests(void)
{
    fixture_add("/service/introspection/the-live-interface-is-the-contract", test_equal);
    fixture_add("/service/introspection/there-is-nothing-else", test_nothing_else);
    fixture_add("/service/introspection/all-properties-can-be-had-at-once", test_all_properties);
    fixture_add("/service/introspection/they-are-the-same-for-somebody-new", test_first_properties);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
