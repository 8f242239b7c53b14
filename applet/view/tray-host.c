/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/tray-host.h"

#include <gdk/gdk.h>
#ifdef GDK_WINDOWING_X11
#include <gdk/gdkx.h>
#endif

#define WATCHER_NAME "org.kde.StatusNotifierWatcher"
#define WATCHER_PATH "/StatusNotifierWatcher"

/* A desktop that starts together with us needs a moment before its panel is there. */
#define PATIENCE_SECONDS 5

struct VkpTrayHost {
    GDBusConnection *connection;
    VkpTrayHostChanged changed;
    gpointer user_data;
    GCancellable *asking;
    guint name_watch;
    guint signal_watch;
    guint patience_timer; /* 0: not waiting for one to come */
    gboolean is_final;    /* the answer that is under way counts, whatever it is */
    gboolean is_present;
    gboolean was_told;
};

/* The older kind: the owner of a selection embeds icons; libayatana falls back to it by itself. */
static gboolean has_embedding_tray(void)
{
#ifdef GDK_WINDOWING_X11
    GdkDisplay *display = gdk_display_get_default();
    if (GDK_IS_X11_DISPLAY(display)) {
        Display *xdisplay = gdk_x11_display_get_xdisplay(display);
        g_autofree char *name = g_strdup_printf("_NET_SYSTEM_TRAY_S%d", DefaultScreen(xdisplay));
        return XGetSelectionOwner(xdisplay, XInternAtom(xdisplay, name, False)) != None;
    }
#endif
    return FALSE;
}

static gboolean on_patience_over(gpointer user_data);

static void tell(VkpTrayHost *self, gboolean is_present)
{
    if (self->was_told && self->is_present == is_present)
        return;
    self->is_present = is_present;
    self->was_told = TRUE;
    self->changed(is_present, self->user_data);
}

/* Absence has to last: a panel that restarts is back in a moment. */
static void be_patient(VkpTrayHost *self)
{
    if (self->patience_timer)
        return;
    self->patience_timer = g_timeout_add_seconds(PATIENCE_SECONDS, on_patience_over, self);
    g_source_set_name_by_id(self->patience_timer, "vkp-tray-host-patience");
}

static void take_answer(VkpTrayHost *self, gboolean has_host)
{
    gboolean is_final = self->is_final;
    self->is_final = FALSE;
    if (has_host || has_embedding_tray()) {
        g_clear_handle_id(&self->patience_timer, g_source_remove);
        tell(self, TRUE);
    } else if (is_final) {
        tell(self, FALSE);
    } else if (self->is_present) {
        be_patient(self);
    }
}

static void on_property(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        g_dbus_connection_call_finish(G_DBUS_CONNECTION(source), result, &error);
    if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return; /* `user_data` may be gone */
    g_autoptr(GVariant) value = NULL;
    if (reply)
        g_variant_get(reply, "(v)", &value);
    gboolean is_registered = value && g_variant_is_of_type(value, G_VARIANT_TYPE_BOOLEAN) &&
                             g_variant_get_boolean(value);
    take_answer(user_data, is_registered);
}

static void cancel_asking(VkpTrayHost *self)
{
    if (self->asking)
        g_cancellable_cancel(self->asking);
    g_clear_object(&self->asking);
}

static void ask(VkpTrayHost *self)
{
    cancel_asking(self);
    self->asking = g_cancellable_new();
    g_dbus_connection_call(self->connection, WATCHER_NAME, WATCHER_PATH,
                           "org.freedesktop.DBus.Properties", "Get",
                           g_variant_new("(ss)", WATCHER_NAME, "IsStatusNotifierHostRegistered"),
                           G_VARIANT_TYPE("(v)"), G_DBUS_CALL_FLAGS_NO_AUTO_START, 5000,
                           self->asking, on_property, self);
}

static void on_appeared(GDBusConnection *connection G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
                        const char *owner G_GNUC_UNUSED, gpointer user_data)
{
    ask(user_data);
}

static void on_vanished(GDBusConnection *connection G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
                        gpointer user_data)
{
    VkpTrayHost *self = user_data;
    cancel_asking(self);
    take_answer(self, FALSE);
}

static void on_watcher_signal(GDBusConnection *connection G_GNUC_UNUSED,
                              const char *sender G_GNUC_UNUSED, const char *path G_GNUC_UNUSED,
                              const char *interface G_GNUC_UNUSED, const char *signal,
                              GVariant *parameters G_GNUC_UNUSED, gpointer user_data)
{
    if (g_str_has_prefix(signal, "StatusNotifierHost"))
        ask(user_data);
}

static gboolean on_patience_over(gpointer user_data)
{
    VkpTrayHost *self = user_data;
    self->patience_timer = 0;
    self->is_final = TRUE;
    ask(self);
    return G_SOURCE_REMOVE;
}

VkpTrayHost *vkp_tray_host_new(GDBusConnection *connection, VkpTrayHostChanged changed,
                               gpointer user_data)
{
    VkpTrayHost *self = g_new0(VkpTrayHost, 1);
    self->connection = g_object_ref(connection);
    self->changed = changed;
    self->user_data = user_data;
    be_patient(self);
    self->signal_watch = g_dbus_connection_signal_subscribe(
        connection, WATCHER_NAME, WATCHER_NAME, NULL, WATCHER_PATH, NULL, G_DBUS_SIGNAL_FLAGS_NONE,
        on_watcher_signal, self, NULL);
    self->name_watch =
        g_bus_watch_name_on_connection(connection, WATCHER_NAME, G_BUS_NAME_WATCHER_FLAGS_NONE,
                                       on_appeared, on_vanished, self, NULL);
    return self;
}

void vkp_tray_host_free(VkpTrayHost *self)
{
    if (!self)
        return;
    cancel_asking(self);
    g_bus_unwatch_name(self->name_watch);
    g_dbus_connection_signal_unsubscribe(self->connection, self->signal_watch);
    g_clear_handle_id(&self->patience_timer, g_source_remove);
    g_object_unref(self->connection);
    g_free(self);
}

gboolean vkp_tray_host_is_absent(const VkpTrayHost *self)
{
    return self->was_told && !self->is_present;
}
