/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/view/notices.h"
#include "applet/view/process-tree.h"

/* Adds what can be done with the selected row besides killing it: copy-pid, copy-command, copy-url,
 * open-url (s), open-folder. What fails is told in `notices`. Both are borrowed, and `tree`
 * outlives the actions. */
void vkp_row_actions_add(GActionMap *actions, VkpProcessTree *tree, VkpNotices *notices);
