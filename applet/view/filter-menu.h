/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "applet/model/feed.h"
#include "common/view/rows.h"

/* The menu that chooses which rows are visible, for the window's actions "show" and "project". */

/* The filter that the action's word stands for; unknown words mean all. */
VkpShow vkp_show_from_string(const char *word);

/* What is shown, for the button: "Leftovers of Alpha Shop". The caller frees it. */
char *vkp_filter_dup_title(VkpFeed *feed);

/* Makes `menu` offer the filters and the projects of `rows`; does nothing while both stay the same,
 * because a menu that is rebuilt while it is open collapses. */
void vkp_filter_menu_update(GMenu *menu, const VkpRows *rows);
