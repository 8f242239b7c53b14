/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/settings.h"

/* Adds one action for each column that can be hidden, "column-NAME", and an entry for it to `menu`.
 * They change the settings, which the list follows. */
void vkp_column_chooser_add(GActionMap *actions, GMenu *menu, VkpSettings *settings);

/* Opens that menu, for the actions of the window: at the pointer of `event`, or below `header` if
 * `event` is NULL. The caller destroys it. */
GtkWidget *vkp_column_chooser_popup(GMenu *menu, GtkWidget *header, GdkEvent *event);
