/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/feed.h"
#include "applet/settings.h"

/* The icon in the tray with its menu. The only code that uses the indicator library. Entries
 * activate actions of the application; they are created once and then changed, because a menu that
 * is rebuilt while it is open collapses. */
typedef struct VkpTray VkpTray;

/* `feed` and `settings` are kept; `application` is borrowed and outlives the tray. */
VkpTray *vkp_tray_new(GtkApplication *application, GDBusConnection *connection, VkpFeed *feed,
                      VkpSettings *settings);
void vkp_tray_free(VkpTray *tray); /* takes NULL */
