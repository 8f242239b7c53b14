/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Colours of our own, readable on the widget's theme, light or dark. */

/* The text of leftovers. */
void vkp_colors_leftover(GtkWidget *widget, GdkRGBA *color);

/* The opacity of dimmed text. That in the colour of leftovers, which is paler than the theme's, is
 * dimmed less, and that of a selected row not at all. */
double vkp_colors_dim_alpha(gboolean is_leftover, gboolean is_selected);

/* The lines of plots. */
void vkp_colors_plot(GtkWidget *widget, GdkRGBA *color);
