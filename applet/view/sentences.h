/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "applet/model/kill-job.h"

/* What a kill says to a person, in one place. The caller frees all of them; "dup" ones that have
 * nothing to say return NULL. */

/* "Kill 3 processes of the task “Add login page”?" */
char *vkp_sentence_dup_question(VkpKillJob *job);

/* The button: "_Kill 3 Processes"; with a mnemonic. */
char *vkp_sentence_dup_verb(VkpKillJob *job);

/* What happens to them: how long they have, and then. */
char *vkp_sentence_dup_manner(VkpKillJob *job);

/* "1 coding agent is among them." */
char *vkp_sentence_dup_agents(VkpKillJob *job);

/* "2 processes only happen to run in its folder..." */
char *vkp_sentence_dup_weak(VkpKillJob *job);

/* "3 of them are not shown in the list." */
char *vkp_sentence_dup_hidden(VkpKillJob *job);

/* "node (12) is protected and is spared." */
char *vkp_sentence_dup_spared(VkpKillJob *job);

/* "2 have exited already." */
char *vkp_sentence_dup_gone(VkpKillJob *job);

/* "2 are no longer listed." */
char *vkp_sentence_dup_unlisted(VkpKillJob *job);

/* What was asked for, in short: "Leftovers", a task's title, "node (12)". */
char *vkp_sentence_dup_title(VkpKillJob *job);

/* For the result bar, by the job's state: waiting, what it came to, or why that is not known. */
char *vkp_sentence_dup_result(VkpKillJob *job);
