/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/tree-model.h"

/* Each node knows its place among its siblings, so that paths cost their depth and not the number
 * of rows: with GtkTreeStore 2,000 changed siblings mean two million steps through a list. */
typedef struct Node Node;
struct Node {
    const VkpRow *row; /* borrowed from `rows` of the model */
    Node *parent;
    guint index;         /* in parent->children */
    GPtrArray *children; /* of Node, owned */
};

struct _VkpTreeModel {
    GObject parent;
    gint stamp;
    Node *root; /* row NULL until the first update */
    VkpRows *rows;
};

static void vkp_tree_model_interface_init(GtkTreeModelIface *interface);

G_DEFINE_FINAL_TYPE_WITH_CODE(VkpTreeModel, vkp_tree_model, G_TYPE_OBJECT,
                              G_IMPLEMENT_INTERFACE(GTK_TYPE_TREE_MODEL,
                                                    vkp_tree_model_interface_init))

static void node_free(gpointer data)
{
    Node *node = data;
    g_ptr_array_unref(node->children);
    g_free(node);
}

static Node *node_new(const VkpRow *row)
{
    Node *node = g_new0(Node, 1);
    node->row = row;
    node->children = g_ptr_array_new_with_free_func(node_free);
    return node;
}

static void renumber(GPtrArray *nodes, guint from)
{
    for (guint i = from; i < nodes->len; i++)
        ((Node *)g_ptr_array_index(nodes, i))->index = i;
}

static void iter_set(VkpTreeModel *self, GtkTreeIter *iter, Node *node)
{
    *iter = (GtkTreeIter){.stamp = self->stamp, .user_data = node};
}

static GtkTreePath *path_of(const Node *node)
{
    GtkTreePath *path = gtk_tree_path_new();
    for (; node->parent; node = node->parent)
        gtk_tree_path_prepend_index(path, (gint)node->index);
    return path;
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

static gboolean set_child(VkpTreeModel *self, GtkTreeIter *iter, const Node *parent, gint index)
{
    if (index < 0 || (guint)index >= parent->children->len) {
        iter->stamp = 0;
        return FALSE;
    }
    iter_set(self, iter, g_ptr_array_index(parent->children, index));
    return TRUE;
}

static gboolean get_iter(GtkTreeModel *model, GtkTreeIter *iter, GtkTreePath *path)
{
    VkpTreeModel *self = VKP_TREE_MODEL(model);
    gint depth = 0;
    const gint *indices = gtk_tree_path_get_indices_with_depth(path, &depth);
    const Node *node = self->root;
    for (gint i = 0; i < depth; i++) {
        if (!set_child(self, iter, node, indices[i]))
            return FALSE;
        node = iter->user_data;
    }
    return depth > 0;
}

static Node *node_at(GtkTreeModel *model, GtkTreeIter *iter)
{
    VkpTreeModel *self = VKP_TREE_MODEL(model);
    g_return_val_if_fail(!iter || iter->stamp == self->stamp, self->root);
    return iter ? iter->user_data : self->root;
}

static GtkTreePath *get_path(GtkTreeModel *model, GtkTreeIter *iter)
{
    return path_of(node_at(model, iter));
}

static void get_value(GtkTreeModel *model, GtkTreeIter *iter, gint column, GValue *value)
{
    g_value_init(value, get_column_type(model, column));
    g_value_set_pointer(value, (gpointer)node_at(model, iter)->row);
}

static gboolean iter_step(GtkTreeModel *model, GtkTreeIter *iter, gint step)
{
    const Node *node = node_at(model, iter);
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
    Node *parent = node_at(model, child)->parent;
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

static void emit_child_toggled(VkpTreeModel *self, Node *node)
{
    if (!node->parent)
        return;
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = path_of(node);
    gtk_tree_model_row_has_child_toggled(GTK_TREE_MODEL(self), path, &iter);
}

static void remove_node(VkpTreeModel *self, Node *node)
{
    Node *parent = node->parent;
    g_autoptr(GtkTreePath) path = path_of(node);
    guint index = node->index;
    g_ptr_array_remove_index(parent->children, index);
    renumber(parent->children, index);
    gtk_tree_model_row_deleted(GTK_TREE_MODEL(self), path);
    if (parent->children->len == 0)
        emit_child_toggled(self, parent);
}

static Node *append_node(VkpTreeModel *self, Node *parent, const VkpRow *row)
{
    Node *node = node_new(row);
    node->parent = parent;
    node->index = parent->children->len;
    g_ptr_array_add(parent->children, node);
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = path_of(node);
    gtk_tree_model_row_inserted(GTK_TREE_MODEL(self), path, &iter);
    if (parent->children->len == 1)
        emit_child_toggled(self, parent);
    return node;
}

static void replace_row(VkpTreeModel *self, Node *node, const VkpRow *row)
{
    gboolean differs = vkp_row_differs(node->row, row);
    node->row = row;
    if (!differs)
        return;
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = path_of(node);
    gtk_tree_model_row_changed(GTK_TREE_MODEL(self), path, &iter);
}

static int compare_nodes(gconstpointer a, gconstpointer b, gpointer user_data)
{
    const Node *left = *(Node *const *)a;
    const Node *right = *(Node *const *)b;
    return vkp_row_compare(left->row, right->row, user_data);
}

static gboolean is_sorted(const GPtrArray *nodes, const VkpOrder *order)
{
    for (guint i = 1; i < nodes->len; i++) {
        const Node *left = g_ptr_array_index(nodes, i - 1);
        const Node *right = g_ptr_array_index(nodes, i);
        if (vkp_row_compare(left->row, right->row, order) > 0)
            return FALSE;
    }
    return TRUE;
}

static void sort_children(VkpTreeModel *self, Node *node, const VkpOrder *order)
{
    GPtrArray *children = node->children;
    if (is_sorted(children, order))
        return;
    g_ptr_array_sort_with_data(children, compare_nodes, (gpointer)order);
    g_autofree gint *old_indices = g_new(gint, children->len);
    for (guint i = 0; i < children->len; i++)
        old_indices[i] = (gint)((Node *)g_ptr_array_index(children, i))->index;
    renumber(children, 0);
    GtkTreeIter iter;
    iter_set(self, &iter, node);
    g_autoptr(GtkTreePath) path = path_of(node);
    gtk_tree_model_rows_reordered(GTK_TREE_MODEL(self), path, node->parent ? &iter : NULL,
                                  old_indices);
}

/* What stands now for the node, if it still belongs below `row`. */
static const VkpRow *find_fresh(VkpTreeModel *self, const Node *node, const VkpRow *row)
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

static void append_missing(VkpTreeModel *self, Node *node, const VkpRow *row)
{
    g_autoptr(GHashTable) present = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < node->children->len; i++)
        g_hash_table_add(present, ((Node *)g_ptr_array_index(node->children, i))->row->key);
    for (guint i = 0; i < row->children->len; i++) {
        const VkpRow *fresh = g_ptr_array_index(row->children, i);
        if (fresh->is_visible && !g_hash_table_contains(present, fresh->key))
            append_node(self, node, fresh);
    }
}

static void sync_children(VkpTreeModel *self, Node *node, const VkpRow *row, const VkpOrder *order)
{
    for (guint i = node->children->len; i > 0; i--) {
        Node *child = g_ptr_array_index(node->children, i - 1);
        const VkpRow *fresh = find_fresh(self, child, row);
        if (fresh)
            replace_row(self, child, fresh);
        else
            remove_node(self, child);
    }
    if (node->children->len < count_visible(row))
        append_missing(self, node, row);
    if (order)
        sort_children(self, node, order);
    for (guint i = 0; i < node->children->len; i++) {
        Node *child = g_ptr_array_index(node->children, i);
        sync_children(self, child, child->row, order);
    }
}

void vkp_tree_model_update(VkpTreeModel *self, VkpRows *rows, const VkpOrder *order)
{
    g_return_if_fail(VKP_IS_TREE_MODEL(self));
    /* Rows of before stay until no node points to them any more. */
    VkpRows *before = self->rows;
    self->rows = vkp_rows_ref(rows);
    sync_children(self, self->root, vkp_rows_root(rows), order);
    vkp_rows_unref(before);
}

const VkpRow *vkp_tree_model_row(VkpTreeModel *self, GtkTreeIter *iter)
{
    return node_at(GTK_TREE_MODEL(self), iter)->row;
}

static Node *find_child(const Node *parent, const char *key)
{
    for (guint i = 0; i < parent->children->len; i++) {
        Node *child = g_ptr_array_index(parent->children, i);
        if (g_str_equal(child->row->key, key))
            return child;
    }
    return NULL;
}

/* Walks down along the row's own ancestors. */
static Node *find_node(VkpTreeModel *self, const VkpRow *row)
{
    if (!row->parent)
        return self->root;
    const Node *parent = find_node(self, row->parent);
    return parent ? find_child(parent, row->key) : NULL;
}

gboolean vkp_tree_model_lookup(VkpTreeModel *self, const char *key, GtkTreeIter *iter)
{
    const VkpRow *row = self->rows ? vkp_rows_lookup(self->rows, key) : NULL;
    Node *node = row && row->is_visible ? find_node(self, row) : NULL;
    if (!node || node == self->root)
        return FALSE;
    iter_set(self, iter, node);
    return TRUE;
}

static void vkp_tree_model_finalize(GObject *object)
{
    VkpTreeModel *self = VKP_TREE_MODEL(object);
    node_free(self->root);
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
    self->root = node_new(NULL);
}

VkpTreeModel *vkp_tree_model_new(void)
{
    return g_object_new(VKP_TYPE_TREE_MODEL, NULL);
}
