/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Draws one of our symbolic icons in the text's colour. GtkCellRendererPixbuf goes through the icon
 * theme at every draw, which takes longer than all the rest of a row; this one keeps the shapes. */
#define VKP_TYPE_ICON_CELL (vkp_icon_cell_get_type())
G_DECLARE_FINAL_TYPE(VkpIconCell, vkp_icon_cell, VKP, ICON_CELL, GtkCellRenderer)

GtkCellRenderer *vkp_icon_cell_new(void);

/* What to draw next. `icon_name` is static; in the colour of leftovers if `is_colored`. */
void vkp_icon_cell_set(VkpIconCell *cell, const char *icon_name, gboolean is_colored);
