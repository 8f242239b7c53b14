/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/scroll-anchor.h"

#include "applet/model/tree-model.h"

struct VkpScrollAnchor {
    GtkTreeView *tree;
    GPtrArray *keys; /* of the rows in sight, from the top */
    GArray *places;  /* of gint: where each begins, in pixels below the upper edge */
};

static GtkAdjustment *adjustment_of(GtkTreeView *tree)
{
    return gtk_scrollable_get_vadjustment(GTK_SCROLLABLE(tree));
}

/* Where the row begins, in pixels below the upper edge of what is seen. */
static gint place_of(GtkTreeView *tree, GtkTreePath *path, gint *height)
{
    GdkRectangle area;
    gtk_tree_view_get_background_area(tree, path, NULL, &area);
    *height = area.height;
    return area.y;
}

/* Remembers the row at that place and returns where the next one begins; 0: there is no row. GTK
 * counts the first pixel of a row to the one before, hence the second. */
static gint note_row(VkpScrollAnchor *anchor, gint y)
{
    g_autoptr(GtkTreePath) path = NULL;
    if (!gtk_tree_view_get_path_at_pos(anchor->tree, 0, y + 1, &path, NULL, NULL, NULL))
        return 0;
    GtkTreeModel *model = gtk_tree_view_get_model(anchor->tree);
    GtkTreeIter iter;
    if (!gtk_tree_model_get_iter(model, &iter, path))
        return 0;
    gint height;
    gint place = place_of(anchor->tree, path, &height);
    const VkpRow *row = vkp_tree_model_row(VKP_TREE_MODEL(model), &iter);
    g_ptr_array_add(anchor->keys, g_strdup(row->key));
    g_array_append_val(anchor->places, place);
    return place + height > y ? place + height : 0;
}

VkpScrollAnchor *vkp_scroll_anchor_take(GtkTreeView *tree)
{
    GtkAdjustment *adjustment = adjustment_of(tree);
    if (!gtk_widget_get_realized(GTK_WIDGET(tree)) || gtk_adjustment_get_value(adjustment) <= 0)
        return NULL;
    VkpScrollAnchor *anchor = g_new0(VkpScrollAnchor, 1);
    anchor->tree = tree;
    anchor->keys = g_ptr_array_new_with_free_func(g_free);
    anchor->places = g_array_new(FALSE, FALSE, sizeof(gint));
    gint page = (gint)gtk_adjustment_get_page_size(adjustment);
    gint y = note_row(anchor, 0);
    while (y > 0 && y < page)
        y = note_row(anchor, y);
    return anchor;
}

static gboolean scroll_back(VkpScrollAnchor *anchor, guint index)
{
    GtkTreeModel *model = gtk_tree_view_get_model(anchor->tree);
    GtkTreeIter iter;
    if (!vkp_tree_model_lookup(VKP_TREE_MODEL(model), g_ptr_array_index(anchor->keys, index),
                               &iter))
        return FALSE;
    g_autoptr(GtkTreePath) path = gtk_tree_model_get_path(model, &iter);
    gint height;
    gint moved = place_of(anchor->tree, path, &height) - g_array_index(anchor->places, gint, index);
    if (height == 0)
        return FALSE; /* inside a collapsed row */
    GtkAdjustment *adjustment = adjustment_of(anchor->tree);
    double value = gtk_adjustment_get_value(adjustment) + moved;
    double end = value + gtk_adjustment_get_page_size(adjustment);
    /* The view tells its new height only when it is next laid out. */
    if (moved != 0 && gtk_adjustment_get_upper(adjustment) < end)
        gtk_adjustment_set_upper(adjustment, end);
    gtk_adjustment_set_value(adjustment, value);
    return TRUE;
}

void vkp_scroll_anchor_free(VkpScrollAnchor *anchor)
{
    if (!anchor)
        return;
    g_ptr_array_unref(anchor->keys);
    g_array_unref(anchor->places);
    g_free(anchor);
}

void vkp_scroll_anchor_apply(VkpScrollAnchor *anchor)
{
    for (guint i = 0; anchor && i < anchor->keys->len && !scroll_back(anchor, i); i++)
        continue;
    vkp_scroll_anchor_free(anchor);
}
