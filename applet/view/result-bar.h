/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/kill-operation.h"

/* What becomes of a kill: waits for its dry run with [Cancel], for its victims with [Force Kill],
 * then says what it came to. A full success goes away by itself once it was seen and nobody points
 * at what would move; anything else stays until it is closed. */
#define VKP_TYPE_RESULT_BAR (vkp_result_bar_get_type())
G_DECLARE_FINAL_TYPE(VkpResultBar, vkp_result_bar, VKP, RESULT_BAR, GtkInfoBar)

/* `operation` was confirmed, or its dry run takes its time or failed. */
VkpResultBar *vkp_result_bar_new(VkpKillOperation *operation);

VkpKillOperation *vkp_result_bar_operation(VkpResultBar *bar); /* borrowed */

/* Hides it for others that are newer. */
void vkp_result_bar_set_folded(VkpResultBar *bar, gboolean is_folded);

/* Whether it has something to show, folded or not: an open question stands in for it. */
gboolean vkp_result_bar_has_words(VkpResultBar *bar);
