/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/process-tree.h"

#include <gdk/gdkkeysyms.h>
#include <glib/gi18n.h>

#include "applet/model/tree-model.h"
#include "applet/view/columns.h"
#include "applet/view/expansion.h"
#include "applet/view/row-tooltip.h"
#include "applet/view/scroll-anchor.h"
#include "applet/view/tree-keys.h"

struct _VkpProcessTree {
    GtkTreeView parent;
    VkpSettings *settings;
    VkpTreeModel *model;
    VkpExpansion *expansion;
    VkpOrder order;
    gboolean is_order_fresh; /* a person just chose it: sort whatever stands on the list */
    gboolean has_pointer;
    char *selected_key; /* NULL: none */
    gboolean is_updating;
    gboolean was_searching;
    VkpScrollAnchor *before_search; /* NULL: not searching, or it was at the top */
    guint widths_timer;
};

enum { ROW_SELECTED, MENU_REQUESTED, COLUMNS_REQUESTED, KILL_REQUESTED, ORDER_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(VkpProcessTree, vkp_process_tree, GTK_TYPE_TREE_VIEW)

static GtkTreeView *view_of(VkpProcessTree *self)
{
    return GTK_TREE_VIEW(self);
}

static gboolean get_selected(VkpProcessTree *self, GtkTreeIter *iter)
{
    return gtk_tree_selection_get_selected(gtk_tree_view_get_selection(view_of(self)), NULL, iter);
}

const VkpRow *vkp_process_tree_selected(VkpProcessTree *self)
{
    GtkTreeIter iter;
    return get_selected(self, &iter) ? vkp_tree_model_row(self->model, &iter) : NULL;
}

void vkp_process_tree_get_selected_area(VkpProcessTree *self, GdkRectangle *area)
{
    GtkTreeIter iter;
    *area = (GdkRectangle){0};
    if (!get_selected(self, &iter))
        return;
    g_autoptr(GtkTreePath) path = gtk_tree_model_get_path(GTK_TREE_MODEL(self->model), &iter);
    gtk_tree_view_get_cell_area(view_of(self), path, gtk_tree_view_get_column(view_of(self), 0),
                                area);
}

static void on_selection_changed(VkpProcessTree *self)
{
    if (self->is_updating)
        return;
    const VkpRow *row = vkp_process_tree_selected(self);
    g_free(self->selected_key);
    self->selected_key = row ? g_strdup(row->key) : NULL;
    g_signal_emit(self, signals[ROW_SELECTED], 0);
}

/* A process that became a leftover moved to another group: to the view it is a new row. One that is
 * gone leaves nothing selected: GtkTreeView would select its neighbour, for the next Delete to hit.
 * One that a search hides is selected again when it comes back. */
static void reselect(VkpProcessTree *self, const VkpRows *rows)
{
    GtkTreeSelection *selection = gtk_tree_view_get_selection(view_of(self));
    GtkTreeIter iter;
    if (self->selected_key && vkp_tree_model_lookup(self->model, self->selected_key, &iter)) {
        gtk_tree_selection_select_iter(selection, &iter);
        return;
    }
    gtk_tree_selection_unselect_all(selection);
    if (self->selected_key && !vkp_rows_lookup(rows, self->selected_key))
        g_clear_pointer(&self->selected_key, g_free);
}

/* Rows do not move under a pointer or behind a menu, unless a person has just asked for it. Those
 * that come, or come back after a search, are where the header says all the same. */
static gboolean may_move(VkpProcessTree *self, VkpTreeMode mode)
{
    return self->is_order_fresh || !(self->has_pointer || mode.is_covered);
}

static void update_rows(VkpProcessTree *self, VkpRows *rows, VkpTreeMode mode, gboolean moves)
{
    self->is_updating = TRUE;
    if (mode.is_searching)
        vkp_expansion_set_expand_all(self->expansion, TRUE);
    vkp_tree_model_update(self->model, rows, &self->order, moves);
    if (!mode.is_searching)
        vkp_expansion_set_expand_all(self->expansion, FALSE);
    self->is_order_fresh = FALSE;
    reselect(self, rows);
    self->is_updating = FALSE;
}

/* GtkTreeView keeps its top row where it is: what comes before that would be out of sight for those
 * who never scrolled. */
static void stay_at_top(VkpProcessTree *self)
{
    g_autoptr(GtkTreePath) first = gtk_tree_path_new_first();
    if (gtk_tree_model_iter_n_children(GTK_TREE_MODEL(self->model), NULL) > 0)
        gtk_tree_view_scroll_to_cell(view_of(self), first, NULL, TRUE, 0, 0);
}

void vkp_process_tree_update(VkpProcessTree *self, VkpRows *rows, VkpTreeMode mode)
{
    VkpScrollAnchor *anchor = vkp_scroll_anchor_take(view_of(self));
    gboolean moves = may_move(self, mode);
    update_rows(self, rows, mode, moves);
    if (mode.is_searching == self->was_searching) {
        if (!anchor && moves)
            stay_at_top(self);
        vkp_scroll_anchor_apply(anchor);
    } else {
        GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(self));
        gtk_adjustment_set_value(adjustment, 0);
        vkp_scroll_anchor_apply(g_steal_pointer(&self->before_search));
        if (mode.is_searching)
            self->before_search = anchor;
        else
            vkp_scroll_anchor_free(anchor);
    }
    self->was_searching = mode.is_searching;
    g_signal_emit(self, signals[ROW_SELECTED], 0);
    gtk_widget_queue_draw(GTK_WIDGET(self)); /* ages and activity move without any change */
}

static void show_order(VkpProcessTree *self)
{
    for (guint i = 0; i < gtk_tree_view_get_n_columns(view_of(self)); i++) {
        GtkTreeViewColumn *view_column = gtk_tree_view_get_column(view_of(self), (gint)i);
        const VkpColumn *column = vkp_columns_of(view_column);
        gtk_tree_view_column_set_sort_indicator(
            view_column, column->is_sortable && column->order_by == self->order.by);
        gtk_tree_view_column_set_sort_order(
            view_column, self->order.descending ? GTK_SORT_DESCENDING : GTK_SORT_ASCENDING);
    }
}

/* Figures are looked at from the greatest down, names from the first on. */
static void on_column_clicked(GtkTreeViewColumn *view_column, VkpProcessTree *self)
{
    const VkpColumn *column = vkp_columns_of(view_column);
    if (self->order.by == column->order_by)
        self->order.descending = !self->order.descending;
    else
        self->order = (VkpOrder){column->order_by, column->order_by == VKP_ORDER_CPU ||
                                                       column->order_by == VKP_ORDER_MEMORY};
    self->is_order_fresh = TRUE;
    show_order(self);
    vkp_settings_set_sort(self->settings, column->name, self->order.descending);
    g_signal_emit(self, signals[ORDER_CHANGED], 0);
}

static gboolean save_widths(gpointer user_data)
{
    VkpProcessTree *self = user_data;
    self->widths_timer = 0;
    for (guint i = 0; i < gtk_tree_view_get_n_columns(view_of(self)); i++) {
        GtkTreeViewColumn *view_column = gtk_tree_view_get_column(view_of(self), (gint)i);
        const VkpColumn *column = vkp_columns_of(view_column);
        gint width = gtk_tree_view_column_get_fixed_width(view_column);
        if (width > 0 && width != vkp_settings_get_column_width(self->settings, column->name))
            vkp_settings_set_column_width(self->settings, column->name, width);
    }
    return G_SOURCE_REMOVE;
}

/* Once the hand on the header rests, not at each pixel. */
static void on_width_changed(VkpProcessTree *self)
{
    g_clear_handle_id(&self->widths_timer, g_source_remove);
    self->widths_timer = g_timeout_add(500, save_widths, self);
    g_source_set_name_by_id(self->widths_timer, "vkp-column-widths");
}

/* After GTK, which lets no other handler have the clicks on a header that does not sort. */
static void on_header_event(VkpProcessTree *self, GdkEvent *event, GtkWidget *header)
{
    if (gdk_event_triggers_context_menu(event))
        g_signal_emit(self, signals[COLUMNS_REQUESTED], 0, header, event);
}

static gboolean on_header_popup(VkpProcessTree *self, GtkWidget *header)
{
    g_signal_emit(self, signals[COLUMNS_REQUESTED], 0, header, NULL);
    return TRUE;
}

static void add_column(VkpProcessTree *self, const VkpColumn *column, const VkpHistory *history)
{
    GtkTreeViewColumn *view_column = vkp_columns_build(column, GTK_WIDGET(self), history);
    gint width = vkp_settings_get_column_width(self->settings, column->name);
    if (width > 0)
        gtk_tree_view_column_set_fixed_width(view_column, width);
    gtk_tree_view_append_column(view_of(self), view_column);
    if (column->order_by == VKP_ORDER_NAME && column->is_sortable) {
        gtk_tree_view_column_set_expand(view_column, TRUE);
        gtk_tree_view_set_expander_column(view_of(self), view_column);
    }
    g_signal_connect(view_column, "clicked", G_CALLBACK(on_column_clicked), self);
    g_signal_connect_swapped(view_column, "notify::fixed-width", G_CALLBACK(on_width_changed),
                             self);
    GtkWidget *header = gtk_tree_view_column_get_button(view_column);
    g_signal_connect_swapped(header, "event-after", G_CALLBACK(on_header_event), self);
    g_signal_connect_swapped(header, "popup-menu", G_CALLBACK(on_header_popup), self);
}

/* The name is always there. */
static void show_columns(VkpProcessTree *self)
{
    g_auto(GStrv) shown = vkp_settings_get_columns(self->settings);
    for (guint i = 0; i < gtk_tree_view_get_n_columns(view_of(self)); i++) {
        GtkTreeViewColumn *view_column = gtk_tree_view_get_column(view_of(self), (gint)i);
        const char *name = vkp_columns_of(view_column)->name;
        gtk_tree_view_column_set_visible(
            view_column, i == 0 || g_strv_contains((const char *const *)shown, name));
    }
}

static gboolean on_motion_in(VkpProcessTree *self)
{
    self->has_pointer = TRUE;
    return GDK_EVENT_PROPAGATE;
}

/* A menu that grabs the pointer makes it leave as well, but it holds the order itself. */
static gboolean on_motion_out(VkpProcessTree *self, GdkEventCrossing *event)
{
    if (event->detail != GDK_NOTIFY_INFERIOR)
        self->has_pointer = FALSE;
    return GDK_EVENT_PROPAGATE;
}

static void on_unmap(VkpProcessTree *self)
{
    self->has_pointer = FALSE;
}

static gboolean on_button_press(VkpProcessTree *self, GdkEventButton *event)
{
    if (!gdk_event_triggers_context_menu((GdkEvent *)event) ||
        event->window != gtk_tree_view_get_bin_window(view_of(self)))
        return GDK_EVENT_PROPAGATE;
    g_autoptr(GtkTreePath) path = NULL;
    if (!gtk_tree_view_get_path_at_pos(view_of(self), (gint)event->x, (gint)event->y, &path, NULL,
                                       NULL, NULL))
        return GDK_EVENT_STOP;
    gtk_widget_grab_focus(GTK_WIDGET(self));
    gtk_tree_view_set_cursor(view_of(self), path, NULL, FALSE);
    g_signal_emit(self, signals[MENU_REQUESTED], 0, event);
    return GDK_EVENT_STOP;
}

static gboolean on_popup_menu(VkpProcessTree *self)
{
    if (vkp_process_tree_selected(self))
        g_signal_emit(self, signals[MENU_REQUESTED], 0, NULL);
    return TRUE;
}

static gboolean on_key_press(VkpProcessTree *self, GdkEventKey *event)
{
    GdkModifierType modifiers = event->state & gtk_accelerator_get_default_mod_mask();
    gboolean is_delete = event->keyval == GDK_KEY_Delete || event->keyval == GDK_KEY_KP_Delete;
    if (is_delete && (modifiers == 0 || modifiers == GDK_SHIFT_MASK)) {
        g_signal_emit(self, signals[KILL_REQUESTED], 0, modifiers == GDK_SHIFT_MASK);
        return GDK_EVENT_STOP;
    }
    return vkp_tree_keys_handle(view_of(self), event);
}

/* GtkTreeView selects its first row when it gets the focus, for the next Delete to hit. */
static void vkp_process_tree_grab_focus(GtkWidget *widget)
{
    g_autoptr(GtkTreePath) cursor = NULL;
    gtk_tree_view_get_cursor(GTK_TREE_VIEW(widget), &cursor, NULL);
    GtkTreeSelection *selection = gtk_tree_view_get_selection(GTK_TREE_VIEW(widget));
    gboolean has_place = cursor || gtk_tree_selection_count_selected_rows(selection) > 0;
    gpointer class =
        has_place ? vkp_process_tree_parent_class : g_type_class_peek(GTK_TYPE_CONTAINER);
    GTK_WIDGET_CLASS(class)->grab_focus(widget);
}

static gboolean on_query_tooltip(VkpProcessTree *self, gint x, gint y, gboolean by_keyboard,
                                 GtkTooltip *tooltip)
{
    GtkTreeIter iter;
    g_autoptr(GtkTreePath) path = NULL;
    if (!gtk_tree_view_get_tooltip_context(view_of(self), &x, &y, by_keyboard, NULL, &path, &iter))
        return FALSE;
    g_autofree char *text = vkp_row_dup_tooltip(vkp_tree_model_row(self->model, &iter));
    if (!text)
        return FALSE;
    gtk_tooltip_set_text(tooltip, text);
    gtk_tree_view_set_tooltip_row(view_of(self), tooltip, path);
    return TRUE;
}

static void vkp_process_tree_dispose(GObject *object)
{
    VkpProcessTree *self = VKP_PROCESS_TREE(object);
    g_clear_handle_id(&self->widths_timer, g_source_remove);
    g_clear_pointer(&self->expansion, vkp_expansion_free);
    g_clear_pointer(&self->before_search, vkp_scroll_anchor_free);
    if (self->settings && vkp_settings_gsettings(self->settings))
        g_signal_handlers_disconnect_by_data(vkp_settings_gsettings(self->settings), self);
    G_OBJECT_CLASS(vkp_process_tree_parent_class)->dispose(object);
}

static void vkp_process_tree_finalize(GObject *object)
{
    VkpProcessTree *self = VKP_PROCESS_TREE(object);
    g_clear_object(&self->model);
    g_free(self->selected_key);
    vkp_settings_unref(self->settings);
    G_OBJECT_CLASS(vkp_process_tree_parent_class)->finalize(object);
}

static void vkp_process_tree_class_init(VkpProcessTreeClass *class)
{
    G_OBJECT_CLASS(class)->dispose = vkp_process_tree_dispose;
    G_OBJECT_CLASS(class)->finalize = vkp_process_tree_finalize;
    GTK_WIDGET_CLASS(class)->grab_focus = vkp_process_tree_grab_focus;
    signals[ROW_SELECTED] = g_signal_new("row-selected", VKP_TYPE_PROCESS_TREE, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[MENU_REQUESTED] =
        g_signal_new("menu-requested", VKP_TYPE_PROCESS_TREE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                     NULL, G_TYPE_NONE, 1, GDK_TYPE_EVENT | G_SIGNAL_TYPE_STATIC_SCOPE);
    signals[COLUMNS_REQUESTED] = g_signal_new(
        "columns-requested", VKP_TYPE_PROCESS_TREE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
        G_TYPE_NONE, 2, GTK_TYPE_WIDGET, GDK_TYPE_EVENT | G_SIGNAL_TYPE_STATIC_SCOPE);
    signals[KILL_REQUESTED] =
        g_signal_new("kill-requested", VKP_TYPE_PROCESS_TREE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                     NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
    signals[ORDER_CHANGED] = g_signal_new("order-changed", VKP_TYPE_PROCESS_TREE, G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void vkp_process_tree_init(VkpProcessTree *self)
{
    GtkTreeView *view = view_of(self);
    self->model = vkp_tree_model_new();
    gtk_tree_view_set_model(view, GTK_TREE_MODEL(self->model));
    self->expansion = vkp_expansion_new(view);
    gtk_tree_view_set_enable_search(view, FALSE); /* the window's search looks deeper */
    gtk_widget_set_has_tooltip(GTK_WIDGET(self), TRUE);
    GtkTreeSelection *selection = gtk_tree_view_get_selection(view);
    gtk_tree_selection_set_mode(selection, GTK_SELECTION_SINGLE);
    g_signal_connect_swapped(selection, "changed", G_CALLBACK(on_selection_changed), self);
    g_signal_connect(self, "enter-notify-event", G_CALLBACK(on_motion_in), NULL);
    g_signal_connect(self, "leave-notify-event", G_CALLBACK(on_motion_out), NULL);
    g_signal_connect(self, "unmap", G_CALLBACK(on_unmap), NULL);
    g_signal_connect(self, "button-press-event", G_CALLBACK(on_button_press), NULL);
    g_signal_connect(self, "popup-menu", G_CALLBACK(on_popup_menu), NULL);
    g_signal_connect(self, "key-press-event", G_CALLBACK(on_key_press), NULL);
    g_signal_connect(self, "query-tooltip", G_CALLBACK(on_query_tooltip), NULL);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)), _("Processes"));
}

VkpProcessTree *vkp_process_tree_new(VkpSettings *settings, const VkpHistory *history)
{
    VkpProcessTree *self = g_object_new(VKP_TYPE_PROCESS_TREE, "visible", TRUE, NULL);
    self->settings = vkp_settings_ref(settings);
    for (guint i = 0; i < vkp_columns_n(); i++)
        add_column(self, vkp_columns_at(i), history);
    gboolean is_descending;
    g_autofree char *name = vkp_settings_get_sort(settings, &is_descending);
    const VkpColumn *column = vkp_columns_lookup(name);
    self->order = (VkpOrder){column ? column->order_by : VKP_ORDER_NAME, is_descending};
    show_order(self);
    show_columns(self);
    GSettings *gsettings = vkp_settings_gsettings(settings);
    if (gsettings)
        g_signal_connect_swapped(gsettings, "changed::columns", G_CALLBACK(show_columns), self);
    /* Only now: it wants all columns to be of fixed width. */
    gtk_tree_view_set_fixed_height_mode(view_of(self), TRUE);
    return self;
}
