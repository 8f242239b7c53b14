/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/model/feed.h"
#include "applet/model/kill-operation.h"
#include "applet/settings.h"

/* Notifications of what a person would not see otherwise: new leftovers and kills that failed.
 * Never the only way to learn of either: the icon and the window tell it too. */
typedef struct VkpNotifier VkpNotifier;

/* `application` is borrowed and outlives it. */
VkpNotifier *vkp_notifier_new(GApplication *application, VkpFeed *feed, VkpSettings *settings);
void vkp_notifier_free(VkpNotifier *notifier); /* takes NULL */

/* Tells of an operation that is over, if it failed. */
void vkp_notifier_tell(VkpNotifier *notifier, VkpKillOperation *operation);
