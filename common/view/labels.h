/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/member.h"

/* The texts of rows, made fit for display, as GRefString: the rows of successive builds share them.
 */

/* From text of the board or the kernel; `fallback` if nothing of it is visible. Never NULL. */
char *vkp_label_new(const char *text, const char *fallback);

/* A process's name; in full, from its command line, where the kernel cut it at 15 bytes. */
char *vkp_label_new_process(const VkpProcess *process);

/* What is shown beside a process's label: the rest of its command, and for a leftover the task or
 * attempt that it belongs to. NULL: nothing. */
char *vkp_label_new_process_detail(const char *label, const VkpMember *member);

/* The rest of the command after what the label shows. The caller frees it; NULL: nothing. */
char *vkp_label_dup_arguments(const char *label, const VkpProcess *process);
