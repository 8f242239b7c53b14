/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/feed.h"
#include "applet/settings.h"
#include "applet/view/kill-desk.h"

/* The main window. */
#define VKP_TYPE_WINDOW (vkp_window_get_type())
G_DECLARE_FINAL_TYPE(VkpWindow, vkp_window, VKP, WINDOW, GtkApplicationWindow)

/* Not shown yet; has the last saved size. */
VkpWindow *vkp_window_new(GtkApplication *application, VkpFeed *feed, VkpKillDesk *desk,
                          VkpSettings *settings);

/* Shows the progress and result of a kill. */
void vkp_window_add_operation(VkpWindow *window, VkpKillOperation *operation);

/* Shows or hides the notice that there is no tray. */
void vkp_window_set_has_tray(VkpWindow *window, gboolean has_tray);
