/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* What GtkTreeView lacks of the keys that everybody tries first: arrows that collapse and expand,
 * and a first step from a list in which nothing is selected. Returns whether the key was used. */
gboolean vkp_tree_keys_handle(GtkTreeView *tree, const GdkEventKey *event);
