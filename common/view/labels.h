/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/member.h"

/* The texts of rows, fit for display, as GRefString: rows of one build after another share them. */

/* Text of the board or the kernel; `fallback` if there is none to see. Never NULL. */
char *vkp_label_new(const char *text, const char *fallback);

/* A process by its name, in full where the kernel cut it at 15 bytes and its command line goes on.
 */
char *vkp_label_new_process(const VkpProcess *process);

/* What may be shown beside a process's label: the rest of its command, and for a leftover the task
 * or attempt that it came from. NULL: nothing. */
char *vkp_label_new_process_detail(const char *label, const VkpMember *member);

/* The command as it goes on after the label. The caller frees it; NULL: it does not. */
char *vkp_label_dup_arguments(const char *label, const VkpProcess *process);
