/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/bus/client.h"
#include "common/view/rows.h"

/* A page in place of the list: an icon or a spinner, what is the matter, what to do. */
#define VKP_TYPE_STATUS_PAGE (vkp_status_page_get_type())
G_DECLARE_FINAL_TYPE(VkpStatusPage, vkp_status_page, VKP, STATUS_PAGE, GtkBox)

/* Says why there is no list, if so. FALSE when there is one. `root` is that of the rows. */
gboolean vkp_status_page_update(VkpStatusPage *page, VkpClient *client, const VkpRow *root);

/* The way out that the page offers; borrowed. NULL: none. */
GtkWidget *vkp_status_page_offer(VkpStatusPage *page);
