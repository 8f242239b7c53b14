/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/client.h"

#include <sys/socket.h>

#include "applet/bus/proxy.h"
#include "tests/lib/deadline.h"

#define TIMEOUT_MS 30000

/* The other end of the client's connection: a bus that may refuse to tell who owns a name, which is
 * all that making a proxy asks for, and behind it a service with an empty list. */
typedef struct {
    GDBusConnection *bus;
    GDBusConnection *connection; /* the client's */
    VkpBusProcesses *service;
    VkpClient *client;
    gboolean is_refusing;
    guint n_lists; /* that were asked for */
} Fixture;

static const char bus_xml[] =
    "<node><interface name='org.freedesktop.DBus'>"
    "<method name='Hello'><arg type='s' direction='out'/></method>"
    "<method name='AddMatch'><arg type='s' direction='in'/></method>"
    "<method name='RemoveMatch'><arg type='s' direction='in'/></method>"
    "<method name='GetNameOwner'><arg type='s' direction='in'/><arg type='s' direction='out'/>"
    "</method></interface></node>";

static void on_bus_call(GDBusConnection *connection G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
                        const char *path G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED,
                        const char *method, GVariant *parameters G_GNUC_UNUSED,
                        GDBusMethodInvocation *invocation, gpointer user_data)
{
    Fixture *fixture = user_data;
    if (g_str_equal(method, "Hello")) {
        g_dbus_method_invocation_return_value(invocation, g_variant_new("(s)", ":1.1"));
    } else if (g_str_equal(method, "GetNameOwner")) {
        g_dbus_method_invocation_return_error_literal(
            invocation, G_DBUS_ERROR,
            fixture->is_refusing ? G_DBUS_ERROR_LIMITS_EXCEEDED : G_DBUS_ERROR_NAME_HAS_NO_OWNER,
            "no");
    } else {
        g_dbus_method_invocation_return_value(invocation, NULL);
    }
}

static gboolean on_list(VkpBusProcesses *service, GDBusMethodInvocation *invocation,
                        GVariant *filter G_GNUC_UNUSED, gpointer user_data)
{
    Fixture *fixture = user_data;
    fixture->n_lists++;
    vkp_bus_processes_complete_list(service, invocation, g_variant_new("aa{sv}", NULL));
    return TRUE;
}

static GIOStream *stream_new(int fd)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GSocket) socket = g_socket_new_from_fd(fd, &error);
    g_assert_no_error(error);
    return G_IO_STREAM(g_socket_connection_factory_create_connection(socket));
}

static void on_connected(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    GDBusConnection **connection = user_data;
    *connection = g_dbus_connection_new_finish(result, &error);
    g_assert_no_error(error);
}

static gboolean has_connection(gpointer data)
{
    GDBusConnection **connection = data;
    g_main_context_iteration(NULL, FALSE);
    return *connection != NULL;
}

static void open_bus(Fixture *fixture, GIOStream *stream)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_bus_call};
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(bus_xml, &error);
    g_assert_no_error(error);
    g_autofree char *guid = g_dbus_generate_guid();
    g_dbus_connection_new(stream, guid,
                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                              G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                          NULL, NULL, on_connected, &fixture->bus);
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, has_connection, &fixture->bus));
    g_assert_cmpuint(g_dbus_connection_register_object(fixture->bus, "/org/freedesktop/DBus",
                                                       node->interfaces[0], &vtable, fixture, NULL,
                                                       &error),
                     !=, 0);
    fixture->service = vkp_bus_processes_skeleton_new();
    g_signal_connect(fixture->service, "handle-list", G_CALLBACK(on_list), fixture);
    g_assert_true(g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(fixture->service),
                                                   fixture->bus, VKP_BUS_PATH, &error));
    g_dbus_connection_start_message_processing(fixture->bus);
}

static void set_up(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_autoptr(GIOStream) bus_stream = stream_new(ends[0]);
    g_autoptr(GIOStream) client_stream = stream_new(ends[1]);
    g_dbus_connection_new(client_stream, NULL,
                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                          NULL, NULL, on_connected, &fixture->connection);
    open_bus(fixture, bus_stream);
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, has_connection, &fixture->connection));
    fixture->client = vkp_client_new(fixture->connection);
}

static void tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(fixture->service));
    g_object_unref(fixture->service);
    g_object_unref(fixture->client);
    g_object_unref(fixture->connection);
    g_object_unref(fixture->bus);
}

typedef struct {
    VkpClient *client;
    VkpClientState state;
} Wanted;

static gboolean has_state(gpointer data)
{
    const Wanted *wanted = data;
    g_main_context_iteration(NULL, FALSE);
    return vkp_client_state(wanted->client) == wanted->state;
}

static void wait_state(Fixture *fixture, VkpClientState state)
{
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, has_state, &(Wanted){fixture->client, state}));
}

static void start_refused(Fixture *fixture)
{
    fixture->is_refusing = TRUE;
    g_test_expect_message(NULL, G_LOG_LEVEL_WARNING, "*cannot be reached*");
    vkp_client_start(fixture->client);
    wait_state(fixture, VKP_CLIENT_UNREACHABLE);
    g_test_assert_expected_messages();
    g_assert_nonnull(vkp_client_problem(fixture->client));
    fixture->is_refusing = FALSE;
}

static void test_retry_makes_the_proxy_that_failed(Fixture *fixture,
                                                   gconstpointer data G_GNUC_UNUSED)
{
    start_refused(fixture);
    vkp_client_retry(fixture->client);
    wait_state(fixture, VKP_CLIENT_READY);
}

static void test_it_is_made_by_itself_after_a_while(Fixture *fixture,
                                                    gconstpointer data G_GNUC_UNUSED)
{
    start_refused(fixture);
    wait_state(fixture, VKP_CLIENT_READY);
}

static void test_impatience_does_not_make_two(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    vkp_client_start(fixture->client);
    vkp_client_retry(fixture->client);
    wait_state(fixture, VKP_CLIENT_READY);
    g_assert_cmpuint(fixture->n_lists, ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/applet/client/retry-makes-the-proxy-that-failed", Fixture, NULL, set_up,
               test_retry_makes_the_proxy_that_failed, tear_down);
    g_test_add("/applet/client/it-is-made-by-itself-after-a-while", Fixture, NULL, set_up,
               test_it_is_made_by_itself_after_a_while, tear_down);
    g_test_add("/applet/client/impatience-does-not-make-two", Fixture, NULL, set_up,
               test_impatience_does_not_make_two, tear_down);
    return g_test_run();
}
