/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Handles keys that GtkTreeView does not: left and right arrows that collapse and expand, and
 * arrows while no row is selected. Returns whether the key was used. */
gboolean vkp_tree_keys_handle(GtkTreeView *tree, const GdkEventKey *event);
