/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/colors.h"

/* Light text means a dark background. */
static gboolean is_dark(GtkWidget *widget)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    GdkRGBA text;
    gtk_style_context_get_color(style, GTK_STATE_FLAG_NORMAL, &text);
    return text.red + text.green + text.blue > 1.5;
}

/* Orange of the theme is made for backgrounds: as text it has a contrast of 2.6 on white. These two
 * have more than 5 on the light and the dark backgrounds of common themes. */
void vkp_colors_leftover(GtkWidget *widget, GdkRGBA *color)
{
    (void)gdk_rgba_parse(color, is_dark(widget) ? "#ffb469" : "#9a4a00");
}

double vkp_colors_dim_alpha(gboolean is_leftover, gboolean is_selected)
{
    return is_selected ? 1.0 : is_leftover ? 0.86 : 0.65;
}

/* The theme's accent, which in dark themes is too dark for a thin line. */
void vkp_colors_plot(GtkWidget *widget, GdkRGBA *color)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    if (is_dark(widget) || !gtk_style_context_lookup_color(style, "theme_selected_bg_color", color))
        (void)gdk_rgba_parse(color, is_dark(widget) ? "#78aeed" : "#1c71d8");
}
