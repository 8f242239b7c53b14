/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The layouts that vibe-kanban's database has had, newest last. A fork's extra columns (pid) do not
 * make a generation: every column is looked up and NULL where it is missing. */
typedef enum {
    VKP_GENERATION_NONE, /* not a vibe-kanban database */
    VKP_GENERATION_A,    /* task_attempts.worktree_path, execution_processes.process_type */
    VKP_GENERATION_B,    /* task_attempts.container_ref is the worktree itself */
    VKP_GENERATION_C,    /* task_attempts.container_ref holds one worktree a repository */
    VKP_GENERATION_D,    /* workspaces and sessions, a workspace always has a task */
    VKP_GENERATION_E,    /* workspaces without a task or a project */
} VkpGeneration;

/* More rows of a table than these are not read, nor for longer than 0.7 s; the newest count. */
#define VKP_SCHEMA_MAX_ROWS 100000u
