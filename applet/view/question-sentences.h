/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/model/kill-operation.h"

/* The texts of the question before a kill. The caller frees them; NULL: there is nothing to say. */

/* "Kill 3 processes of the task “Add login page”?", or why there is nothing to ask. */
char *vkp_sentence_dup_question(VkpKillOperation *operation);

/* The button: "_Kill 3 Processes", or "_Kill" while nothing is ticked; with a mnemonic. */
char *vkp_sentence_dup_verb(VkpKillOperation *operation);

/* How they will be ended: the grace period, and what happens after it. */
char *vkp_sentence_dup_manner(VkpKillOperation *operation);

/* "2 coding agents are among them. What they were doing is interrupted." */
char *vkp_sentence_dup_agents(VkpKillOperation *operation);

/* "2 processes may have nothing to do with it, and are spared unless you tick them." */
char *vkp_sentence_dup_weak(VkpKillOperation *operation);

/* "3 of them are not shown in the list." */
char *vkp_sentence_dup_hidden(VkpKillOperation *operation);

/* "node (12) is protected and is spared." */
char *vkp_sentence_dup_spared(VkpKillOperation *operation);

/* "2 have exited already." */
char *vkp_sentence_dup_gone(VkpKillOperation *operation);

/* "2 are no longer listed." */
char *vkp_sentence_dup_unlisted(VkpKillOperation *operation);
