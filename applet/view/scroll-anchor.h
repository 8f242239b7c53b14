/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Keeps the visible rows of a tree view of VkpTreeModel in place while its model changes:
 * GtkTreeView keeps the distance from the top, so that rows inserted or removed above would move
 * them. */
typedef struct VkpScrollAnchor VkpScrollAnchor;

/* Remembers the visible rows. NULL when the view is scrolled to its top. */
VkpScrollAnchor *vkp_scroll_anchor_take(GtkTreeView *tree);

/* Scrolls so that the first of these rows that still exists is where it was, and frees the anchor,
 * which may be NULL. */
void vkp_scroll_anchor_apply(VkpScrollAnchor *anchor);

void vkp_scroll_anchor_free(VkpScrollAnchor *anchor); /* takes NULL */
