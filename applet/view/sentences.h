/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/model/kill-operation.h"

/* Texts for the progress and result of a kill. The caller frees all of them. */

/* "2 are no longer listed." */
char *vkp_sentence_dup_no_longer_listed(guint n);

/* What the kill is for, in short: "Leftovers", a task's title, "node (12)". */
char *vkp_sentence_dup_title(VkpKillOperation *operation);

/* For the result bar, beside the title, by its state: in progress, the result, or why that is not
 * known. */
char *vkp_sentence_dup_result(VkpKillOperation *operation);

/* The same for use without that title. */
char *vkp_sentence_dup_news(VkpKillOperation *operation);
