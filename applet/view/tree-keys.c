/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/tree-keys.h"

#include <gdk/gdkkeysyms.h>

static GtkTreePath *dup_selected(GtkTreeView *tree)
{
    GtkTreeModel *model;
    GtkTreeIter iter;
    if (!gtk_tree_selection_get_selected(gtk_tree_view_get_selection(tree), &model, &iter))
        return NULL;
    return gtk_tree_model_get_path(model, &iter);
}

/* GTK 3 expands and collapses by Shift and arrows or + and -, but not by arrows alone. Right to
 * left they swap. */
static gboolean on_arrow(GtkTreeView *tree, gboolean forward)
{
    g_autoptr(GtkTreePath) path = dup_selected(tree);
    if (!path)
        return GDK_EVENT_PROPAGATE;
    gboolean is_expanded = gtk_tree_view_row_expanded(tree, path);
    if (forward && !is_expanded) {
        gtk_tree_view_expand_row(tree, path, FALSE);
    } else if (forward) {
        gtk_tree_path_down(path);
        gtk_tree_view_set_cursor(tree, path, NULL, FALSE);
    } else if (is_expanded) {
        gtk_tree_view_collapse_row(tree, path);
    } else if (gtk_tree_path_get_depth(path) > 1) {
        gtk_tree_path_up(path);
        gtk_tree_view_set_cursor(tree, path, NULL, FALSE);
    }
    return GDK_EVENT_STOP;
}

/* Without a cursor no arrow moves. It starts where something is selected, and goes on from there;
 * where nothing is, the key selects the row at which it starts. */
static gboolean start_cursor(GtkTreeView *tree, gboolean at_first)
{
    g_autoptr(GtkTreePath) selected = dup_selected(tree);
    g_autoptr(GtkTreePath) cursor = NULL;
    gtk_tree_view_get_cursor(tree, &cursor, NULL);
    if (selected && !cursor)
        gtk_tree_view_set_cursor(tree, selected, NULL, FALSE);
    if (selected || gtk_tree_model_iter_n_children(gtk_tree_view_get_model(tree), NULL) == 0)
        return GDK_EVENT_PROPAGATE;
    g_autoptr(GtkTreePath) first = gtk_tree_path_new_first();
    gtk_tree_view_set_cursor(tree, cursor && !at_first ? cursor : first, NULL, FALSE);
    return GDK_EVENT_STOP;
}

/* GTK finds no way to either end without a cursor, and complains. */
static gboolean needs_cursor(guint key, gboolean is_modified)
{
    gboolean is_home = key == GDK_KEY_Home || key == GDK_KEY_KP_Home;
    return key == GDK_KEY_End || key == GDK_KEY_KP_End || (is_home && is_modified);
}

gboolean vkp_tree_keys_handle(GtkTreeView *tree, const GdkEventKey *event)
{
    gboolean is_modified = (event->state & gtk_accelerator_get_default_mod_mask()) != 0;
    if (needs_cursor(event->keyval, is_modified))
        (void)start_cursor(tree, FALSE);
    if (is_modified)
        return GDK_EVENT_PROPAGATE;
    gboolean is_rtl = gtk_widget_get_direction(GTK_WIDGET(tree)) == GTK_TEXT_DIR_RTL;
    switch (event->keyval) {
    case GDK_KEY_Right:
    case GDK_KEY_KP_Right:
        return on_arrow(tree, !is_rtl);
    case GDK_KEY_Left:
    case GDK_KEY_KP_Left:
        return on_arrow(tree, is_rtl);
    case GDK_KEY_Home:
    case GDK_KEY_KP_Home:
        return start_cursor(tree, TRUE);
    case GDK_KEY_Down:
    case GDK_KEY_KP_Down:
    case GDK_KEY_Up:
    case GDK_KEY_KP_Up:
    case GDK_KEY_Page_Down:
    case GDK_KEY_KP_Page_Down:
    case GDK_KEY_Page_Up:
    case GDK_KEY_KP_Page_Up:
        return start_cursor(tree, FALSE);
    default:
        return GDK_EVENT_PROPAGATE;
    }
}
