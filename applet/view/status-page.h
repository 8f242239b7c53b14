/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/bus/client.h"
#include "common/view/rows.h"

/* A page in place of the list: an icon or a spinner, what is wrong, and what to do about it. */
#define VKP_TYPE_STATUS_PAGE (vkp_status_page_get_type())
G_DECLARE_FINAL_TYPE(VkpStatusPage, vkp_status_page, VKP, STATUS_PAGE, GtkBox)

/* If there is no list to show, says why; otherwise returns FALSE. `root` is the root of the rows.
 */
gboolean vkp_status_page_update(VkpStatusPage *page, VkpClient *client, const VkpRow *root);

/* The button that the page offers; borrowed. NULL: none. */
GtkWidget *vkp_status_page_offer(VkpStatusPage *page);
