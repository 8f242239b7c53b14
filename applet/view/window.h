/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/feed.h"
#include "applet/settings.h"
#include "applet/view/kill-desk.h"

/* The main window. */
#define VKP_TYPE_WINDOW (vkp_window_get_type())
G_DECLARE_FINAL_TYPE(VkpWindow, vkp_window, VKP, WINDOW, GtkApplicationWindow)

/* Not shown yet; in the size of the last time. */
VkpWindow *vkp_window_new(GtkApplication *application, VkpFeed *feed, VkpKillDesk *desk,
                          VkpSettings *settings);

/* Shows what becomes of a kill. */
void vkp_window_add_operation(VkpWindow *window, VkpKillOperation *operation);

/* Says, or stops saying, that there is no tray to put an icon in. */
void vkp_window_set_has_tray(VkpWindow *window, gboolean has_tray);
