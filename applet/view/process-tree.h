/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/settings.h"
#include "common/view/history.h"
#include "common/view/rows.h"

/* The list. Keeps selection, expansion and scroll by the rows' keys, its columns by the settings.
 *
 * Signals:
 *   "row-selected"    another row is selected, or the selected one changed
 *   "menu-requested"  (GdkEvent *event) a context menu for the selected row, event NULL for keys
 *   "columns-requested" (GtkWidget *header, GdkEvent *event) a menu to choose columns from
 *   "kill-requested"  (gboolean force) Delete was pressed
 *   "order-changed"   a person chose another order: update soon */
#define VKP_TYPE_PROCESS_TREE (vkp_process_tree_get_type())
G_DECLARE_FINAL_TYPE(VkpProcessTree, vkp_process_tree, VKP, PROCESS_TREE, GtkTreeView)

/* `history` is borrowed and outlives the tree. */
VkpProcessTree *vkp_process_tree_new(VkpSettings *settings, const VkpHistory *history);

/* How rows are to be shown. */
typedef struct {
    gboolean is_searching; /* all is expanded; what a person had collapsed and scrolled to comes
                            * back when it ends */
    gboolean is_covered;   /* a menu or a dialog stands on the list: rows do not move */
} VkpTreeMode;

/* Shows these rows and emits "row-selected". They are not sorted anew while the list is covered or
 * the pointer stands on it. */
void vkp_process_tree_update(VkpProcessTree *tree, VkpRows *rows, VkpTreeMode mode);

/* The selected row; borrowed until the next update. NULL: none. */
const VkpRow *vkp_process_tree_selected(VkpProcessTree *tree);

/* Where the selected row stands in the bin window, for a menu beside it. */
void vkp_process_tree_get_selected_area(VkpProcessTree *tree, GdkRectangle *area);
