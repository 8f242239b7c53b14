/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/feed.h"

/* The menu that chooses which rows are visible, for the window's actions "show" and "project", and
 * on its button what is chosen. */
typedef struct VkpFilterMenu VkpFilterMenu;

/* `button` and `label` are borrowed and outlive the menu. */
VkpFilterMenu *vkp_filter_menu_new(GtkMenuButton *button, GtkLabel *label);
void vkp_filter_menu_free(VkpFilterMenu *menu); /* takes NULL */

/* Follows the projects and the filter of the feed. A project that is chosen stays on offer, and on
 * the button, when its last process has exited. */
void vkp_filter_menu_update(VkpFilterMenu *menu, VkpFeed *feed);

/* The filter that the action's word stands for; unknown words mean all. */
VkpShow vkp_show_from_string(const char *word);
