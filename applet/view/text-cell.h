/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* A GtkCellRendererText that caches the layouts of the texts that it drew: GTK lays out each cell
 * three times at every draw, and most cells of a list are the same as a second ago. For screen
 * readers it is a text cell like any other.
 *
 * Only for tree views with columns of fixed width, which never ask it for its width, and for fonts
 * whose digits have equal width. */
#define VKP_TYPE_TEXT_CELL (vkp_text_cell_get_type())
G_DECLARE_FINAL_TYPE(VkpTextCell, vkp_text_cell, VKP, TEXT_CELL, GtkCellRendererText)

/* xalign 0: at the start of the reading direction, 1: at its end. What is too long is ellipsized
 * where `ellipsize` says. */
GtkCellRenderer *vkp_text_cell_new(float xalign, PangoEllipsizeMode ellipsize);

/* The style of the next cell. */
typedef struct {
    guint n_bold;           /* so many bytes at the start of the text are semi-bold */
    guint n_plain;          /* so many bytes at the start are not dimmed, the rest is; 0: all */
    gboolean ends_in_count; /* the part that is not dimmed: if too long, its middle is ellipsized */
    gboolean is_italic;
    gboolean is_colored; /* in the colour of leftovers */
} VkpTextStyle;

/* What to draw next. */
void vkp_text_cell_set(VkpTextCell *cell, const char *text, VkpTextStyle style);
