/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/victim-list.h"

#include <glib/gi18n.h>

#include "applet/view/figures.h"
#include "applet/view/row-tooltip.h"
#include "common/base/text.h"
#include "common/view/format.h"
#include "common/view/labels.h"

/* More would push the remarks off a small screen. */
#define MAX_PORTS 2

enum {
    COLUMN_INDEX, /* in the operation's victims */
    COLUMN_TICKED,
    COLUMN_CAN_TICK,
    COLUMN_NAME, /* as markup */
    COLUMN_PID,
    COLUMN_MEMORY,
    COLUMN_PORTS,
    COLUMN_TASK,
    COLUMN_REMARK,
    COLUMN_STRUCK, /* is there no more */
    N_COLUMNS,
};

static const char *kind_remark(const VkpMember *member)
{
    if (!member || member->tie.kind == VKP_KIND_CHILD || member->tie.kind == VKP_KIND_UNKNOWN)
        return "";
    return vkp_format_kind(member->tie.kind);
}

static char *dup_remark(const VkpVictim *victim)
{
    if (victim->is_gone)
        return g_strdup(_("Has exited"));
    if (victim->is_unlisted)
        return g_strdup(_("No longer listed"));
    if (victim->is_protected)
        return g_strdup(_("Protected"));
    if (victim->is_weak && victim->member && victim->member->tie.is_shared_daemon)
        return g_strdup(_("May serve others"));
    if (victim->is_weak)
        return g_strdup(_("Only runs there"));
    if (victim->member && victim->member->tie.leftover_reason)
        /* Translators: %s is why, as in the list: "agent exited" */
        return g_strdup_printf(_("Left over: %s"), vkp_format_why(victim->member));
    return g_strdup(kind_remark(victim->member));
}

/* What tells one "node" from another is dimmed, as in the list. */
static char *dup_name_markup(const VkpVictim *victim)
{
    if (!victim->member) {
        g_autofree char *name = vkp_text_dup_display(victim->name);
        return g_markup_escape_text(name, -1);
    }
    const VkpProcess *process = victim->member->process;
    char *label = vkp_label_new_process(process);
    g_autofree char *arguments = vkp_label_dup_arguments(label, process);
    char *markup =
        arguments ? g_markup_printf_escaped("%s  <span alpha=\"65%%\">%s</span>", label, arguments)
                  : g_markup_escape_text(label, -1);
    g_ref_string_release(label);
    return markup;
}

static void set_row(GtkListStore *store, GtkTreeIter *iter, const VkpVictim *victim)
{
    const VkpMember *member = victim->member;
    gboolean is_there = vkp_victim_is_there(victim);
    g_autofree char *name = dup_name_markup(victim);
    g_autofree char *pid = g_strdup_printf("%d", (int)victim->identity.pid);
    g_autofree char *memory =
        member ? vkp_format_dup_bytes(member->process->memory_bytes) : g_strdup("");
    g_autofree char *task = member && member->tie.task_title
                                ? vkp_text_dup_display(member->tie.task_title)
                                : g_strdup("");
    g_autofree char *figures = vkp_format_dup_ports(member ? member->ports : NULL, MAX_PORTS);
    g_autofree char *ports = vkp_figures_dup(figures, gtk_widget_get_default_direction());
    g_autofree char *remark = dup_remark(victim);
    gtk_list_store_set(store, iter, COLUMN_TICKED, victim->is_ticked && is_there, COLUMN_CAN_TICK,
                       !victim->is_protected && is_there, COLUMN_NAME, name, COLUMN_PID, pid,
                       COLUMN_MEMORY, memory, COLUMN_PORTS, ports, COLUMN_TASK, task, COLUMN_REMARK,
                       remark, COLUMN_STRUCK, !is_there, -1);
}

static void on_operation_changed(GtkListStore *store, VkpKillOperation *operation)
{
    const GPtrArray *victims = vkp_kill_operation_victims(operation);
    GtkTreeModel *model = GTK_TREE_MODEL(store);
    GtkTreeIter iter;
    gboolean is_valid = gtk_tree_model_get_iter_first(model, &iter);
    for (; is_valid; is_valid = gtk_tree_model_iter_next(model, &iter)) {
        guint index;
        gtk_tree_model_get(model, &iter, COLUMN_INDEX, &index, -1);
        set_row(store, &iter, g_ptr_array_index(victims, index));
    }
}

static GtkListStore *store_new(VkpKillOperation *operation)
{
    GType types[N_COLUMNS] = {
        [COLUMN_INDEX] = G_TYPE_UINT,       [COLUMN_TICKED] = G_TYPE_BOOLEAN,
        [COLUMN_CAN_TICK] = G_TYPE_BOOLEAN, [COLUMN_NAME] = G_TYPE_STRING,
        [COLUMN_PID] = G_TYPE_STRING,       [COLUMN_MEMORY] = G_TYPE_STRING,
        [COLUMN_PORTS] = G_TYPE_STRING,     [COLUMN_TASK] = G_TYPE_STRING,
        [COLUMN_REMARK] = G_TYPE_STRING,    [COLUMN_STRUCK] = G_TYPE_BOOLEAN,
    };
    GtkListStore *store = gtk_list_store_newv(N_COLUMNS, types);
    for (guint i = 0; i < vkp_kill_operation_victims(operation)->len; i++) {
        GtkTreeIter iter;
        gtk_list_store_insert_with_values(store, &iter, -1, COLUMN_INDEX, i, -1);
    }
    on_operation_changed(store, operation);
    g_signal_connect_object(operation, "changed", G_CALLBACK(on_operation_changed), store,
                            G_CONNECT_SWAPPED);
    return store;
}

static void toggle_row(GtkTreeView *view, GtkTreePath *path)
{
    VkpKillOperation *operation = g_object_get_data(G_OBJECT(view), "vkp-kill-operation");
    GtkTreeModel *model = gtk_tree_view_get_model(view);
    GtkTreeIter iter;
    guint index;
    gboolean is_ticked, can_tick;
    if (!gtk_tree_model_get_iter(model, &iter, path))
        return;
    gtk_tree_model_get(model, &iter, COLUMN_INDEX, &index, COLUMN_TICKED, &is_ticked,
                       COLUMN_CAN_TICK, &can_tick, -1);
    if (can_tick)
        vkp_kill_operation_set_ticked(operation, index, !is_ticked);
}

static void on_toggled(GtkCellRendererToggle *cell G_GNUC_UNUSED, const char *path_text,
                       GtkTreeView *view)
{
    g_autoptr(GtkTreePath) path = gtk_tree_path_new_from_string(path_text);
    toggle_row(view, path);
}

/* Space ticks, which the tree view tells as activation. */
static void on_row_activated(GtkTreeView *view, GtkTreePath *path)
{
    toggle_row(view, path);
}

/* Where the question names no task, each victim says which one it belongs to. */
static gboolean spans_tasks(VkpKillOperation *operation)
{
    VkpScopeKind scope = vkp_kill_operation_order(operation)->worded_as;
    return scope != VKP_SCOPE_TASK && scope != VKP_SCOPE_ATTEMPT && scope != VKP_SCOPE_EXECUTION;
}

static gboolean on_query_tooltip(GtkTreeView *view, gint x, gint y, gboolean by_keyboard,
                                 GtkTooltip *tooltip)
{
    VkpKillOperation *operation = g_object_get_data(G_OBJECT(view), "vkp-kill-operation");
    GtkTreeModel *model;
    g_autoptr(GtkTreePath) path = NULL;
    GtkTreeIter iter;
    guint index;
    if (!gtk_tree_view_get_tooltip_context(view, &x, &y, by_keyboard, &model, &path, &iter))
        return FALSE;
    gtk_tree_model_get(model, &iter, COLUMN_INDEX, &index, -1);
    const VkpVictim *victim = g_ptr_array_index(vkp_kill_operation_victims(operation), index);
    if (!victim->member)
        return FALSE;
    g_autofree char *text = vkp_member_dup_tooltip(victim->member);
    gtk_tooltip_set_text(tooltip, text);
    gtk_tree_view_set_tooltip_row(view, tooltip, path);
    return TRUE;
}

static GtkCellRenderer *add_text_column(GtkTreeView *view, const char *title, gint column,
                                        float xalign)
{
    GtkCellRenderer *cell = gtk_cell_renderer_text_new();
    g_object_set(cell, "xalign", xalign, "xpad", 6, NULL);
    GtkTreeViewColumn *view_column = gtk_tree_view_column_new_with_attributes(
        title, cell, column == COLUMN_NAME ? "markup" : "text", column, "strikethrough",
        COLUMN_STRUCK, "sensitive", COLUMN_CAN_TICK, NULL);
    gtk_tree_view_column_set_alignment(view_column, xalign);
    gtk_tree_view_column_set_resizable(view_column, TRUE);
    gtk_tree_view_append_column(view, view_column);
    return cell;
}

/* One that gives way where there is little room and takes what is left over. */
static void add_flexible_column(GtkTreeView *view, const char *title, gint column, gint characters)
{
    GtkCellRenderer *cell = add_text_column(view, title, column, 0);
    g_object_set(cell, "ellipsize", PANGO_ELLIPSIZE_END, "width-chars", characters, NULL);
    gint last = (gint)gtk_tree_view_get_n_columns(view) - 1;
    gtk_tree_view_column_set_expand(gtk_tree_view_get_column(view, last), TRUE);
}

static void add_columns(GtkTreeView *view, VkpKillOperation *operation)
{
    GtkCellRenderer *tick = gtk_cell_renderer_toggle_new();
    g_signal_connect(tick, "toggled", G_CALLBACK(on_toggled), view);
    /* Translators: the heading over ticks, whether a process is killed */
    gtk_tree_view_append_column(view, gtk_tree_view_column_new_with_attributes(
                                          _("Kill"), tick, "active", COLUMN_TICKED, "activatable",
                                          COLUMN_CAN_TICK, "sensitive", COLUMN_CAN_TICK, NULL));
    add_flexible_column(view, _("Name"), COLUMN_NAME, 14);
    add_text_column(view, _("ID"), COLUMN_PID, 1);
    add_text_column(view, _("Memory"), COLUMN_MEMORY, 1);
    add_text_column(view, _("Ports"), COLUMN_PORTS, 0);
    if (spans_tasks(operation))
        add_flexible_column(view, _("Task"), COLUMN_TASK, 10);
    add_text_column(view, _("Remark"), COLUMN_REMARK, 0);
}

void vkp_victim_list_setup(GtkTreeView *view, VkpKillOperation *operation)
{
    g_autoptr(GtkListStore) store = store_new(operation);
    gtk_tree_view_set_model(view, GTK_TREE_MODEL(store));
    g_object_set_data_full(G_OBJECT(view), "vkp-kill-operation", g_object_ref(operation),
                           g_object_unref);
    add_columns(view, operation);
    gtk_widget_set_has_tooltip(GTK_WIDGET(view), TRUE);
    g_signal_connect(view, "query-tooltip", G_CALLBACK(on_query_tooltip), NULL);
    g_signal_connect(view, "row-activated", G_CALLBACK(on_row_activated), NULL);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(view)), _("Processes to be killed"));
}
