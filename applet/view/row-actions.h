/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/view/notices.h"
#include "applet/view/process-tree.h"

/* Adds the actions for the selected row, except those that kill: copy-pid, copy-command, copy-url,
 * open-url (s), open-folder. Failures are shown in `notices`. Both are borrowed, and `tree`
 * outlives the actions. */
void vkp_row_actions_add(GActionMap *actions, VkpProcessTree *tree, VkpNotices *notices);
