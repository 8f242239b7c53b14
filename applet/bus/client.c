/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/bus/client.h"

#include "applet/bus/call-error.h"
#include "applet/bus/kill-call.h"
#include "applet/bus/mirror.h"
#include "applet/bus/proxy.h"

/* A session is one attempt to talk to one incarnation of the service: it ends with the name's owner
 * or at a retry, and with it all answers that are still under way (their cancellable).
 *
 *   proxy made -> Subscribe, GetAll, List -> READY -> (owner gone, no answer) -> the next session
 *
 * Subscribing before listing misses nothing, and what is told twice does no harm. */

/* An ordinary call; longer means that the service hangs. */
#define CALL_TIMEOUT_MS 10000
/* Silence after which a subscribed service is asked whether it lives; samples come each second. */
#define SILENCE_SECONDS 10
/* From one attempt to the next while there is no answer. */
#define RETRY_SECONDS 15
/* From the end of a service to our starting it again. */
#define RESTART_SECONDS 1

struct _VkpClient {
    GObject parent;
    GDBusConnection *connection;
    VkpBusProcesses *proxy;   /* NULL until made */
    gboolean is_making_proxy; /* on_proxy_made() comes */
    GCancellable *session;
    VkpClientState state;
    guint n_lists;
    char *problem;
    VkpMirror *mirror;
    VkpDatabaseInfo database;
    gboolean is_sampling;
    gint64 heard_usec; /* when the service was last heard of, monotonic */
    guint properties_watch;
    guint retry_timer;
    guint silence_timer;
};

enum { CHANGED, SAMPLED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(VkpClient, vkp_client, G_TYPE_OBJECT)

static void begin_session(VkpClient *self);

static void emit_changed(VkpClient *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

static void note_heard(VkpClient *self)
{
    self->heard_usec = g_get_monotonic_time();
}

static void end_session(VkpClient *self)
{
    g_cancellable_cancel(self->session);
    g_clear_object(&self->session);
    self->session = g_cancellable_new();
}

static gboolean on_retry_timer(gpointer user_data)
{
    VkpClient *self = user_data;
    self->retry_timer = 0;
    begin_session(self);
    return G_SOURCE_REMOVE;
}

static void schedule_retry(VkpClient *self, guint seconds)
{
    g_clear_handle_id(&self->retry_timer, g_source_remove);
    self->retry_timer = g_timeout_add_seconds(seconds, on_retry_timer, self);
    g_source_set_name_by_id(self->retry_timer, "vkp-client-retry");
}

static void fail(VkpClient *self, const GError *error)
{
    end_session(self);
    g_free(self->problem);
    self->problem = vkp_call_error_dup_sentence(error);
    if (self->state != VKP_CLIENT_UNREACHABLE)
        g_warning("%s cannot be reached: %s", VKP_BUS_NAME, error->message);
    self->state = VKP_CLIENT_UNREACHABLE;
    schedule_retry(self, RETRY_SECONDS);
    emit_changed(self);
}

static void on_listed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpClient) self = user_data;
    g_autoptr(GVariant) processes = NULL;
    g_autoptr(GError) error = NULL;
    if (!vkp_bus_processes_call_list_finish(VKP_BUS_PROCESSES(source), &processes, result,
                                            &error)) {
        if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
            fail(self, error);
        return;
    }
    note_heard(self);
    if (self->state == VKP_CLIENT_UNREACHABLE)
        g_message("%s can be reached again", VKP_BUS_NAME);
    vkp_mirror_replace(self->mirror, processes);
    self->n_lists++;
    self->state = VKP_CLIENT_READY;
    g_clear_pointer(&self->problem, g_free);
    emit_changed(self);
}

static void on_properties(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpClient) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (!reply)
        return; /* List, sent beside it, tells the same story */
    g_autoptr(GVariant) properties = g_variant_get_child_value(reply, 0);
    if (vkp_database_info_update(&self->database, properties))
        emit_changed(self);
}

static void on_subscribed(GObject *source, GAsyncResult *result, gpointer user_data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    if (!vkp_bus_processes_call_subscribe_finish(VKP_BUS_PROCESSES(source), result, &error))
        g_debug("Subscribe: %s", error->message);
}

static void call_subscribe(VkpClient *self)
{
    vkp_bus_processes_call_subscribe(self->proxy, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS,
                                     self->session, on_subscribed, NULL);
}

static void call_list(VkpClient *self)
{
    GVariantDict filter;
    g_variant_dict_init(&filter, NULL);
    vkp_bus_processes_call_list(self->proxy, g_variant_dict_end(&filter), G_DBUS_CALL_FLAGS_NONE,
                                CALL_TIMEOUT_MS, self->session, on_listed, g_object_ref(self));
}

static void call_get_all(VkpClient *self)
{
    g_dbus_connection_call(
        self->connection, VKP_BUS_NAME, VKP_BUS_PATH, "org.freedesktop.DBus.Properties", "GetAll",
        g_variant_new("(s)", VKP_BUS_INTERFACE), G_VARIANT_TYPE("(a{sv})"), G_DBUS_CALL_FLAGS_NONE,
        CALL_TIMEOUT_MS, self->session, on_properties, g_object_ref(self));
}

static void on_ponged(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpClient) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (reply)
        note_heard(self);
    else if (!g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        fail(self, error);
}

/* A service that hangs keeps its name, so silence is all that shows it. */
static gboolean on_silence_timer(gpointer user_data)
{
    VkpClient *self = user_data;
    gint64 silence = g_get_monotonic_time() - self->heard_usec;
    if (self->state == VKP_CLIENT_READY && silence > SILENCE_SECONDS * G_USEC_PER_SEC)
        g_dbus_connection_call(self->connection, VKP_BUS_NAME, VKP_BUS_PATH,
                               "org.freedesktop.DBus.Peer", "Ping", NULL, NULL,
                               G_DBUS_CALL_FLAGS_NO_AUTO_START, CALL_TIMEOUT_MS, self->session,
                               on_ponged, g_object_ref(self));
    return G_SOURCE_CONTINUE;
}

static void on_process_changed(VkpBusProcesses *proxy G_GNUC_UNUSED, const char *change,
                               const char *id, GVariant *process, VkpClient *self)
{
    note_heard(self);
    /* Before the list is there a change says nothing that it will not say. */
    if (self->state == VKP_CLIENT_READY && vkp_mirror_change(self->mirror, change, id, process))
        emit_changed(self);
}

static void on_usage_sampled(VkpBusProcesses *proxy G_GNUC_UNUSED, GVariant *usage, VkpClient *self)
{
    note_heard(self);
    vkp_mirror_sample(self->mirror, usage);
    g_signal_emit(self, signals[SAMPLED], 0);
}

static void on_properties_changed(GDBusConnection *connection G_GNUC_UNUSED,
                                  const char *sender G_GNUC_UNUSED, const char *path G_GNUC_UNUSED,
                                  const char *interface G_GNUC_UNUSED,
                                  const char *signal G_GNUC_UNUSED, GVariant *parameters,
                                  gpointer user_data)
{
    VkpClient *self = user_data;
    if (!g_variant_is_of_type(parameters, G_VARIANT_TYPE("(sa{sv}as)")))
        return;
    g_autoptr(GVariant) properties = g_variant_get_child_value(parameters, 1);
    if (vkp_database_info_update(&self->database, properties))
        emit_changed(self);
}

/* A new owner is a new session. Without one the service is activated by the calls of the next
 * session, after a moment: it comes back while its user looks at it, and one that crashes at its
 * start is not started in a tight loop. */
static void on_owner_changed(VkpClient *self)
{
    g_autofree char *owner = g_dbus_proxy_get_name_owner(G_DBUS_PROXY(self->proxy));
    if (self->state == VKP_CLIENT_READY)
        self->state = VKP_CLIENT_CONNECTING;
    if (owner) {
        begin_session(self);
    } else {
        end_session(self);
        schedule_retry(self, RESTART_SECONDS);
    }
    emit_changed(self);
}

static void on_proxy_made(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpClient) self = user_data;
    g_autoptr(GError) error = NULL;
    self->is_making_proxy = FALSE;
    self->proxy = vkp_bus_processes_proxy_new_finish(result, &error);
    if (!self->proxy) {
        fail(self, error);
        return;
    }
    g_signal_connect_object(self->proxy, "process-changed", G_CALLBACK(on_process_changed), self,
                            0);
    g_signal_connect_object(self->proxy, "usage-sampled", G_CALLBACK(on_usage_sampled), self, 0);
    g_signal_connect_object(self->proxy, "notify::g-name-owner", G_CALLBACK(on_owner_changed), self,
                            G_CONNECT_SWAPPED);
    begin_session(self);
}

/* The bus may refuse even this, as when it is overloaded: whoever retries comes here again. */
static void make_proxy(VkpClient *self)
{
    if (self->is_making_proxy)
        return;
    self->is_making_proxy = TRUE;
    /* With its properties a proxy is not made before a hung service has let 25 s pass. */
    GDBusProxyFlags flags = G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES |
                            G_DBUS_PROXY_FLAGS_DO_NOT_AUTO_START_AT_CONSTRUCTION;
    vkp_bus_processes_proxy_new(self->connection, flags, VKP_BUS_NAME, VKP_BUS_PATH, NULL,
                                on_proxy_made, g_object_ref(self));
}

static void begin_session(VkpClient *self)
{
    g_clear_handle_id(&self->retry_timer, g_source_remove);
    if (!self->proxy) {
        make_proxy(self); /* the session begins once it is made */
        return;
    }
    end_session(self);
    note_heard(self);
    if (self->is_sampling)
        call_subscribe(self);
    call_get_all(self);
    call_list(self);
}

void vkp_client_start(VkpClient *self)
{
    g_return_if_fail(VKP_IS_CLIENT(self));
    self->properties_watch = g_dbus_connection_signal_subscribe(
        self->connection, VKP_BUS_NAME, "org.freedesktop.DBus.Properties", "PropertiesChanged",
        VKP_BUS_PATH, VKP_BUS_INTERFACE, G_DBUS_SIGNAL_FLAGS_NONE, on_properties_changed, self,
        NULL);
    self->silence_timer = g_timeout_add_seconds(SILENCE_SECONDS / 2, on_silence_timer, self);
    g_source_set_name_by_id(self->silence_timer, "vkp-client-silence");
    make_proxy(self);
}

void vkp_client_retry(VkpClient *self)
{
    if (self->state == VKP_CLIENT_UNREACHABLE)
        self->state = VKP_CLIENT_CONNECTING;
    begin_session(self);
    emit_changed(self);
}

void vkp_client_set_sampling(VkpClient *self, gboolean is_sampling)
{
    if (self->is_sampling == is_sampling)
        return;
    self->is_sampling = is_sampling;
    if (self->proxy && is_sampling)
        call_subscribe(self);
    else if (self->proxy)
        vkp_bus_processes_call_unsubscribe(self->proxy, G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                           CALL_TIMEOUT_MS, self->session, NULL, NULL);
}

VkpClientState vkp_client_state(VkpClient *self)
{
    return self->state;
}

guint vkp_client_n_lists(VkpClient *self)
{
    return self->n_lists;
}

const char *vkp_client_problem(VkpClient *self)
{
    return self->state == VKP_CLIENT_UNREACHABLE ? self->problem : NULL;
}

VkpRoster *vkp_client_roster(VkpClient *self)
{
    return vkp_mirror_roster(self->mirror);
}

const VkpUsage *vkp_client_usage(VkpClient *self)
{
    return vkp_mirror_usage(self->mirror);
}

const VkpDatabaseInfo *vkp_client_database(VkpClient *self)
{
    return &self->database;
}

void vkp_client_kill(VkpClient *self, const VkpKillArguments *arguments, GCancellable *cancellable,
                     GAsyncReadyCallback callback, gpointer user_data)
{
    g_autoptr(GTask) task = g_task_new(self, cancellable, callback, user_data);
    if (!self->proxy) {
        g_task_return_new_error(task, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN,
                                "there is no connection to %s yet", VKP_BUS_NAME);
        return;
    }
    vkp_kill_call_send(self->proxy, arguments, g_steal_pointer(&task));
}

VkpKillReply *vkp_client_kill_finish(VkpClient *self, GAsyncResult *result, GError **error)
{
    g_return_val_if_fail(g_task_is_valid(result, self), NULL);
    return g_task_propagate_pointer(G_TASK(result), error);
}

static void vkp_client_dispose(GObject *object)
{
    VkpClient *self = VKP_CLIENT(object);
    g_cancellable_cancel(self->session);
    g_clear_handle_id(&self->retry_timer, g_source_remove);
    g_clear_handle_id(&self->silence_timer, g_source_remove);
    if (self->properties_watch)
        g_dbus_connection_signal_unsubscribe(self->connection, self->properties_watch);
    self->properties_watch = 0;
    G_OBJECT_CLASS(vkp_client_parent_class)->dispose(object);
}

static void vkp_client_finalize(GObject *object)
{
    VkpClient *self = VKP_CLIENT(object);
    g_clear_object(&self->proxy);
    g_clear_object(&self->session);
    g_clear_object(&self->connection);
    vkp_mirror_free(self->mirror);
    vkp_database_info_clear(&self->database);
    g_free(self->problem);
    G_OBJECT_CLASS(vkp_client_parent_class)->finalize(object);
}

static void vkp_client_class_init(VkpClientClass *class)
{
    G_OBJECT_CLASS(class)->dispose = vkp_client_dispose;
    G_OBJECT_CLASS(class)->finalize = vkp_client_finalize;
    signals[CHANGED] = g_signal_new("changed", VKP_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
    signals[SAMPLED] = g_signal_new("sampled", VKP_TYPE_CLIENT, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
}

static void vkp_client_init(VkpClient *self)
{
    self->session = g_cancellable_new();
    self->mirror = vkp_mirror_new();
}

VkpClient *vkp_client_new(GDBusConnection *connection)
{
    VkpClient *self = g_object_new(VKP_TYPE_CLIENT, NULL);
    self->connection = g_object_ref(connection);
    return self;
}
