/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/client.h"
#include "applet/settings.h"
#include "common/view/history.h"
#include "common/view/rows.h"

/* Turns what the client hears into rows: any number of changes become one build in an idle moment,
 * and samples one build an update interval.
 *
 * Signal "updated": rows, or the client's state, are new. */
#define VKP_TYPE_FEED (vkp_feed_get_type())
G_DECLARE_FINAL_TYPE(VkpFeed, vkp_feed, VKP, FEED, GObject)

VkpFeed *vkp_feed_new(VkpClient *client, VkpSettings *settings);

VkpClient *vkp_feed_client(VkpFeed *feed); /* borrowed */

/* The latest rows; borrowed until the next "updated", never NULL. */
VkpRows *vkp_feed_rows(VkpFeed *feed);
const VkpHistory *vkp_feed_history(VkpFeed *feed);

/* What is visible; each rebuilds the rows at once. Strings are copied, NULL for no limit. */
void vkp_feed_set_show(VkpFeed *feed, VkpShow show);
void vkp_feed_set_project(VkpFeed *feed, const char *project_key);
void vkp_feed_set_search(VkpFeed *feed, const char *search);
const VkpRowFilter *vkp_feed_filter(VkpFeed *feed); /* borrowed */
