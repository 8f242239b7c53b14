/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "common/view/history.h"
#include "common/view/rows.h"

/* A pane with all details of one row, and plots of its CPU and memory. */
#define VKP_TYPE_DETAILS (vkp_details_get_type())
G_DECLARE_FINAL_TYPE(VkpDetails, vkp_details, VKP, DETAILS, GtkBox)

/* Shows that row; NULL: a text that asks to select one. Keeps no reference to `row` or `history`.
 */
void vkp_details_show(VkpDetails *details, const VkpRow *row, const VkpHistory *history);
