/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Colours of our own, readable on the widget's theme, light or dark. */

/* The text of leftovers. */
void vkp_colors_leftover(GtkWidget *widget, GdkRGBA *color);

/* How much of a text's colour stays where it is dimmed: the colour of leftovers, which is paler
 * than that of the theme, bears less, and one on the colour of the selection nothing. */
double vkp_colors_dim_alpha(gboolean is_leftover, gboolean is_selected);

/* Lines of plots. */
void vkp_colors_plot(GtkWidget *widget, GdkRGBA *color);
