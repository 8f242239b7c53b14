/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/model/feed.h"
#include "applet/model/kill-operation.h"
#include "applet/settings.h"

/* Desktop notifications for what a person may not see otherwise: new leftovers, and kills that
 * failed. The icon and the window show both, too. */
typedef struct VkpNotifier VkpNotifier;

/* `application` is borrowed and outlives it. */
VkpNotifier *vkp_notifier_new(GApplication *application, VkpFeed *feed, VkpSettings *settings);
void vkp_notifier_free(VkpNotifier *notifier); /* takes NULL */

/* To be called with an operation that is over; notifies if it failed. */
void vkp_notifier_tell(VkpNotifier *notifier, VkpKillOperation *operation);
