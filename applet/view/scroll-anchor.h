/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Holds a tree view of VkpTreeModel still while its model changes: GtkTreeView keeps its distance
 * from the top, so that rows which come or go above push away what is looked at. */
typedef struct VkpScrollAnchor VkpScrollAnchor;

/* Remembers the rows in sight. NULL when the view is at its top. */
VkpScrollAnchor *vkp_scroll_anchor_take(GtkTreeView *tree);

/* Scrolls so that the first of them that is still there is where it was, and frees the anchor,
 * which may be NULL. */
void vkp_scroll_anchor_apply(VkpScrollAnchor *anchor);

void vkp_scroll_anchor_free(VkpScrollAnchor *anchor); /* takes NULL */
