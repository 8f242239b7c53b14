/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/application.h"

#include <glib/gi18n.h>

#include "applet/bus/call-error.h"
#include "applet/bus/client.h"
#include "applet/model/feed.h"
#include "applet/notifier.h"
#include "applet/settings.h"
#include "applet/view/kill-desk.h"
#include "applet/view/preferences.h"
#include "applet/view/shortcuts.h"
#include "applet/view/tray-host.h"
#include "applet/view/tray.h"
#include "applet/view/window.h"

struct _VkpApplication {
    GtkApplication parent;
    VkpSettings *settings;
    VkpClient *client;
    VkpFeed *feed;
    gulong wanted_kill; /* handler; 0: nobody waits to be asked */
    VkpKillDesk *desk;
    VkpNotifier *notifier;
    VkpTray *tray;
    VkpTrayHost *tray_host;
    VkpWindow *window;           /* NULL: not made yet; hidden rather than closed */
    VkpPreferences *preferences; /* NULL: not open */
};

G_DEFINE_FINAL_TYPE(VkpApplication, vkp_application, GTK_TYPE_APPLICATION)

static gboolean is_ready(VkpApplication *self)
{
    return vkp_client_state(self->client) == VKP_CLIENT_READY;
}

/* Before it is known whether there is a tray there may be one. */
static gboolean lives_in_tray(VkpApplication *self)
{
    return self->tray_host && !vkp_tray_host_is_absent(self->tray_host);
}

/* Closing the window leaves the icon; without one it would leave a program that nobody sees. */
static gboolean on_delete_event(GtkWidget *window, GdkEvent *event G_GNUC_UNUSED,
                                VkpApplication *self)
{
    gtk_widget_hide(window);
    if (!lives_in_tray(self))
        g_application_quit(G_APPLICATION(self));
    return GDK_EVENT_STOP;
}

static void on_visible_changed(VkpApplication *self)
{
    vkp_client_set_sampling(self->client, gtk_widget_get_visible(GTK_WIDGET(self->window)));
}

static VkpWindow *ensure_window(VkpApplication *self)
{
    if (self->window)
        return self->window;
    self->window = vkp_window_new(GTK_APPLICATION(self), self->feed, self->desk, self->settings);
    vkp_shortcuts_name_search(GTK_APPLICATION_WINDOW(self->window));
    g_signal_connect(self->window, "delete-event", G_CALLBACK(on_delete_event), self);
    g_signal_connect_swapped(self->window, "notify::visible", G_CALLBACK(on_visible_changed), self);
    return self->window;
}

static void show_window(VkpApplication *self)
{
    gtk_window_present(GTK_WINDOW(ensure_window(self)));
}

static GtkWindow *visible_window(VkpApplication *self)
{
    gboolean is_visible = self->window && gtk_widget_get_visible(GTK_WIDGET(self->window));
    return is_visible ? GTK_WINDOW(self->window) : NULL;
}

/* A person who asked from the tray has no window to see a failure in. */
static void on_kill_over(VkpApplication *self, VkpKillOperation *operation)
{
    vkp_notifier_tell(self->notifier, operation);
    if (vkp_kill_operation_has_failed(operation) && !visible_window(self))
        show_window(self);
}

/* The operation's bar waits in the window even while that is hidden. */
static void on_kill_started(VkpApplication *self, VkpKillOperation *operation)
{
    vkp_window_add_operation(ensure_window(self), operation);
    g_signal_connect_object(operation, "over", G_CALLBACK(on_kill_over), self, G_CONNECT_SWAPPED);
}

static void on_tray_host(gboolean is_present, gpointer user_data)
{
    VkpApplication *self = user_data;
    if (!is_present)
        show_window(self);
    if (self->window)
        vkp_window_set_has_tray(self->window, is_present);
}

static void on_show(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                    gpointer user_data)
{
    show_window(user_data);
}

static void on_quit(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                    gpointer user_data)
{
    VkpApplication *self = user_data;
    if (self->window)
        gtk_widget_hide(GTK_WIDGET(self->window));
    g_application_quit(G_APPLICATION(self));
}

static void on_close(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                     gpointer user_data)
{
    GtkWindow *window = gtk_application_get_active_window(user_data);
    if (window)
        gtk_window_close(window);
}

static void on_preferences_destroyed(VkpApplication *self)
{
    self->preferences = NULL;
}

static void on_preferences(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                           gpointer user_data)
{
    VkpApplication *self = user_data;
    if (vkp_kill_desk_present(self->desk))
        return; /* the preferences would open beside it without taking a click */
    if (!self->preferences) {
        self->preferences = vkp_preferences_new(visible_window(self), self->settings);
        g_signal_connect_swapped(self->preferences, "destroy", G_CALLBACK(on_preferences_destroyed),
                                 self);
    }
    gtk_window_present(GTK_WINDOW(self->preferences));
}

static void on_about(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                     gpointer user_data)
{
    gtk_show_about_dialog(visible_window(user_data), "program-name", _("Vibe Kanban Processes"),
                          "version", VKP_VERSION, "logo-icon-name", VKP_APPLET_ID, "comments",
                          _("Shows and ends the processes that vibe-kanban's agents left behind."),
                          "license-type", GTK_LICENSE_APACHE_2_0, "translator-credits",
                          _("translator-credits"), NULL);
}

/* The kills that name no row, and what they can hit. */
static const struct {
    const char *action;
    VkpScopeKind scope;
} global_kills[] = {
    {"kill-leftovers", VKP_SCOPE_LEFTOVERS},
    {"kill-except-agents", VKP_SCOPE_ALL_EXCEPT_EXECUTORS},
    {"kill-all", VKP_SCOPE_ALL},
};

static guint count_targets(VkpScopeKind scope, const VkpTotals *totals)
{
    return scope == VKP_SCOPE_LEFTOVERS ? totals->n_leftovers
           : scope == VKP_SCOPE_ALL     ? totals->n_processes
                                        : totals->n_processes - totals->n_executors;
}

/* A menu offers no question that would be about nothing. */
static void enable_kills(VkpApplication *self)
{
    const VkpTotals *totals = &vkp_rows_root(vkp_feed_rows(self->feed))->totals;
    for (guint i = 0; i < G_N_ELEMENTS(global_kills); i++) {
        GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), global_kills[i].action);
        gboolean has_targets = count_targets(global_kills[i].scope, totals) > 0;
        g_simple_action_set_enabled(G_SIMPLE_ACTION(action), is_ready(self) && has_targets);
    }
}

static void on_kill_scope(GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED,
                          gpointer user_data)
{
    VkpApplication *self = user_data;
    const char *name = g_action_get_name(G_ACTION(action));
    for (guint i = 0; i < G_N_ELEMENTS(global_kills); i++)
        if (g_str_equal(name, global_kills[i].action))
            vkp_kill_desk_kill_scope(self->desk, visible_window(self), global_kills[i].scope);
}

static void on_kill_row(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter,
                        gpointer user_data)
{
    VkpApplication *self = user_data;
    const char *key = g_variant_get_string(parameter, NULL);
    const VkpRow *row = vkp_rows_lookup(vkp_feed_rows(self->feed), key);
    if (row)
        vkp_kill_desk_kill_row(self->desk, visible_window(self), row, FALSE);
}

static const GActionEntry entries[] = {
    {.name = "show", .activate = on_show},
    {.name = "close", .activate = on_close},
    {.name = "quit", .activate = on_quit},
    {.name = "preferences", .activate = on_preferences},
    {.name = "about", .activate = on_about},
    {.name = "kill-leftovers", .activate = on_kill_scope},
    {.name = "kill-except-agents", .activate = on_kill_scope},
    {.name = "kill-all", .activate = on_kill_scope},
    {.name = "kill-row", .parameter_type = "s", .activate = on_kill_row},
};

static void set_accelerators(VkpApplication *self)
{
    static const struct {
        const char *action;
        const char *keys[3];
    } accelerators[] = {
        {"app.quit", {"<Primary>q"}},
        {"app.preferences", {"<Primary>comma"}},
        {"win.search", {"<Primary>f"}},
        {"win.pause", {"<Primary>p"}},
        {"win.refresh", {"F5"}},
        {"win.menu", {"F10"}},
        {"app.close", {"<Primary>w"}},
        {"win.show-details", {"F9"}},
        {"win.show-help-overlay", {"<Primary>question", "<Primary>F1"}},
    };
    for (guint i = 0; i < G_N_ELEMENTS(accelerators); i++)
        gtk_application_set_accels_for_action(GTK_APPLICATION(self), accelerators[i].action,
                                              accelerators[i].keys);
}

static void load_style(void)
{
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
    gtk_css_provider_load_from_resource(provider, "/org/vibekanban/Processes/Applet/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

/* Only in the one instance that runs, and only with a session bus. */
static void begin(VkpApplication *self, GDBusConnection *connection)
{
    vkp_call_error_register();
    self->settings = vkp_settings_new();
    self->client = vkp_client_new(connection);
    self->feed = vkp_feed_new(self->client, self->settings);
    self->desk = vkp_kill_desk_new(self->feed, self->settings);
    self->notifier = vkp_notifier_new(G_APPLICATION(self), self->feed, self->settings);
    g_signal_connect_swapped(self->desk, "started", G_CALLBACK(on_kill_started), self);
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    enable_kills(self);
    g_signal_connect_object(self->feed, "updated", G_CALLBACK(enable_kills), self,
                            G_CONNECT_SWAPPED);
    set_accelerators(self);
    load_style();
    self->tray = vkp_tray_new(GTK_APPLICATION(self), connection, self->feed, self->settings);
    self->tray_host = vkp_tray_host_new(connection, on_tray_host, self);
    vkp_client_start(self->client);
    g_application_hold(G_APPLICATION(self)); /* the icon alone keeps it running */
}

static void vkp_application_startup(GApplication *application)
{
    /* GTK tells it to the display as the class of our windows, by which panels find our entry in
     * the menu and its icon: on Wayland there is no other way. The program's own name was for those
     * who read its --help. */
    g_set_prgname(VKP_APPLET_ID);
    G_APPLICATION_CLASS(vkp_application_parent_class)->startup(application);
    gtk_window_set_default_icon_name(VKP_APPLET_ID);
    GDBusConnection *connection = g_application_get_dbus_connection(application);
    if (connection)
        begin(VKP_APPLICATION(application), connection);
}

/* Without a service there is nothing to ask about; the window says so. FALSE: not known yet. */
static gboolean ask_about_leftovers(VkpApplication *self)
{
    switch (vkp_client_state(self->client)) {
    case VKP_CLIENT_READY:
        vkp_kill_desk_kill_scope(self->desk, visible_window(self), VKP_SCOPE_LEFTOVERS);
        return TRUE;
    case VKP_CLIENT_UNREACHABLE:
        show_window(self);
        return TRUE;
    case VKP_CLIENT_CONNECTING:
        break;
    }
    return FALSE;
}

static void on_updated_before_kill(VkpFeed *feed, VkpApplication *self)
{
    if (ask_about_leftovers(self))
        g_clear_signal_handler(&self->wanted_kill, feed);
}

/* An instance that has just started has no service to ask yet. */
static void kill_leftovers_when_known(VkpApplication *self)
{
    if (!ask_about_leftovers(self) && !self->wanted_kill)
        self->wanted_kill = g_signal_connect_object(self->feed, "updated",
                                                    G_CALLBACK(on_updated_before_kill), self, 0);
}

/* Runs in the first instance, for its own command line and those of later ones. */
static gint vkp_application_command_line(GApplication *application,
                                         GApplicationCommandLine *command_line)
{
    VkpApplication *self = VKP_APPLICATION(application);
    if (!self->client) {
        g_application_command_line_printerr(
            command_line, "%s\n",
            _("There is no session bus. Start this program inside a desktop session, or with "
              "dbus-run-session."));
        return 1;
    }
    GVariantDict *options = g_application_command_line_get_options_dict(command_line);
    if (g_variant_dict_contains(options, "kill-leftovers"))
        kill_leftovers_when_known(self);
    else if (!g_variant_dict_contains(options, "hidden"))
        show_window(self);
    return 0;
}

/* Launchers that use the bus come here; those that run the program have a command line. */
static void vkp_application_activate(GApplication *application)
{
    VkpApplication *self = VKP_APPLICATION(application);
    if (self->client)
        show_window(self);
}

static gint vkp_application_handle_local_options(GApplication *application G_GNUC_UNUSED,
                                                 GVariantDict *options)
{
    if (!g_variant_dict_contains(options, "version"))
        return -1;
    g_print("vibekanban-processes-applet %s\n", VKP_VERSION);
    return 0;
}

static void vkp_application_shutdown(GApplication *application)
{
    VkpApplication *self = VKP_APPLICATION(application);
    g_clear_pointer(&self->tray, vkp_tray_free);
    g_clear_pointer(&self->tray_host, vkp_tray_host_free);
    if (self->window)
        gtk_widget_destroy(GTK_WIDGET(self->window));
    self->window = NULL;
    g_clear_pointer(&self->notifier, vkp_notifier_free);
    g_clear_object(&self->desk);
    g_clear_object(&self->feed);
    g_clear_object(&self->client);
    g_clear_pointer(&self->settings, vkp_settings_unref);
    G_APPLICATION_CLASS(vkp_application_parent_class)->shutdown(application);
}

static void vkp_application_class_init(VkpApplicationClass *class)
{
    GApplicationClass *application_class = G_APPLICATION_CLASS(class);
    application_class->startup = vkp_application_startup;
    application_class->activate = vkp_application_activate;
    application_class->command_line = vkp_application_command_line;
    application_class->handle_local_options = vkp_application_handle_local_options;
    application_class->shutdown = vkp_application_shutdown;
}

static void vkp_application_init(VkpApplication *self)
{
    static const GOptionEntry options[] = {
        {"hidden", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL,
         N_("Start in the tray without a window"), NULL},
        {"show", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL,
         N_("Show the window, also of an instance that runs already (the default)"), NULL},
        {"kill-leftovers", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL,
         N_("Ask whether all leftovers are to be ended"), NULL},
        {"version", 0, G_OPTION_FLAG_NONE, G_OPTION_ARG_NONE, NULL, N_("Print the version"), NULL},
        G_OPTION_ENTRY_NULL,
    };
    g_application_add_main_option_entries(G_APPLICATION(self), options);
    g_application_set_option_context_summary(
        G_APPLICATION(self),
        _("Shows the processes that belong to vibe-kanban's tasks, and ends them."));
}

VkpApplication *vkp_application_new(void)
{
    return g_object_new(VKP_TYPE_APPLICATION, "application-id", VKP_APPLET_ID, "flags",
                        G_APPLICATION_HANDLES_COMMAND_LINE, "resource-base-path",
                        "/org/vibekanban/Processes/Applet", NULL);
}
