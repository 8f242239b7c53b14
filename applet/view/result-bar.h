/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/kill-operation.h"

/* The progress and result of a kill: while its dry run is in flight with [Cancel], while it runs
 * with [Force Kill], then its result. If all succeeded, it disappears by itself, once it was
 * visible for a while and the pointer is on nothing that would move; otherwise it stays until it is
 * closed. */
#define VKP_TYPE_RESULT_BAR (vkp_result_bar_get_type())
G_DECLARE_FINAL_TYPE(VkpResultBar, vkp_result_bar, VKP, RESULT_BAR, GtkInfoBar)

/* `operation` was confirmed, or its dry run takes long or failed. */
VkpResultBar *vkp_result_bar_new(VkpKillOperation *operation);

VkpKillOperation *vkp_result_bar_operation(VkpResultBar *bar); /* borrowed */

/* Hides it in favour of newer ones. */
void vkp_result_bar_set_folded(VkpResultBar *bar, gboolean is_folded);

/* Whether it has something to show, folded or not; not while its question is open. */
gboolean vkp_result_bar_has_words(VkpResultBar *bar);
