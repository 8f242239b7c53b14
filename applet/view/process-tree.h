/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/settings.h"
#include "common/view/history.h"
#include "common/view/rows.h"

/* The list. Selection, expansion and scroll position are kept by the rows' keys, the columns in the
 * settings.
 *
 * Signals:
 *   "row-selected"    another row is selected, or the selected one changed
 *   "menu-requested"  (GdkEvent *event) a context menu for the selected row, event NULL for keys
 *   "columns-requested" (GtkWidget *header, GdkEvent *event) a menu to choose columns from
 *   "kill-requested"  (gboolean force) Delete was pressed
 *   "order-changed"   the person chose another order: update soon */
#define VKP_TYPE_PROCESS_TREE (vkp_process_tree_get_type())
G_DECLARE_FINAL_TYPE(VkpProcessTree, vkp_process_tree, VKP, PROCESS_TREE, GtkTreeView)

/* `history` is borrowed and outlives the tree. */
VkpProcessTree *vkp_process_tree_new(VkpSettings *settings, const VkpHistory *history);

/* How rows are to be shown. */
typedef struct {
    gboolean is_searching; /* all rows are expanded; collapsed rows and scroll position are restored
                            * when the search ends */
    gboolean is_covered;   /* a menu or a dialog is open over the list: rows are not moved */
} VkpTreeMode;

/* Shows these rows and emits "row-selected". They are not sorted again while the list is covered or
 * the pointer is over it. */
void vkp_process_tree_update(VkpProcessTree *tree, VkpRows *rows, VkpTreeMode mode);

/* The selected row; borrowed until the next update. NULL: none. */
const VkpRow *vkp_process_tree_selected(VkpProcessTree *tree);

/* The area of the selected row in the bin window, for a menu beside it. */
void vkp_process_tree_get_selected_area(VkpProcessTree *tree, GdkRectangle *area);
