/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "common/view/history.h"
#include "common/view/rows.h"

/* All there is to know of one row, with plots of its CPU and memory. */
#define VKP_TYPE_DETAILS (vkp_details_get_type())
G_DECLARE_FINAL_TYPE(VkpDetails, vkp_details, VKP, DETAILS, GtkBox)

/* Shows that row; NULL: asks to select one. Nothing of `row` or `history` is kept. */
void vkp_details_show(VkpDetails *details, const VkpRow *row, const VkpHistory *history);
