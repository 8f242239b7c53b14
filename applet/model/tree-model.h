/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "common/view/order.h"
#include "common/view/rows.h"

/* The visible rows as a GtkTreeModel. Updates happen in place, row by row, keyed by VkpRow.key: a
 * row that is still there keeps its node, so that references, selection, expansion and scroll of
 * every view on it survive. */
#define VKP_TYPE_TREE_MODEL (vkp_tree_model_get_type())
G_DECLARE_FINAL_TYPE(VkpTreeModel, vkp_tree_model, VKP, TREE_MODEL, GObject)

enum {
    VKP_TREE_COLUMN_ROW, /* G_TYPE_POINTER, const VkpRow, valid until the next update */
    VKP_TREE_N_COLUMNS,
};

VkpTreeModel *vkp_tree_model_new(void);

/* Updates the model to the visible rows of `rows`. New rows are inserted among their siblings by
 * `order`; those that are there already are sorted by it only if `may_move`. */
void vkp_tree_model_update(VkpTreeModel *model, VkpRows *rows, const VkpOrder *order,
                           gboolean may_move);

/* The row at `iter`; borrowed until the next update. */
const VkpRow *vkp_tree_model_row(VkpTreeModel *model, GtkTreeIter *iter);

/* Finds the row of that key. FALSE when it is not there. */
gboolean vkp_tree_model_lookup(VkpTreeModel *model, const char *key, GtkTreeIter *iter);
