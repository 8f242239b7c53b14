/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/window.h"

#include <glib/gi18n.h>

#include "applet/view/column-chooser.h"
#include "applet/view/details.h"
#include "applet/view/filter-menu.h"
#include "applet/view/notices.h"
#include "applet/view/process-tree.h"
#include "applet/view/row-actions.h"
#include "applet/view/row-menu.h"
#include "applet/view/status-page.h"
#include "applet/view/type-ahead.h"
#include "applet/view/window-size.h"
#include "common/view/format.h"

struct _VkpWindow {
    GtkApplicationWindow parent;
    VkpFeed *feed;
    VkpKillDesk *desk;
    VkpSettings *settings;
    VkpProcessTree *tree;
    VkpFilterMenu *filter_menu;
    GtkWidget *list_menu; /* the last one of a row or of the columns; NULL: none */
    GtkHeaderBar *header;
    GtkMenuButton *filter_button;
    GtkLabel *filter_label;
    GtkMenuButton *menu_button;
    GMenu *columns_menu;
    GtkSearchBar *search_bar;
    GtkSearchEntry *search_entry;
    VkpNotices *notices;
    GtkStack *stack;
    VkpStatusPage *status_page;
    GtkWidget *offer; /* of the status page; NULL: it has none, or the list shows */
    GtkContainer *scroller;
    GtkRevealer *details_revealer;
    VkpDetails *details;
    char *details_key; /* of the row whose details were asked for last; NULL: they are closed */
    GtkWidget *action_bar;
    guint n_lists; /* of the client, when last shown */
};

G_DEFINE_FINAL_TYPE(VkpWindow, vkp_window, GTK_TYPE_APPLICATION_WINDOW)

static gboolean get_state(VkpWindow *self, const char *action)
{
    g_autoptr(GVariant) state = g_action_group_get_action_state(G_ACTION_GROUP(self), action);
    return state && g_variant_get_boolean(state);
}

static void set_enabled(VkpWindow *self, const char *name, gboolean is_enabled)
{
    GAction *action = g_action_map_lookup_action(G_ACTION_MAP(self), name);
    g_simple_action_set_enabled(G_SIMPLE_ACTION(action), is_enabled);
}

/* A list behind another page is not there for the keyboard. */
static void focus_page(VkpWindow *self)
{
    gboolean is_list = g_strcmp0(gtk_stack_get_visible_child_name(self->stack), "list") == 0;
    gtk_window_set_focus(GTK_WINDOW(self), is_list ? GTK_WIDGET(self->tree) : self->offer);
}

/* The keyboard follows to the page that comes, and to its way out, but not out of a search. */
static void show_page(VkpWindow *self, const char *name, GtkWidget *offer)
{
    gboolean is_same = g_strcmp0(gtk_stack_get_visible_child_name(self->stack), name) == 0 &&
                       (!offer || offer == self->offer);
    self->offer = offer;
    if (is_same)
        return;
    gtk_stack_set_visible_child_name(self->stack, name);
    if (gtk_window_get_focus(GTK_WINDOW(self)) != GTK_WIDGET(self->search_entry))
        focus_page(self);
}

/* What is not known yet, or not any more, is not counted. */
static void show_header(VkpWindow *self, const VkpTotals *totals)
{
    VkpClientState state = vkp_client_state(vkp_feed_client(self->feed));
    gboolean is_known =
        state == VKP_CLIENT_READY || (state == VKP_CLIENT_CONNECTING && totals->n_processes > 0);
    g_autofree char *counts =
        vkp_format_dup_counts(totals->n_processes, totals->n_agents, totals->n_leftovers);
    /* Translators: %s is "12 processes, 2 agents" */
    g_autofree char *paused = g_strdup_printf(_("Paused: %s"), counts);
    const char *text = get_state(self, "pause") ? paused : counts;
    gtk_header_bar_set_subtitle(self->header, is_known ? text : NULL);
}

static void show_selection(VkpWindow *self)
{
    const VkpRow *row = vkp_process_tree_selected(self->tree);
    gboolean is_process = row && row->member;
    gboolean is_protected = is_process && row->member->tie.is_protected;
    gboolean has_ports = row && row->totals.ports && row->totals.ports->len > 0;
    set_enabled(self, "kill", row && !is_protected);
    set_enabled(self, "force-kill", row && !is_protected);
    set_enabled(self, "copy-pid", is_process);
    set_enabled(self, "copy-command", is_process);
    set_enabled(self, "copy-url", has_ports);
    set_enabled(self, "open-folder", is_process && row->member->process->folder);
    if (gtk_revealer_get_reveal_child(self->details_revealer))
        vkp_details_show(self->details, row, vkp_feed_history(self->feed));
}

static void show_rows(VkpWindow *self)
{
    const VkpRowFilter *filter = vkp_feed_filter(self->feed);
    VkpTreeMode mode = {
        .is_searching = filter->search != NULL,
        .is_covered = (self->list_menu && gtk_widget_get_visible(self->list_menu)) ||
                      vkp_kill_desk_is_asking(self->desk),
    };
    vkp_process_tree_update(self->tree, vkp_feed_rows(self->feed), mode);
}

static void update(VkpWindow *self)
{
    VkpRows *rows = vkp_feed_rows(self->feed);
    const VkpRow *root = vkp_rows_root(rows);
    VkpClient *client = vkp_feed_client(self->feed);
    self->n_lists = vkp_client_n_lists(client);
    show_header(self, &root->totals);
    gboolean is_list = !vkp_status_page_update(self->status_page, client, root);
    show_page(self, is_list ? "list" : "status",
              is_list ? NULL : vkp_status_page_offer(self->status_page));
    gtk_widget_set_visible(self->action_bar, is_list);
    vkp_notices_show_database(self->notices, vkp_client_database(client), !is_list);
    vkp_filter_menu_update(self->filter_menu, self->feed);
    if (is_list || root->totals.n_processes == 0)
        show_rows(self);
}

/* A pause holds what trickles in, not a whole list that was asked for, nor that there is none. */
static void on_updated(VkpWindow *self)
{
    VkpClient *client = vkp_feed_client(self->feed);
    if (!get_state(self, "pause") || vkp_client_n_lists(client) != self->n_lists ||
        vkp_client_state(client) == VKP_CLIENT_UNREACHABLE)
        update(self);
}

/* What the person asks for is shown at once, paused or not. */
static void on_search_changed(VkpWindow *self)
{
    vkp_feed_set_search(self->feed, gtk_entry_get_text(GTK_ENTRY(self->search_entry)));
    update(self);
}

static void on_search_mode(VkpWindow *self)
{
    gboolean is_on = gtk_search_bar_get_search_mode(self->search_bar);
    g_action_group_change_action_state(G_ACTION_GROUP(self), "search",
                                       g_variant_new_boolean(is_on));
    if (!is_on)
        focus_page(self);
}

static void kill_selected(VkpWindow *self, gboolean force)
{
    const VkpRow *row = vkp_process_tree_selected(self->tree);
    if (row && !(row->member && row->member->tie.is_protected))
        vkp_kill_desk_kill_row(self->desk, GTK_WINDOW(self), row, force);
}

/* Both kill and force-kill. */
static void on_kill(GSimpleAction *action, GVariant *parameter G_GNUC_UNUSED, gpointer user_data)
{
    kill_selected(user_data, g_str_equal(g_action_get_name(G_ACTION(action)), "force-kill"));
}

static void on_refresh(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                       gpointer user_data)
{
    vkp_client_retry(vkp_feed_client(VKP_WINDOW(user_data)->feed));
}

static void on_pause(GSimpleAction *action, GVariant *value, gpointer user_data)
{
    g_simple_action_set_state(action, value);
    update(user_data);
}

static void on_search(GSimpleAction *action, GVariant *value, gpointer user_data)
{
    VkpWindow *self = user_data;
    gboolean is_on = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    if (gtk_search_bar_get_search_mode(self->search_bar) != is_on)
        gtk_search_bar_set_search_mode(self->search_bar, is_on);
    /* A letter that opened the bar is in it already: the next must not replace it. */
    if (is_on)
        gtk_entry_grab_focus_without_selecting(GTK_ENTRY(self->search_entry));
}

static void on_show(GSimpleAction *action, GVariant *value, gpointer user_data)
{
    VkpWindow *self = user_data;
    g_simple_action_set_state(action, value);
    vkp_feed_set_show(self->feed, vkp_show_from_string(g_variant_get_string(value, NULL)));
    update(self);
}

static void on_project(GSimpleAction *action, GVariant *value, gpointer user_data)
{
    VkpWindow *self = user_data;
    g_simple_action_set_state(action, value);
    vkp_feed_set_project(self->feed, g_variant_get_string(value, NULL));
    update(self);
}

static void on_show_all(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                        gpointer user_data)
{
    VkpWindow *self = user_data;
    GActionGroup *actions = G_ACTION_GROUP(self);
    gtk_entry_set_text(GTK_ENTRY(self->search_entry), "");
    gtk_search_bar_set_search_mode(self->search_bar, FALSE);
    g_action_group_change_action_state(actions, "show", g_variant_new_string("all"));
    g_action_group_change_action_state(actions, "project", g_variant_new_string(""));
    on_search_changed(self);
}

static void on_show_details(GSimpleAction *action, GVariant *value, gpointer user_data)
{
    VkpWindow *self = user_data;
    gboolean show = g_variant_get_boolean(value);
    g_simple_action_set_state(action, value);
    gtk_widget_set_visible(GTK_WIDGET(self->details_revealer), show);
    gtk_revealer_set_reveal_child(self->details_revealer, show);
    vkp_settings_set_show_details(self->settings, show);
    const VkpRow *row = vkp_process_tree_selected(self->tree);
    g_free(self->details_key);
    self->details_key = g_strdup(show && row ? row->key : NULL);
    show_selection(self);
}

static void on_menu(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                    gpointer user_data)
{
    gtk_button_clicked(GTK_BUTTON(VKP_WINDOW(user_data)->menu_button));
}

static const GActionEntry entries[] = {
    {.name = "kill", .activate = on_kill},
    {.name = "force-kill", .activate = on_kill},
    {.name = "refresh", .activate = on_refresh},
    {.name = "show-all", .activate = on_show_all},
    {.name = "menu", .activate = on_menu},
    {.name = "pause", .state = "false", .change_state = on_pause},
    {.name = "search", .state = "false", .change_state = on_search},
    {.name = "show-details", .state = "false", .change_state = on_show_details},
    {.name = "show", .parameter_type = "s", .state = "'all'", .change_state = on_show},
    {.name = "project", .parameter_type = "s", .state = "''", .change_state = on_project},
};

/* The details of that row; once more closes them. */
static void on_row_activated(VkpWindow *self)
{
    const VkpRow *row = vkp_process_tree_selected(self->tree);
    gboolean is_open = row && g_strcmp0(row->key, self->details_key) == 0;
    g_action_group_change_action_state(G_ACTION_GROUP(self), "show-details",
                                       g_variant_new_boolean(!is_open));
}

static void on_menu_requested(VkpWindow *self, GdkEvent *event)
{
    g_clear_pointer(&self->list_menu, gtk_widget_destroy);
    self->list_menu = vkp_row_menu_popup(self->tree, event);
}

static void on_columns_requested(VkpWindow *self, GtkWidget *header, GdkEvent *event)
{
    g_clear_pointer(&self->list_menu, gtk_widget_destroy);
    self->list_menu = vkp_column_chooser_popup(self->columns_menu, header, event);
}

/* Typing anywhere but in a field searches. */
static gboolean on_key_press(GtkWidget *widget, GdkEventKey *event,
                             gpointer user_data G_GNUC_UNUSED)
{
    VkpWindow *self = VKP_WINDOW(widget);
    GtkWidget *focus = gtk_window_get_focus(GTK_WINDOW(self));
    if (event->keyval == GDK_KEY_Escape && gtk_search_bar_get_search_mode(self->search_bar)) {
        gtk_search_bar_set_search_mode(self->search_bar, FALSE);
        return GDK_EVENT_STOP;
    }
    if (focus != GTK_WIDGET(self->tree))
        return GDK_EVENT_PROPAGATE;
    return vkp_type_ahead_handle(self->search_bar, GTK_ENTRY(self->search_entry), event);
}

void vkp_window_add_operation(VkpWindow *self, VkpKillOperation *operation)
{
    vkp_notices_add_operation(self->notices, operation);
}

void vkp_window_set_has_tray(VkpWindow *self, gboolean has_tray)
{
    vkp_notices_set_has_tray(self->notices, has_tray);
}

static void vkp_window_hide(GtkWidget *widget)
{
    VkpWindow *self = VKP_WINDOW(widget);
    vkp_window_size_save(GTK_WINDOW(self), self->settings);
    GTK_WIDGET_CLASS(vkp_window_parent_class)->hide(widget);
}

static void vkp_window_dispose(GObject *object)
{
    VkpWindow *self = VKP_WINDOW(object);
    if (self->feed)
        g_signal_handlers_disconnect_by_data(self->feed, self);
    g_clear_object(&self->feed);
    g_clear_object(&self->desk);
    g_clear_pointer(&self->filter_menu, vkp_filter_menu_free);
    g_clear_pointer(&self->details_key, g_free);
    g_clear_pointer(&self->settings, vkp_settings_unref);
    G_OBJECT_CLASS(vkp_window_parent_class)->dispose(object);
}

static void vkp_window_class_init(VkpWindowClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = vkp_window_dispose;
    widget_class->hide = vkp_window_hide;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/vibekanban/Processes/Applet/window.ui");
#define BIND(name) gtk_widget_class_bind_template_child(widget_class, VkpWindow, name)
    BIND(header);
    BIND(filter_button);
    BIND(filter_label);
    BIND(menu_button);
    BIND(columns_menu);
    BIND(search_bar);
    BIND(search_entry);
    BIND(notices);
    BIND(stack);
    BIND(status_page);
    BIND(scroller);
    BIND(details_revealer);
    BIND(details);
    BIND(action_bar);
#undef BIND
}

static void vkp_window_init(VkpWindow *self)
{
    g_type_ensure(VKP_TYPE_NOTICES);
    g_type_ensure(VKP_TYPE_STATUS_PAGE);
    g_type_ensure(VKP_TYPE_DETAILS);
    gtk_widget_init_template(GTK_WIDGET(self));
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    self->filter_menu = vkp_filter_menu_new(self->filter_button, self->filter_label);
    g_signal_connect(self, "key-press-event", G_CALLBACK(on_key_press), NULL);
    g_signal_connect_swapped(self->search_entry, "search-changed", G_CALLBACK(on_search_changed),
                             self);
    g_signal_connect_swapped(self->search_entry, "activate", G_CALLBACK(focus_page), self);
    vkp_type_ahead_setup(self->search_bar, GTK_ENTRY(self->search_entry));
    g_signal_connect_swapped(self->search_bar, "notify::search-mode-enabled",
                             G_CALLBACK(on_search_mode), self);
}

static void add_tree(VkpWindow *self)
{
    self->tree = vkp_process_tree_new(self->settings, vkp_feed_history(self->feed));
    gtk_container_add(self->scroller, GTK_WIDGET(self->tree));
    g_signal_connect_swapped(self->tree, "row-selected", G_CALLBACK(show_selection), self);
    g_signal_connect_swapped(self->tree, "row-activated", G_CALLBACK(on_row_activated), self);
    g_signal_connect_swapped(self->tree, "menu-requested", G_CALLBACK(on_menu_requested), self);
    g_signal_connect_swapped(self->tree, "columns-requested", G_CALLBACK(on_columns_requested),
                             self);
    g_signal_connect_swapped(self->tree, "kill-requested", G_CALLBACK(kill_selected), self);
    g_signal_connect_swapped(self->tree, "order-changed", G_CALLBACK(show_rows), self);
}

VkpWindow *vkp_window_new(GtkApplication *application, VkpFeed *feed, VkpKillDesk *desk,
                          VkpSettings *settings)
{
    VkpWindow *self = g_object_new(VKP_TYPE_WINDOW, "application", application, NULL);
    self->feed = g_object_ref(feed);
    self->desk = g_object_ref(desk);
    self->settings = vkp_settings_ref(settings);
    vkp_window_size_restore(GTK_WINDOW(self), settings);
    add_tree(self);
    vkp_row_actions_add(G_ACTION_MAP(self), self->tree, self->notices);
    vkp_column_chooser_add(G_ACTION_MAP(self), self->columns_menu, settings);
    g_signal_connect_swapped(feed, "updated", G_CALLBACK(on_updated), self);
    update(self);
    g_action_group_change_action_state(
        G_ACTION_GROUP(self), "show-details",
        g_variant_new_boolean(vkp_settings_get_show_details(settings)));
    focus_page(self);
    return self;
}
