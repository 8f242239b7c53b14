/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/tree-node.h"

static void free_node(gpointer data)
{
    vkp_tree_node_free(data);
}

VkpTreeNode *vkp_tree_node_new(const VkpRow *row)
{
    VkpTreeNode *node = g_new0(VkpTreeNode, 1);
    node->row = row;
    node->children = g_ptr_array_new_with_free_func(free_node);
    return node;
}

void vkp_tree_node_free(VkpTreeNode *node)
{
    if (!node)
        return;
    g_ptr_array_unref(node->children);
    g_free(node);
}

VkpTreeNode *vkp_tree_node_at(const VkpTreeNode *parent, guint index)
{
    return g_ptr_array_index(parent->children, index);
}

VkpTreeNode *vkp_tree_node_lookup_child(const VkpTreeNode *parent, const char *key)
{
    for (guint i = 0; i < parent->children->len; i++) {
        VkpTreeNode *child = vkp_tree_node_at(parent, i);
        if (g_str_equal(child->row->key, key))
            return child;
    }
    return NULL;
}

GtkTreePath *vkp_tree_node_path(const VkpTreeNode *node)
{
    GtkTreePath *path = gtk_tree_path_new();
    for (; node->parent; node = node->parent)
        gtk_tree_path_prepend_index(path, (gint)node->index);
    return path;
}

static void renumber(VkpTreeNode *parent, guint from)
{
    for (guint i = from; i < parent->children->len; i++)
        vkp_tree_node_at(parent, i)->index = i;
}

VkpTreeNode *vkp_tree_node_insert(VkpTreeNode *parent, guint index, const VkpRow *row)
{
    VkpTreeNode *node = vkp_tree_node_new(row);
    node->parent = parent;
    g_ptr_array_insert(parent->children, (gint)index, node);
    renumber(parent, index);
    return node;
}

void vkp_tree_node_remove(VkpTreeNode *node)
{
    VkpTreeNode *parent = node->parent;
    guint index = node->index;
    g_ptr_array_remove_index(parent->children, index);
    renumber(parent, index);
}

static int compare_nodes(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const VkpTreeNode *left = *(VkpTreeNode *const *)a;
    const VkpTreeNode *right = *(VkpTreeNode *const *)b;
    return vkp_row_compare(left->row, right->row, user_data);
}

static gboolean is_sorted(const VkpTreeNode *parent, const VkpOrder *order)
{
    for (guint i = 1; i < parent->children->len; i++)
        if (vkp_row_compare(vkp_tree_node_at(parent, i - 1)->row, vkp_tree_node_at(parent, i)->row,
                            order) > 0)
            return FALSE;
    return TRUE;
}

gint *vkp_tree_node_sort(VkpTreeNode *parent, const VkpOrder *order)
{
    if (is_sorted(parent, order))
        return NULL;
    g_ptr_array_sort_with_data(parent->children, compare_nodes, (gpointer)order);
    gint *old_indices = g_new(gint, parent->children->len);
    for (guint i = 0; i < parent->children->len; i++)
        old_indices[i] = (gint)vkp_tree_node_at(parent, i)->index;
    renumber(parent, 0);
    return old_indices;
}

static int compare_rows(gconstpointer a, gconstpointer b, gpointer user_data)
{
    return vkp_row_compare(*(const VkpRow *const *)a, *(const VkpRow *const *)b, user_data);
}

GPtrArray *vkp_tree_node_find_missing(const VkpTreeNode *parent, const VkpRow *row,
                                      const VkpOrder *order)
{
    g_autoptr(GHashTable) present = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < parent->children->len; i++)
        g_hash_table_add(present, vkp_tree_node_at(parent, i)->row->key);
    GPtrArray *missing = g_ptr_array_new();
    for (guint i = 0; i < row->children->len; i++) {
        const VkpRow *child = g_ptr_array_index(row->children, i);
        if (child->is_visible && !g_hash_table_contains(present, child->key))
            g_ptr_array_add(missing, (gpointer)child);
    }
    g_ptr_array_sort_with_data(missing, compare_rows, (gpointer)order);
    return missing;
}
