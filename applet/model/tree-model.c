/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/tree-model.h"

#include "applet/model/tree-node.h"

struct _VkpTreeModel {
    GObject parent;
    gint stamp;
    VkpTreeNode *root; /* row NULL until the first update */
    VkpRows *rows;
};

static void vkp_tree_model_interface_init(GtkTreeModelIface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(VkpTreeModel, vkp_tree_model, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(GTK_TYPE_TREE_MODEL,
                                                    vkp_tree_model_interface_init))

static void iter_set(VkpTreeModel *self, GtkTreeIter *iter, VkpTreeNode *node)
{
    *iter = (GtkTreeIter){.stamp = self->stamp, .user_data = node};
}

/* The interface. */

static GtkTreeModelFlags get_flags(GtkTreeModel *model G_GNUC_UNUSED)
{
    return GTK_TREE_MODEL_ITERS_PERSIST;
}

static gint get_n_columns(GtkTreeModel *model G_GNUC_UNUSED)
{
    return VKP_TREE_N_COLUMNS;
}

static GType get_column_type(GtkTreeModel *model G_GNUC_UNUSED, gint column G_GNUC_UNUSED)
{
    return G_TYPE_POINTER;
}

static gboolean set_child(VkpTreeModel *self, GtkTreeIter *iter, const VkpTreeNode *parent,
                          gint index)
{
    if (index < 0 || (guint)index >= parent->children->len) {
        iter->stamp = 0;
        return FALSE;
    }
    iter_set(self, iter, vkp_tree_node_at(parent, (guint)index));
    return TRUE;
}

static gboolean get_iter(GtkTreeModel *model, GtkTreeIter *iter, GtkTreePath *path)
{
    VkpTreeModel *self = VKP_TREE_MODEL(model);
    gint depth = 0;
    const gint *indices = gtk_tree_path_get_indices_with_depth(path, &depth);
    const VkpTreeNode *node = self->root;
    for (gint i = 0; i < depth; i++) {
        if (!set_child(self, iter, node, indices[i]))
            return FALSE;
        node = iter->user_data;
    }
    return depth > 0;
}

static VkpTreeNode *node_at(GtkTreeModel *model, GtkTreeIter *iter)
{
    VkpTreeModel *self = VKP_TREE_MODEL(model);
    g_return_val_if_fail(!iter || iter->stamp == self->stamp, self->root);
    return iter ? iter->user_data : self->root;
}

static GtkTreePath *get_path(GtkTreeModel *model, GtkTreeIter *iter)
{
    return vkp_tree_node_path(node_at(model, iter));
}

static void get_value(GtkTreeModel *model, GtkTreeIter *iter, gint column, GValue *value)
{
    g_value_init(value, get_column_type(model, column));
    g_value_set_pointer(value, (gpointer)node_at(model, iter)->row);
}

static gboolean iter_step(GtkTreeModel *model, GtkTreeIter *iter, gint step)
{
    const VkpTreeNode *node = node_at(model, iter);
    return set_child(VKP_TREE_MODEL(model), iter, node->parent, (gint)node->index + step);
}

static gboolean iter_next(GtkTreeModel *model, GtkTreeIter *iter)
{
    return iter_step(model, iter, 1);
}

static gboolean iter_previous(GtkTreeModel *model, GtkTreeIter *iter)
{
    return iter_step(model, iter, -1);
}

static gint iter_n_children(GtkTreeModel *model, GtkTreeIter *iter)
{
    return (gint)node_at(model, iter)->children->len;
}

static gboolean iter_has_child(GtkTreeModel *model, GtkTreeIter *iter)
{
    return iter_n_children(model, iter) > 0;
}

static gboolean iter_nth_child(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent, gint n)
{
    return set_child(VKP_TREE_MODEL(model), iter, node_at(model, parent), n);
}

static gboolean iter_children(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *parent)
{
    return iter_nth_child(model, iter, parent, 0);
}

static gboolean iter_parent(GtkTreeModel *model, GtkTreeIter *iter, GtkTreeIter *child)
{
    VkpTreeModel *self = VKP_TREE_MODEL(model);
    VkpTreeNode *parent = node_at(model, child)->parent;
    if (!parent || parent == self->root) {
        iter->stamp = 0;
        return FALSE;
    }
    iter_set(self, iter, parent);
    return TRUE;
}

static void vkp_tree_model_interface_init(GtkTreeModelIface *interface)
{
    interface->get_flags = get_flags;
    interface->get_n_columns = get_n_columns;
    interface->get_column_type = get_column_type;
    interface->get_iter = get_iter;
    interface->get_path = get_path;
    interface->get_value = get_value;
    interface->iter_next = iter_next;
    interface->iter_previous = iter_previous;
    interface->iter_children = iter_children;
    interface->iter_has_child = iter_has_child;
    interface->iter_n_children = iter_n_children;
    interface->iter_nth_child = iter_nth_child;
    interface->iter_parent = iter_parent;
}

/* Updates. Each signal is emitted with the model in exactly the state that it tells of. */

static void emit_child_toggled(VkpTreeModel *self, VkpTreeNode *node)
{
    if (!node->parent)
        return;
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = vkp_tree_node_path(node);
    gtk_tree_model_row_has_child_toggled(GTK_TREE_MODEL(self), path, &iter);
}

static void remove_node(VkpTreeModel *self, VkpTreeNode *node)
{
    VkpTreeNode *parent = node->parent;
    g_autoptr(GtkTreePath) path = vkp_tree_node_path(node);
    vkp_tree_node_remove(node);
    gtk_tree_model_row_deleted(GTK_TREE_MODEL(self), path);
    if (parent->children->len == 0)
        emit_child_toggled(self, parent);
}

static void insert_node(VkpTreeModel *self, VkpTreeNode *parent, guint index, const VkpRow *row)
{
    VkpTreeNode *node = vkp_tree_node_insert(parent, index, row);
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = vkp_tree_node_path(node);
    gtk_tree_model_row_inserted(GTK_TREE_MODEL(self), path, &iter);
    if (parent->children->len == 1)
        emit_child_toggled(self, parent);
}

static void replace_row(VkpTreeModel *self, VkpTreeNode *node, const VkpRow *row)
{
    gboolean differs = vkp_row_differs(node->row, row);
    node->row = row;
    if (!differs)
        return;
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = vkp_tree_node_path(node);
    gtk_tree_model_row_changed(GTK_TREE_MODEL(self), path, &iter);
}

static void sort_children(VkpTreeModel *self, VkpTreeNode *node, const VkpOrder *order)
{
    g_autofree gint *old_indices = vkp_tree_node_sort(node, order);
    if (!old_indices)
        return;
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = vkp_tree_node_path(node);
    gtk_tree_model_rows_reordered(GTK_TREE_MODEL(self), path, node->parent ? &iter : NULL,
                                  old_indices);
}

/* What stands now for the node, if it still belongs below `row`. */
static const VkpRow *find_fresh(VkpTreeModel *self, const VkpTreeNode *node, const VkpRow *row)
{
    const VkpRow *fresh = vkp_rows_lookup(self->rows, node->row->key);
    return fresh && fresh->is_visible && fresh->parent == row ? fresh : NULL;
}

static guint count_visible(const VkpRow *row)
{
    guint n = 0;
    for (guint i = 0; i < row->children->len; i++)
        n += ((const VkpRow *)g_ptr_array_index(row->children, i))->is_visible ? 1 : 0;
    return n;
}

/* Each before the first that comes after it. */
static void insert_missing(VkpTreeModel *self, VkpTreeNode *node, const VkpRow *row,
                           const VkpOrder *order)
{
    g_autoptr(GPtrArray) missing = vkp_tree_node_find_missing(node, row, order);
    guint at = 0;
    for (guint i = 0; i < missing->len; i++) {
        const VkpRow *fresh = g_ptr_array_index(missing, i);
        while (at < node->children->len &&
               vkp_row_compare(vkp_tree_node_at(node, at)->row, fresh, order) < 0)
            at++;
        insert_node(self, node, at, fresh);
    }
}

static void sync_children(VkpTreeModel *self, VkpTreeNode *node, const VkpRow *row,
                          const VkpOrder *order, gboolean may_move)
{
    for (guint i = node->children->len; i > 0; i--) {
        VkpTreeNode *child = vkp_tree_node_at(node, i - 1);
        const VkpRow *fresh = find_fresh(self, child, row);
        if (fresh)
            replace_row(self, child, fresh);
        else
            remove_node(self, child);
    }
    if (may_move)
        sort_children(self, node, order);
    if (node->children->len < count_visible(row))
        insert_missing(self, node, row, order);
    for (guint i = 0; i < node->children->len; i++) {
        VkpTreeNode *child = vkp_tree_node_at(node, i);
        sync_children(self, child, child->row, order, may_move);
    }
}

void vkp_tree_model_update(VkpTreeModel *self, VkpRows *rows, const VkpOrder *order,
                           gboolean may_move)
{
    g_return_if_fail(VKP_IS_TREE_MODEL(self));
    /* Rows of before stay until no node points to them any more. */
    VkpRows *before = self->rows;
    self->rows = vkp_rows_ref(rows);
    sync_children(self, self->root, vkp_rows_root(rows), order, may_move);
    vkp_rows_unref(before);
}

const VkpRow *vkp_tree_model_row(VkpTreeModel *self, GtkTreeIter *iter)
{
    return node_at(GTK_TREE_MODEL(self), iter)->row;
}

/* Walks down along the row's own ancestors. */
static VkpTreeNode *find_node(VkpTreeModel *self, const VkpRow *row)
{
    if (!row->parent)
        return self->root;
    const VkpTreeNode *parent = find_node(self, row->parent);
    return parent ? vkp_tree_node_lookup_child(parent, row->key) : NULL;
}

gboolean vkp_tree_model_lookup(VkpTreeModel *self, const char *key, GtkTreeIter *iter)
{
    const VkpRow *row = self->rows ? vkp_rows_lookup(self->rows, key) : NULL;
    VkpTreeNode *node = row && row->is_visible ? find_node(self, row) : NULL;
    if (!node || node == self->root)
        return FALSE;
    iter_set(self, iter, node);
    return TRUE;
}

static void vkp_tree_model_finalize(GObject *object)
{
    VkpTreeModel *self = VKP_TREE_MODEL(object);
    vkp_tree_node_free(self->root);
    vkp_rows_unref(self->rows);
    G_OBJECT_CLASS(vkp_tree_model_parent_class)->finalize(object);
}

static void vkp_tree_model_class_init(VkpTreeModelClass *class)
{
    G_OBJECT_CLASS(class)->finalize = vkp_tree_model_finalize;
}

static void vkp_tree_model_init(VkpTreeModel *self)
{
    self->stamp = (gint)g_random_int_range(1, G_MAXINT32);
    self->root = vkp_tree_node_new(NULL);
}

VkpTreeModel *vkp_tree_model_new(void)
{
    return g_object_new(VKP_TYPE_TREE_MODEL, NULL);
}
