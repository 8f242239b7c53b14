/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/feed.h"

/* The menu to choose which rows are visible, for the window's actions "show" and "project"; its
 * button shows the choice. */
typedef struct VkpFilterMenu VkpFilterMenu;

/* `button` and `label` are borrowed and outlive the menu. */
VkpFilterMenu *vkp_filter_menu_new(GtkMenuButton *button, GtkLabel *label);
void vkp_filter_menu_free(VkpFilterMenu *menu); /* takes NULL */

/* Updates it to the projects and the filter of the feed. A chosen project stays in the menu, and on
 * the button, even when its last process has exited. */
void vkp_filter_menu_update(VkpFilterMenu *menu, VkpFeed *feed);

/* The filter for a value of the action "show"; VKP_SHOW_ALL for unknown ones. */
VkpShow vkp_show_from_string(const char *word);
