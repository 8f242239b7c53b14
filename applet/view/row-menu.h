/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/view/process-tree.h"

/* Opens the context menu of the selected row, for the actions of the window: at the pointer of
 * `event`, or beside the row if `event` is NULL. The caller destroys it; NULL when nothing is
 * selected. */
GtkWidget *vkp_row_menu_popup(VkpProcessTree *tree, GdkEvent *event);

/* The http URL of the row's first port, or NULL; the caller frees it. */
char *vkp_row_dup_url(const VkpRow *row);
