/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/bus/client.h"
#include "applet/settings.h"
#include "common/view/history.h"
#include "common/view/rows.h"

/* Builds rows from the client's roster: many changes are coalesced into one build when the main
 * loop is idle, and samples into one build per update interval.
 *
 * Signal "updated": the rows or the client's state changed. */
#define VKP_TYPE_FEED (vkp_feed_get_type())
G_DECLARE_FINAL_TYPE(VkpFeed, vkp_feed, VKP, FEED, GObject)

VkpFeed *vkp_feed_new(VkpClient *client, VkpSettings *settings);

VkpClient *vkp_feed_client(VkpFeed *feed); /* borrowed */

/* The latest rows; borrowed until the next "updated", never NULL. */
VkpRows *vkp_feed_rows(VkpFeed *feed);
const VkpHistory *vkp_feed_history(VkpFeed *feed);

/* Set which rows are visible; each rebuilds the rows at once. Strings are copied, NULL: no
 * restriction. */
void vkp_feed_set_show(VkpFeed *feed, VkpShow show);
void vkp_feed_set_project(VkpFeed *feed, const char *project_key);
void vkp_feed_set_search(VkpFeed *feed, const char *search);
const VkpRowFilter *vkp_feed_filter(VkpFeed *feed); /* borrowed */
