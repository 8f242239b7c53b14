/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "common/view/order.h"
#include "common/view/rows.h"

/* The nodes of VkpTreeModel; they emit no signals. Each node has its index among its siblings, so
 * that to make a path takes as many steps as it is deep: with GtkTreeStore, 2,000 changed siblings
 * take two million steps through a list. */
typedef struct VkpTreeNode VkpTreeNode;
struct VkpTreeNode {
    const VkpRow *row; /* borrowed */
    VkpTreeNode *parent;
    guint index;         /* in parent->children */
    GPtrArray *children; /* of VkpTreeNode, owned */
};

VkpTreeNode *vkp_tree_node_new(const VkpRow *row);
void vkp_tree_node_free(VkpTreeNode *node);

VkpTreeNode *vkp_tree_node_at(const VkpTreeNode *parent, guint index);
VkpTreeNode *vkp_tree_node_lookup_child(const VkpTreeNode *parent, const char *key); /* or NULL */
GtkTreePath *vkp_tree_node_path(const VkpTreeNode *node);

VkpTreeNode *vkp_tree_node_insert(VkpTreeNode *parent, guint index, const VkpRow *row);

/* Frees it. */
void vkp_tree_node_remove(VkpTreeNode *node);

/* Sorts the children. Returns the former index of each, or NULL when they were sorted already. */
gint *vkp_tree_node_sort(VkpTreeNode *parent, const VkpOrder *order);

/* The visible rows below `row` that `parent` has no children for, sorted. */
GPtrArray *vkp_tree_node_find_missing(const VkpTreeNode *parent, const VkpRow *row,
                                      const VkpOrder *order);
