/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/columns.h"

#include <glib/gi18n.h>
#include <string.h>

#include "applet/model/tree-model.h"
#include "applet/view/activity-cell.h"
#include "applet/view/icon-cell.h"
#include "applet/view/text-cell.h"
#include "common/view/format.h"

#define MAX_PORTS 2

static char *dup_pid(const VkpRow *row)
{
    return row->member ? g_strdup_printf("%d", (int)row->member->process->identity.pid)
                       : g_strdup("");
}

static char *dup_cpu(const VkpRow *row)
{
    return vkp_format_dup_percent(row->totals.cpu_percent);
}

static char *dup_memory(const VkpRow *row)
{
    return vkp_format_dup_bytes(row->totals.memory_bytes);
}

static char *dup_ports(const VkpRow *row)
{
    return vkp_format_dup_ports(row->totals.ports, MAX_PORTS);
}

static char *dup_age(const VkpRow *row)
{
    return vkp_format_dup_age(row->totals.start_time_usec, (guint64)g_get_real_time());
}

/* Groups have no reason of their own. */
static char *dup_why(const VkpRow *row)
{
    if (!row->member)
        return g_strdup("");
    return g_strdup(vkp_format_why(row->member));
}

static char *dup_threads(const VkpRow *row)
{
    return row->member ? g_strdup_printf("%u", row->member->process->threads) : g_strdup("");
}

static char *dup_state(const VkpRow *row)
{
    return g_strdup(row->member ? vkp_format_state(row->member->process->state) : "");
}

static char *dup_folder(const VkpRow *row)
{
    const VkpFolder *folder = row->member ? row->member->process->folder : NULL;
    return g_strdup(folder && folder->path ? folder->path : "");
}

static const VkpColumn columns[] = {
    {"name", N_("Name"), 28, 0, VKP_ORDER_NAME, TRUE, NULL},
    {"pid", N_("ID"), 8, 1, VKP_ORDER_PID, TRUE, dup_pid},
    {"cpu", N_("CPU"), 7, 1, VKP_ORDER_CPU, TRUE, dup_cpu},
    {"memory", N_("Memory"), 10, 1, VKP_ORDER_MEMORY, TRUE, dup_memory},
    {"ports", N_("Ports"), 15, 0, VKP_ORDER_PORTS, TRUE, dup_ports},
    {"age", N_("Age"), 8, 1, VKP_ORDER_AGE, TRUE, dup_age},
    {"activity", N_("Activity"), 10, 0, VKP_ORDER_CPU, FALSE, NULL},
    {"why", N_("Why"), 16, 0, VKP_ORDER_WHY, TRUE, dup_why},
    {"threads", N_("Threads"), 8, 1, VKP_ORDER_THREADS, TRUE, dup_threads},
    {"state", N_("State"), 10, 0, VKP_ORDER_STATE, TRUE, dup_state},
    {"folder", N_("Folder"), 30, 0, VKP_ORDER_FOLDER, TRUE, dup_folder},
};

guint vkp_columns_n(void)
{
    return G_N_ELEMENTS(columns);
}

const VkpColumn *vkp_columns_at(guint index)
{
    g_return_val_if_fail(index < G_N_ELEMENTS(columns), NULL);
    return &columns[index];
}

const VkpColumn *vkp_columns_lookup(const char *name)
{
    for (guint i = 0; i < G_N_ELEMENTS(columns); i++)
        if (g_strcmp0(columns[i].name, name) == 0)
            return &columns[i];
    return NULL;
}

static const char *process_icon_name(const VkpTie *tie)
{
    if (tie->is_protected)
        return "vkp-protected-symbolic";
    if (tie->leftover_reason)
        return "vkp-leftover-symbolic";
    switch (tie->kind) {
    case VKP_KIND_CODING_AGENT:
        return "vkp-agent-symbolic";
    case VKP_KIND_DEV_SERVER:
        return "vkp-server-symbolic";
    case VKP_KIND_SETUP_SCRIPT:
    case VKP_KIND_CLEANUP_SCRIPT:
    case VKP_KIND_ARCHIVE_SCRIPT:
        return "vkp-script-symbolic";
    default:
        return "vkp-process-symbolic";
    }
}

const char *vkp_columns_icon_name(const VkpRow *row)
{
    switch (row->kind) {
    case VKP_ROW_PROJECT:
        return "vkp-project-symbolic";
    case VKP_ROW_TASK:
        return "vkp-task-symbolic";
    case VKP_ROW_ATTEMPT:
        return "vkp-attempt-symbolic";
    case VKP_ROW_LEFTOVERS:
        return "vkp-leftover-symbolic";
    default:
        return row->member ? process_icon_name(&row->member->tie) : "vkp-process-symbolic";
    }
}

static gboolean is_leftover(const VkpRow *row)
{
    return row->kind == VKP_ROW_LEFTOVERS || (row->member && row->member->tie.leftover_reason);
}

static const VkpRow *row_at(GtkTreeModel *model, GtkTreeIter *iter)
{
    return vkp_tree_model_row(VKP_TREE_MODEL(model), iter);
}

static void render_icon(GtkTreeViewColumn *view_column G_GNUC_UNUSED, GtkCellRenderer *cell,
                        GtkTreeModel *model, GtkTreeIter *iter, gpointer user_data G_GNUC_UNUSED)
{
    const VkpRow *row = row_at(model, iter);
    vkp_icon_cell_set(VKP_ICON_CELL(cell), vkp_columns_icon_name(row), is_leftover(row));
}

/* "Alpha Shop (12)", what is beside it dimmed; a process that is no strong member in italics. */
static void render_name(GtkTreeViewColumn *view_column G_GNUC_UNUSED, GtkCellRenderer *cell,
                        GtkTreeModel *model, GtkTreeIter *iter, gpointer user_data G_GNUC_UNUSED)
{
    const VkpRow *row = row_at(model, iter);
    g_autofree char *count =
        row->member ? g_strdup("") : g_strdup_printf(" (%u)", row->totals.n_processes);
    g_autofree char *text =
        g_strconcat(row->label, count, row->detail ? "  " : NULL, row->detail, NULL);
    guint n_plain = (guint)(strlen(row->label) + strlen(count));
    vkp_text_cell_set(VKP_TEXT_CELL(cell), text,
                      (VkpTextStyle){.n_bold = row->kind == VKP_ROW_PROJECT ? n_plain : 0,
                                     .n_plain = n_plain,
                                     .ends_in_count = !row->member,
                                     .is_italic = row->member && vkp_member_is_weak(row->member),
                                     .is_colored = is_leftover(row)});
}

static void render_text(GtkTreeViewColumn *view_column G_GNUC_UNUSED, GtkCellRenderer *cell,
                        GtkTreeModel *model, GtkTreeIter *iter, gpointer user_data)
{
    const VkpColumn *column = user_data;
    const VkpRow *row = row_at(model, iter);
    g_autofree char *text = column->dup_text(row);
    gboolean is_colored = column->dup_text == dup_why && is_leftover(row);
    vkp_text_cell_set(VKP_TEXT_CELL(cell), text, (VkpTextStyle){.is_colored = is_colored});
}

static void render_activity(GtkTreeViewColumn *view_column G_GNUC_UNUSED, GtkCellRenderer *cell,
                            GtkTreeModel *model, GtkTreeIter *iter, gpointer user_data)
{
    vkp_activity_cell_set_row(VKP_ACTIVITY_CELL(cell), user_data, row_at(model, iter)->key);
}

static void pack_name(GtkTreeViewColumn *view_column)
{
    GtkCellRenderer *icon = vkp_icon_cell_new();
    gtk_tree_view_column_pack_start(view_column, icon, FALSE);
    gtk_tree_view_column_set_cell_data_func(view_column, icon, render_icon, NULL, NULL);
    GtkCellRenderer *text = vkp_text_cell_new(0, PANGO_ELLIPSIZE_END);
    gtk_tree_view_column_pack_start(view_column, text, TRUE);
    gtk_tree_view_column_set_cell_data_func(view_column, text, render_name, NULL, NULL);
}

static void pack_text(GtkTreeViewColumn *view_column, const VkpColumn *column)
{
    gboolean is_path = column->dup_text == dup_folder;
    GtkCellRenderer *cell =
        vkp_text_cell_new(column->xalign, is_path ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
    g_object_set(cell, "xpad", 6, NULL);
    gtk_tree_view_column_pack_start(view_column, cell, TRUE);
    gtk_tree_view_column_set_cell_data_func(view_column, cell, render_text, (gpointer)column, NULL);
}

static void pack_activity(GtkTreeViewColumn *view_column, const VkpHistory *history)
{
    GtkCellRenderer *cell = vkp_activity_cell_new();
    gtk_tree_view_column_pack_start(view_column, cell, TRUE);
    gtk_tree_view_column_set_cell_data_func(view_column, cell, render_activity, (gpointer)history,
                                            NULL);
}

/* Characters to pixels of the widget's font, so that large text gets large columns. */
static gint pixels_of(GtkWidget *widget, gint characters)
{
    PangoContext *context = gtk_widget_get_pango_context(widget);
    PangoFontMetrics *metrics = pango_context_get_metrics(context, NULL, NULL);
    gint width = MAX(pango_font_metrics_get_approximate_char_width(metrics),
                     pango_font_metrics_get_approximate_digit_width(metrics));
    pango_font_metrics_unref(metrics);
    return PANGO_PIXELS_CEIL(width * characters) + 12;
}

GtkTreeViewColumn *vkp_columns_build(const VkpColumn *column, GtkWidget *tree,
                                     const VkpHistory *history)
{
    GtkTreeViewColumn *view_column = gtk_tree_view_column_new();
    gtk_tree_view_column_set_title(view_column, _(column->title));
    gtk_tree_view_column_set_sizing(view_column, GTK_TREE_VIEW_COLUMN_FIXED);
    gtk_tree_view_column_set_fixed_width(view_column, pixels_of(tree, column->width));
    gtk_tree_view_column_set_min_width(view_column, pixels_of(tree, 4));
    gtk_tree_view_column_set_resizable(view_column, TRUE);
    gtk_tree_view_column_set_clickable(view_column, column->is_sortable);
    gtk_tree_view_column_set_alignment(view_column, column->xalign);
    g_object_set_data(G_OBJECT(view_column), "vkp-column", (gpointer)column);
    if (column->dup_text)
        pack_text(view_column, column);
    else if (column->is_sortable)
        pack_name(view_column);
    else
        pack_activity(view_column, history);
    return view_column;
}

const VkpColumn *vkp_columns_of(GtkTreeViewColumn *view_column)
{
    return g_object_get_data(G_OBJECT(view_column), "vkp-column");
}
