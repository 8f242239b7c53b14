/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/roster/member.h"

/* Figures and words for a person, in the language of the locale. All dup functions return valid
 * UTF-8 that the caller frees, never NULL; static results are in the language at the time of the
 * call. */

/* "612.0 MB". */
char *vkp_format_dup_bytes(guint64 bytes);

/* "41 %"; of one core, so it may exceed 100. */
char *vkp_format_dup_percent(double percent);

/* How long ago, in its largest unit: "45 s", "12 min", "3 h", "8 d". A start in the future (a
 * corrected clock) is "0 s"; an unknown one (0) is empty. Both in µs since the epoch. */
char *vkp_format_dup_age(guint64 start_usec, guint64 now_usec);

/* "3000 5173 +2": at most `limit` ports and how many more; empty for NULL or none. */
char *vkp_format_dup_ports(const GArray *ports, guint limit);

/* "12 processes, 2 agents, 3 leftovers"; agents and leftovers are left out if 0. */
char *vkp_format_dup_counts(guint n_processes, guint n_agents, guint n_leftovers);

/* What a process is: "Coding agent", "Dev server"... Static. */
const char *vkp_format_kind(VkpKind kind);

/* Its state: "Sleeping"... Static. */
const char *vkp_format_state(char state);

/* Why it is listed, or why it is a leftover, in short for a column: "registered", "agent has
 * exited". Static. */
const char *vkp_format_why(const VkpMember *member);

/* The same as a whole sentence. */
char *vkp_format_dup_reason(const VkpMember *member);

/* A command line for display: arguments with spaces are quoted, control characters made visible,
 * cut with an ellipsis to at most `limit` characters. Empty when there is no command. */
char *vkp_format_dup_command(const VkpImage *image, guint limit);

/* The same without the program. */
char *vkp_format_dup_arguments(const VkpImage *image, guint limit);
