/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/expansion.h"

#include "applet/model/tree-model.h"

struct VkpExpansion {
    GtkTreeView *tree;
    VkpTreeModel *model;
    GHashTable *collapsed; /* set of keys */
    gboolean expand_all;
    gboolean is_applying; /* it is us who collapse, not a person */
};

static const VkpRow *row_of(VkpExpansion *self, GtkTreeIter *iter)
{
    return vkp_tree_model_row(self->model, iter);
}

static gboolean wants_expanded(VkpExpansion *self, GtkTreeIter *iter)
{
    return self->expand_all || !g_hash_table_contains(self->collapsed, row_of(self, iter)->key);
}

static void on_row_collapsed(VkpExpansion *self, GtkTreeIter *iter, GtkTreePath *path G_GNUC_UNUSED)
{
    if (!self->is_applying && !self->expand_all)
        g_hash_table_add(self->collapsed, g_strdup(row_of(self, iter)->key));
}

/* GtkTreeView shows the children of a row that is expanded collapsed, whatever they were. */
static void on_row_expanded(VkpExpansion *self, GtkTreeIter *iter, GtkTreePath *path)
{
    if (!self->expand_all)
        g_hash_table_remove(self->collapsed, row_of(self, iter)->key);
    GtkTreeModel *model = GTK_TREE_MODEL(self->model);
    GtkTreeIter child;
    gboolean is_valid = gtk_tree_model_iter_children(model, &child, iter);
    g_autoptr(GtkTreePath) child_path = gtk_tree_path_copy(path);
    gtk_tree_path_down(child_path);
    for (; is_valid; is_valid = gtk_tree_model_iter_next(model, &child)) {
        if (gtk_tree_model_iter_has_child(model, &child) && wants_expanded(self, &child))
            gtk_tree_view_expand_row(self->tree, child_path, FALSE);
        gtk_tree_path_next(child_path);
    }
}

static void on_child_toggled(VkpExpansion *self, GtkTreePath *path, GtkTreeIter *iter)
{
    if (gtk_tree_model_iter_has_child(GTK_TREE_MODEL(self->model), iter) &&
        wants_expanded(self, iter))
        gtk_tree_view_expand_row(self->tree, path, FALSE);
}

VkpExpansion *vkp_expansion_new(GtkTreeView *tree)
{
    VkpExpansion *self = g_new0(VkpExpansion, 1);
    self->tree = tree;
    self->model = g_object_ref(VKP_TREE_MODEL(gtk_tree_view_get_model(tree)));
    self->collapsed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_signal_connect_swapped(tree, "row-collapsed", G_CALLBACK(on_row_collapsed), self);
    g_signal_connect_swapped(tree, "row-expanded", G_CALLBACK(on_row_expanded), self);
    /* After the view's own handler, which got the signal first because it was there first. */
    g_signal_connect_swapped(self->model, "row-has-child-toggled", G_CALLBACK(on_child_toggled),
                             self);
    return self;
}

void vkp_expansion_free(VkpExpansion *self)
{
    if (!self)
        return;
    g_signal_handlers_disconnect_by_data(self->tree, self);
    g_signal_handlers_disconnect_by_data(self->model, self);
    g_object_unref(self->model);
    g_hash_table_unref(self->collapsed);
    g_free(self);
}

static void collapse_again(VkpExpansion *self)
{
    GHashTableIter keys;
    gpointer key;
    self->is_applying = TRUE;
    g_hash_table_iter_init(&keys, self->collapsed);
    while (g_hash_table_iter_next(&keys, &key, NULL)) {
        GtkTreeIter iter;
        if (!vkp_tree_model_lookup(self->model, key, &iter))
            continue;
        g_autoptr(GtkTreePath) path = gtk_tree_model_get_path(GTK_TREE_MODEL(self->model), &iter);
        gtk_tree_view_collapse_row(self->tree, path);
    }
    self->is_applying = FALSE;
}

void vkp_expansion_set_expand_all(VkpExpansion *self, gboolean expand_all)
{
    if (self->expand_all == expand_all)
        return;
    self->expand_all = expand_all;
    if (expand_all)
        gtk_tree_view_expand_all(self->tree);
    else
        collapse_again(self);
}
