/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The layouts that vibe-kanban's database has had, newest last. Columns that only some versions or
 * forks have (pid) do not make a generation: every column is looked up, and read as NULL if
 * missing. */
typedef enum {
    VKP_GENERATION_NONE, /* not a vibe-kanban database */
    VKP_GENERATION_A,    /* task_attempts.worktree_path, execution_processes.process_type */
    VKP_GENERATION_B,    /* task_attempts.container_ref is the worktree itself */
    VKP_GENERATION_C,    /* task_attempts.container_ref holds one worktree a repository */
    VKP_GENERATION_D,    /* workspaces and sessions, a workspace always has a task */
    VKP_GENERATION_E,    /* workspaces without a task or a project */
} VkpGeneration;

/* At most so many rows of a table are read, the newest ones, and for at most 0.7 s. */
#define VKP_SCHEMA_MAX_ROWS 100000u
