/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Keeps a tree of VkpTreeModel expanded, except the rows that a person collapsed: these are
 * remembered by their keys, even while a filter hides them, as GtkTreeView forgets rows that are
 * removed. */
typedef struct VkpExpansion VkpExpansion;

/* `tree` is borrowed, has its model already, and frees the expansion before it goes. */
VkpExpansion *vkp_expansion_new(GtkTreeView *tree);
void vkp_expansion_free(VkpExpansion *expansion); /* takes NULL */

/* While `expand_all`, everything is expanded and nothing is remembered; leaving that state
 * collapses again what was collapsed before. */
void vkp_expansion_set_expand_all(VkpExpansion *expansion, gboolean expand_all);
