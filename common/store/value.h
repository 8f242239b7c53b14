/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/contract.h"

/* Parses single values, in each of the spellings that vibe-kanban has used. Pure; any bytes are
 * accepted. */

/* A time as vibe-kanban writes it, in either format and with any offset from UTC:
 *   2026-01-10T03:00:00.123456789+00:00
 *   2026-01-10 03:00:00.123
 * µs since the epoch; 0 for anything else, NULL included. */
gint64 vkp_time_parse(const char *text);

/* An agent's name in today's spelling: CLAUDE_CODE for claude, claude-code and CLAUDE_CODE. NULL if
 * it is no agent's name (empty, "dev-server", other characters, too long). The caller frees it. */
char *vkp_agent_dup_normal(const char *text);

/* "codingagent" and the like; UNKNOWN for words that we don't know. */
VkpKind vkp_run_reason_parse(const char *text);

/* "running" and the like; UNKNOWN for words that we don't know. */
VkpExecutionStatus vkp_status_parse(const char *text);

/* A worktree's path in its shortest form. NULL for paths that must not count as a worktree: empty,
 * relative, too long, invalid text, the root, the home folder or one above it (`home` may be NULL).
 * The caller frees it. */
char *vkp_folder_dup_normal(const char *path, const char *home);
