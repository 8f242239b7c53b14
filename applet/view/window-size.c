/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/window-size.h"

/* What a pixel of the default size is made for. */
#define COMMON_DPI 96.0

/* Large text needs a large window, but none that is larger than the screen. */
static void fit_to_text(GtkWindow *window, gint *width, gint *height)
{
    GdkScreen *screen = gtk_window_get_screen(window);
    double dpi = gdk_screen_get_resolution(screen);
    double scale = dpi > COMMON_DPI ? dpi / COMMON_DPI : 1;
    GdkDisplay *display = gdk_screen_get_display(screen);
    GdkMonitor *monitor = gdk_display_get_primary_monitor(display);
    monitor = monitor ? monitor : gdk_display_get_monitor(display, 0);
    GdkRectangle area = {.width = *width, .height = *height};
    if (monitor)
        gdk_monitor_get_workarea(monitor, &area);
    *width = MIN((gint)(*width * scale), area.width);
    *height = MIN((gint)(*height * scale), area.height);
}

void vkp_window_size_restore(GtkWindow *window, VkpSettings *settings)
{
    gint width, height;
    gboolean is_maximized;
    vkp_settings_get_window(settings, &width, &height, &is_maximized);
    if (!vkp_settings_has_window(settings))
        fit_to_text(window, &width, &height);
    gtk_window_set_default_size(window, width, height);
    if (is_maximized)
        gtk_window_maximize(window);
}

void vkp_window_size_save(GtkWindow *window, VkpSettings *settings)
{
    gint width, height;
    gtk_window_get_size(window, &width, &height);
    vkp_settings_set_window(settings, width, height, gtk_window_is_maximized(window));
}
