/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "common/view/history.h"

/* Draws the CPU of the last minute as a small filled line. */
#define VKP_TYPE_ACTIVITY_CELL (vkp_activity_cell_get_type())
G_DECLARE_FINAL_TYPE(VkpActivityCell, vkp_activity_cell, VKP, ACTIVITY_CELL, GtkCellRenderer)

GtkCellRenderer *vkp_activity_cell_new(void);

/* What to draw next: the samples of that row. `history` is borrowed and outlives the drawing. */
void vkp_activity_cell_set_row(VkpActivityCell *cell, const VkpHistory *history, const char *key);
