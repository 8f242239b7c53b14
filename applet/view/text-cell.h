/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* A GtkCellRendererText that remembers the layouts of what it drew: GTK lays each cell out three
 * times at every draw, and most cells of a list say the same as a second ago. To screen readers it
 * is a text cell like any other.
 *
 * Only for tree views with fixed columns, which never ask it for its width, and with figures of
 * equal width. */
#define VKP_TYPE_TEXT_CELL (vkp_text_cell_get_type())
G_DECLARE_FINAL_TYPE(VkpTextCell, vkp_text_cell, VKP, TEXT_CELL, GtkCellRendererText)

/* xalign 0: at the start of the reading direction, 1: at its end. What is too long is ellipsized
 * where `ellipsize` says. */
GtkCellRenderer *vkp_text_cell_new(float xalign, PangoEllipsizeMode ellipsize);

/* How the next cell looks beside its text. */
typedef struct {
    guint n_bold;           /* so many bytes of the text at its start are semi-bold */
    guint n_plain;          /* so many bytes at its start are plain, the rest is dimmed; 0: all */
    gboolean ends_in_count; /* what is plain does: a long text loses its middle rather than that */
    gboolean is_italic;
    gboolean is_colored; /* in the colour of leftovers */
} VkpTextStyle;

/* What to draw next. */
void vkp_text_cell_set(VkpTextCell *cell, const char *text, VkpTextStyle style);
