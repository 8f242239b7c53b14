/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/applet/fake-service.h"

#include <sys/socket.h>

#define TIMEOUT_MS 30000

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
    const FakeService *self = user_data;
    if (g_str_equal(method, "Hello"))
        g_dbus_method_invocation_return_value(invocation, g_variant_new("(s)", ":1.1"));
    else if (g_str_equal(method, "GetNameOwner"))
        g_dbus_method_invocation_return_error_literal(
            invocation, G_DBUS_ERROR,
            self->is_refusing ? G_DBUS_ERROR_LIMITS_EXCEEDED : G_DBUS_ERROR_NAME_HAS_NO_OWNER,
            "no");
    else
        g_dbus_method_invocation_return_value(invocation, NULL);
}

static GVariant *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GVariant *variant = g_variant_parse(G_VARIANT_TYPE("aa{sv}"), text, NULL, NULL, &error);
    g_assert_no_error(error);
    return variant;
}

static gboolean on_list(VkpBusProcesses *processes, GDBusMethodInvocation *invocation,
                        GVariant *filter G_GNUC_UNUSED, gpointer user_data)
{
    FakeService *self = user_data;
    self->n_lists++;
    g_autoptr(GVariant) list = parse(self->list);
    vkp_bus_processes_complete_list(processes, invocation, list);
    return TRUE;
}

static gboolean on_kill(VkpBusProcesses *processes, GDBusMethodInvocation *invocation,
                        const char *scope G_GNUC_UNUSED, const char *target G_GNUC_UNUSED,
                        GVariant *options, gpointer user_data)
{
    FakeService *self = user_data;
    gboolean is_dry_run = FALSE;
    if (!g_variant_lookup(options, VKP_OPTION_DRY_RUN, "b", &is_dry_run)) {
        self->kill = invocation;
        return TRUE;
    }
    g_autoptr(GVariant) victims = parse(self->victims);
    vkp_bus_processes_complete_kill(processes, invocation, 0, 0, victims);
    return TRUE;
}

void fake_service_wait(VkpDeadlineFunc done, gpointer data)
{
    g_assert_true(vkp_deadline_wait(TIMEOUT_MS, done, data));
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

void fake_service_wait_state(VkpClient *client, VkpClientState state)
{
    fake_service_wait(has_state, &(Wanted){client, state});
}

static gboolean has_kill(gpointer data)
{
    g_main_context_iteration(NULL, FALSE);
    return ((const FakeService *)data)->kill != NULL;
}

void fake_service_answer(FakeService *self, const char *results)
{
    fake_service_wait(has_kill, self);
    g_autoptr(GVariant) answer = parse(results);
    vkp_bus_processes_complete_kill(self->processes, g_steal_pointer(&self->kill), 0, 0, answer);
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
    g_main_context_iteration(NULL, FALSE);
    return *(GDBusConnection *const *)data != NULL;
}

static void export(FakeService *self)
{
    static const GDBusInterfaceVTable vtable = {.method_call = on_bus_call};
    g_autoptr(GError) error = NULL;
    g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(bus_xml, &error);
    g_assert_no_error(error);
    g_dbus_connection_register_object(self->bus, "/org/freedesktop/DBus", node->interfaces[0],
                                      &vtable, self, NULL, &error);
    g_assert_no_error(error);
    self->processes = vkp_bus_processes_skeleton_new();
    g_signal_connect(self->processes, "handle-list", G_CALLBACK(on_list), self);
    g_signal_connect(self->processes, "handle-kill", G_CALLBACK(on_kill), self);
    g_dbus_interface_skeleton_export(G_DBUS_INTERFACE_SKELETON(self->processes), self->bus,
                                     VKP_BUS_PATH, &error);
    g_assert_no_error(error);
}

FakeService *fake_service_new(void)
{
    FakeService *self = g_new0(FakeService, 1);
    self->list = self->victims = "[]";
    int ends[2];
    g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), ==, 0);
    g_autoptr(GIOStream) bus_end = stream_new(ends[0]);
    g_autoptr(GIOStream) client_end = stream_new(ends[1]);
    g_autofree char *guid = g_dbus_generate_guid();
    g_dbus_connection_new(client_end, NULL,
                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                              G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                          NULL, NULL, on_connected, &self->connection);
    g_dbus_connection_new(bus_end, guid,
                          G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                              G_DBUS_CONNECTION_FLAGS_DELAY_MESSAGE_PROCESSING,
                          NULL, NULL, on_connected, &self->bus);
    fake_service_wait(has_connection, &self->bus);
    export(self);
    g_dbus_connection_start_message_processing(self->bus);
    fake_service_wait(has_connection, &self->connection);
    return self;
}

void fake_service_free(FakeService *self)
{
    g_dbus_interface_skeleton_unexport(G_DBUS_INTERFACE_SKELETON(self->processes));
    g_object_unref(self->processes);
    g_object_unref(self->connection);
    g_object_unref(self->bus);
    g_free(self);
}
