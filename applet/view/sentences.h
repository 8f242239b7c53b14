/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/model/kill-operation.h"

/* What becomes of a kill, in words. The caller frees all of them. */

/* "2 are no longer listed." */
char *vkp_sentence_dup_no_longer_listed(guint n);

/* What was asked for, in short: "Leftovers", a task's title, "node (12)". */
char *vkp_sentence_dup_title(VkpKillOperation *operation);

/* For the result bar, beside the title, by its state: waiting, what it came to, or why that is not
 * known. */
char *vkp_sentence_dup_result(VkpKillOperation *operation);

/* The same for a place without that title. */
char *vkp_sentence_dup_news(VkpKillOperation *operation);
