/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/roster/member.h"

/* Figures and words as a person reads them, in the language of the locale. All dup functions
 * return valid UTF-8 that the caller frees, never NULL; static ones are translated at each call. */

/* "612.0 MB". */
char *vkp_format_dup_bytes(guint64 bytes);

/* "41 %"; of one core, so it may exceed 100. */
char *vkp_format_dup_percent(double percent);

/* How long ago, in its largest unit: "45 s", "12 min", "3 h", "8 d". A start in the future (a
 * corrected clock) is "0 s"; an unknown one (0) is empty. Both in µs since the epoch. */
char *vkp_format_dup_age(guint64 start_usec, guint64 now_usec);

/* "3000 5173 +2": at most `limit` ports and how many more; empty for NULL or none. */
char *vkp_format_dup_ports(const GArray *ports, guint limit);

/* "12 processes, 2 agents, 3 leftovers"; what is 0 is left out, except processes. */
char *vkp_format_dup_counts(guint n_processes, guint n_agents, guint n_leftovers);

/* What a process is: "Coding agent", "Dev server"... Static. */
const char *vkp_format_kind(VkpKind kind);

/* What the scheduler says of it: "Sleeping"... Static. */
const char *vkp_format_state(char state);

/* The short reason for a column: "registered", "agent has exited". Static. */
const char *vkp_format_why(const VkpMember *member);

/* The whole sentence why the process is listed, and why it counts as left over. */
char *vkp_format_dup_reason(const VkpMember *member);

/* A command line to look at: arguments with spaces are quoted, control characters are visible,
 * at most `limit` characters with an ellipsis. Empty when there is no command. */
char *vkp_format_dup_command(const VkpImage *image, guint limit);

/* The same without the program. */
char *vkp_format_dup_arguments(const VkpImage *image, guint limit);
