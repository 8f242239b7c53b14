/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/tray.h"

#include <glib/gi18n.h>
#include <libayatana-appindicator/app-indicator.h>

#include "applet/view/busiest.h"
#include "applet/view/menu-label.h"
#include "applet/view/tray-icons.h"
#include "common/view/format.h"

/* Twelve flat entries at most, two of them lines: more do not fit every panel. */
#define N_TASKS 3

/* Panels redraw an open menu at each change: changes are told together, and not too often. */
#define UPDATE_MS 500

/* How long the entry of a task that has ended stays, greyed out: an entry that goes at once moves
 * those below it under the hand that aims at them. */
#define LINGER_SECONDS 10

struct VkpTray {
    GtkApplication *application;
    GDBusConnection *connection;
    VkpFeed *feed;
    VkpSettings *settings;
    AppIndicator *indicator;
    GtkWidget *menu;
    GtkWidget *header;
    VkpBusiest *busiest;
    GtkWidget *tasks[N_TASKS];
    GtkWidget *kill_leftovers;
    GtkWidget *kill_except_agents;
    GtkWidget *kill_all;
    guint update_timer;
    guint linger_timer;
};

static void set_label(GtkWidget *item, const char *label)
{
    if (g_strcmp0(gtk_menu_item_get_label(GTK_MENU_ITEM(item)), label) != 0)
        gtk_menu_item_set_label(GTK_MENU_ITEM(item), label);
}

static void on_action_item(GtkWidget *item, VkpTray *self)
{
    const char *action = g_object_get_data(G_OBJECT(item), "vkp-action");
    g_action_group_activate_action(G_ACTION_GROUP(self->application), action, NULL);
}

static GtkWidget *append_item(VkpTray *self, const char *label, const char *action)
{
    GtkWidget *item = gtk_menu_item_new_with_mnemonic(label);
    g_object_set_data(G_OBJECT(item), "vkp-action", (gpointer)action);
    if (action)
        g_signal_connect(item, "activate", G_CALLBACK(on_action_item), self);
    gtk_menu_shell_append(GTK_MENU_SHELL(self->menu), item);
    gtk_widget_show(item);
    return item;
}

static void append_separator(VkpTray *self)
{
    GtkWidget *item = gtk_separator_menu_item_new();
    gtk_menu_shell_append(GTK_MENU_SHELL(self->menu), item);
    gtk_widget_show(item);
}

/* A slot may get another task while the menu is open: what is killed is what its label said. */
static void on_task_item(GtkWidget *item, VkpTray *self)
{
    const char *key = g_object_get_data(G_OBJECT(item), "vkp-key");
    if (key)
        g_action_group_activate_action(G_ACTION_GROUP(self->application), "kill-row",
                                       g_variant_new_string(key));
}

static GtkWidget *append_task_item(VkpTray *self)
{
    GtkWidget *item = gtk_menu_item_new_with_mnemonic("");
    gtk_widget_set_sensitive(item, FALSE);
    g_signal_connect(item, "activate", G_CALLBACK(on_task_item), self);
    gtk_menu_shell_append(GTK_MENU_SHELL(self->menu), item);
    return item;
}

static void build_menu(VkpTray *self)
{
    self->menu = g_object_ref_sink(gtk_menu_new());
    GtkWidget *show = append_item(self, _("_Show Processes"), "show");
    self->header = append_item(self, _("Loading…"), NULL);
    gtk_widget_set_sensitive(self->header, FALSE);
    append_separator(self);
    self->kill_leftovers = append_item(self, _("Kill _Leftovers…"), "kill-leftovers");
    self->kill_except_agents =
        append_item(self, _("Kill All _Except Agents…"), "kill-except-agents");
    self->kill_all = append_item(self, _("Kill _All…"), "kill-all");
    for (guint i = 0; i < N_TASKS; i++) /* below what is always there: they come and go */
        self->tasks[i] = append_task_item(self);
    append_separator(self);
    append_item(self, _("_Preferences"), "preferences");
    append_item(self, _("_Quit"), "quit");
    app_indicator_set_menu(self->indicator, GTK_MENU(self->menu));
    app_indicator_set_secondary_activate_target(self->indicator, show);
}

static gboolean on_linger_timer(gpointer user_data)
{
    VkpTray *self = user_data;
    self->linger_timer = 0;
    for (guint i = 0; i < N_TASKS; i++)
        gtk_widget_set_visible(self->tasks[i], gtk_widget_get_sensitive(self->tasks[i]));
    return G_SOURCE_REMOVE;
}

static void let_linger(VkpTray *self, GtkWidget *item)
{
    if (!gtk_widget_get_sensitive(item))
        return;
    gtk_widget_set_sensitive(item, FALSE);
    g_clear_handle_id(&self->linger_timer, g_source_remove);
    self->linger_timer = g_timeout_add_seconds(LINGER_SECONDS, on_linger_timer, self);
    g_source_set_name_by_id(self->linger_timer, "vkp-tray-linger");
}

static void show_task(VkpTray *self, GtkWidget *item, const VkpRow *row)
{
    if (!row) {
        let_linger(self, item);
        return;
    }
    g_autofree char *label = vkp_menu_label_dup(row->label);
    /* Translators: a task's title and how many processes of it would be killed */
    g_autofree char *text = g_strdup_printf(
        ngettext("Kill “%s” (%u process)…", "Kill “%s” (%u processes)…", row->totals.n_targets),
        label, row->totals.n_targets);
    g_object_set_data_full(G_OBJECT(item), "vkp-key", g_strdup(row->key), g_free);
    set_label(item, text);
    gtk_widget_set_sensitive(item, TRUE);
    gtk_widget_show(item);
}

static void show_totals(VkpTray *self, const VkpTotals *totals)
{
    guint n_others = totals->n_processes - totals->n_executors;
    g_autofree char *leftovers = g_strdup_printf(_("Kill _Leftovers (%u)…"), totals->n_leftovers);
    set_label(self->kill_leftovers, totals->n_leftovers ? leftovers : _("Kill _Leftovers…"));
    gtk_widget_set_sensitive(self->kill_leftovers, totals->n_leftovers > 0);
    gtk_widget_set_sensitive(self->kill_except_agents, n_others > 0);
    gtk_widget_set_sensitive(self->kill_all, totals->n_processes > 0);
}

static char *dup_header(VkpTray *self, const VkpTotals *totals)
{
    switch (vkp_client_state(vkp_feed_client(self->feed))) {
    case VKP_CLIENT_CONNECTING:
        if (totals->n_processes == 0)
            return g_strdup(_("Loading…"));
        break;
    case VKP_CLIENT_UNREACHABLE:
        return g_strdup(_("The service cannot be reached"));
    case VKP_CLIENT_READY:
        break;
    }
    return vkp_format_dup_counts(totals->n_processes, totals->n_agents, totals->n_leftovers);
}

/* Attention is for leftovers alone: an icon that always wants something is not looked at. Some
 * panels ignore the attention icon, so the ordinary one is changed along. */
static void show_icon(VkpTray *self, const VkpTotals *totals, const char *description)
{
    VkpTrayIcon icon = totals->n_leftovers > 0   ? VKP_TRAY_ICON_ATTENTION
                       : totals->n_processes > 0 ? VKP_TRAY_ICON_ACTIVE
                                                 : VKP_TRAY_ICON_IDLE;
    gboolean is_symbolic = vkp_settings_get_symbolic_icon(self->settings);
    app_indicator_set_icon_full(self->indicator, vkp_tray_icon_name(icon, is_symbolic),
                                description);
    app_indicator_set_attention_icon_full(
        self->indicator, vkp_tray_icon_name(VKP_TRAY_ICON_ATTENTION, is_symbolic), description);
    app_indicator_set_status(self->indicator, totals->n_leftovers > 0
                                                  ? APP_INDICATOR_STATUS_ATTENTION
                                                  : APP_INDICATOR_STATUS_ACTIVE);
}

static void update(VkpTray *self)
{
    static const VkpTotals nothing;
    VkpRows *rows = vkp_feed_rows(self->feed);
    const VkpTotals *known = &vkp_rows_root(rows)->totals;
    g_autofree char *header = dup_header(self, known);
    set_label(self->header, header);
    /* What was known of a service that is away can neither be killed nor want attention. */
    gboolean is_ready = vkp_client_state(vkp_feed_client(self->feed)) == VKP_CLIENT_READY;
    const VkpTotals *totals = is_ready ? known : &nothing;
    show_totals(self, totals);
    vkp_busiest_update(self->busiest, rows);
    for (guint i = 0; i < N_TASKS; i++)
        show_task(self, self->tasks[i], is_ready ? vkp_busiest_at(self->busiest, rows, i) : NULL);
    /* Translators: the tooltip of the icon in the tray; %s is "12 processes, 2 agents" */
    g_autofree char *title = g_strdup_printf(_("Vibe Kanban Processes: %s"), header);
    app_indicator_set_title(self->indicator, title);
    /* A panel that shows both, as Xfce's, leaves out what is said twice word for word. */
    show_icon(self, totals, title);
    g_autofree char *count = g_strdup_printf("%u", totals->n_processes);
    app_indicator_set_label(self->indicator, totals->n_processes ? count : "", "999");
}

static gboolean on_update_timer(gpointer user_data)
{
    VkpTray *self = user_data;
    self->update_timer = 0;
    update(self);
    return G_SOURCE_REMOVE;
}

static void queue_update(VkpTray *self)
{
    if (self->update_timer)
        return;
    self->update_timer = g_timeout_add(UPDATE_MS, on_update_timer, self);
    g_source_set_name_by_id(self->update_timer, "vkp-tray-update");
}

/* Without a host for indicators the library puts an icon into an older tray. There it looks for the
 * folder in the theme's search path and, where it is missing, reads on behind the end of that list
 * (status_icon_changes() in 0.5.92): so it has to be found. */
static void use_icon_folder(AppIndicator *indicator)
{
    g_autofree char *folder = vkp_tray_icons_dup_folder();
    if (!folder)
        return;
    gtk_icon_theme_prepend_search_path(gtk_icon_theme_get_default(), folder);
    app_indicator_set_icon_theme_path(indicator, folder);
}

VkpTray *vkp_tray_new(GtkApplication *application, GDBusConnection *connection, VkpFeed *feed,
                      VkpSettings *settings)
{
    VkpTray *self = g_new0(VkpTray, 1);
    self->application = application;
    /* libayatana-appindicator 0.5.92 asks for the session bus and drops it again before it asks for
     * the next time: without a reference of ours in between the connection closes and the icon is
     * lost in one of fifteen cold starts. */
    self->connection = g_object_ref(connection);
    self->feed = g_object_ref(feed);
    self->settings = vkp_settings_ref(settings);
    self->busiest = vkp_busiest_new(N_TASKS);
    /* 0.5.94 calls the whole library deprecated, for one that has no GTK menus. */
    G_GNUC_BEGIN_IGNORE_DEPRECATIONS
    self->indicator =
        app_indicator_new("vibekanban-processes", vkp_tray_icon_name(VKP_TRAY_ICON_IDLE, FALSE),
                          APP_INDICATOR_CATEGORY_APPLICATION_STATUS);
    G_GNUC_END_IGNORE_DEPRECATIONS
    use_icon_folder(self->indicator);
    build_menu(self);
    update(self);
    g_signal_connect_swapped(feed, "updated", G_CALLBACK(queue_update), self);
    GSettings *gsettings = vkp_settings_gsettings(settings);
    if (gsettings)
        g_signal_connect_swapped(gsettings, "changed::symbolic-icon", G_CALLBACK(queue_update),
                                 self);
    return self;
}

void vkp_tray_free(VkpTray *self)
{
    if (!self)
        return;
    g_clear_handle_id(&self->update_timer, g_source_remove);
    g_clear_handle_id(&self->linger_timer, g_source_remove);
    g_signal_handlers_disconnect_by_data(self->feed, self);
    GSettings *gsettings = vkp_settings_gsettings(self->settings);
    if (gsettings)
        g_signal_handlers_disconnect_by_data(gsettings, self);
    g_object_unref(self->indicator);
    g_object_unref(self->menu);
    vkp_busiest_free(self->busiest);
    g_object_unref(self->feed);
    vkp_settings_unref(self->settings);
    g_object_unref(self->connection);
    g_free(self);
}
