/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Colours of our own, readable on the widget's theme, light or dark. */

/* The text of leftovers. */
void vkp_colors_leftover(GtkWidget *widget, GdkRGBA *color);

/* Lines of plots. */
void vkp_colors_plot(GtkWidget *widget, GdkRGBA *color);
