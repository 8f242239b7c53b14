/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/contract.h"
#include "common/base/uuid.h"

/* The contents of the board's database at one moment. The chain execution -> (session) -> attempt
 * -> task -> project is flattened into the attempt; what is missing there is nil or NULL. All
 * strings are valid UTF-8. "Attempt" also stands for a workspace, which newer versions of
 * vibe-kanban have instead. */

typedef struct {
    VkpUuid id;
    VkpUuid task_id;    /* nil: the workspace has no task */
    VkpUuid project_id; /* nil: no project */
    char *project_name; /* of the project, else its repositories joined by " + ", else NULL */
    char *task_title;   /* NULL: no task */
    char *name;         /* the workspace's name, else task title, branch, last path component */
    char *branch;       /* NULL: none */
    char *agent;        /* normalised to upper case with underscores (CLAUDE_CODE); NULL */
    char *folder;       /* container_ref or worktree_path; NULL, never empty, "/" or the home */
    GStrv worktrees;    /* worktrees inside `folder` by repository, or only `folder` */
    gboolean is_worktree_deleted;
} VkpAttempt;

typedef struct {
    VkpUuid id;
    VkpUuid attempt_id; /* nil: the row points to nothing that exists */
    VkpKind kind;       /* never CHILD */
    VkpExecutionStatus status;
    gint64 started_at_usec;   /* since the epoch; 0 unknown */
    gint64 completed_at_usec; /* 0: not, or unknown */
    pid_t pid;                /* from a pid column, which some versions have; 0: none */
    char *agent;              /* NULL: unknown */
} VkpExecution;

typedef struct VkpBoard VkpBoard;

/* An unsealed board, to be filled and sealed by its only owner; then shared and immutable. */
VkpBoard *vkp_board_new(void);
/* Borrowed, to be filled. NULL, and counted as skipped, for an id that is there already. */
VkpAttempt *vkp_board_add_attempt(VkpBoard *board, VkpUuid id);
VkpExecution *vkp_board_add_execution(VkpBoard *board, VkpUuid id);
/* Adds a task or a project, which may have no attempt; those of attempts are added by sealing, too.
 */
void vkp_board_add_task(VkpBoard *board, VkpUuid id);
void vkp_board_add_project(VkpBoard *board, VkpUuid id);
/* Counts a row that is skipped: it could not be understood, or was too large. */
void vkp_board_count_skipped(VkpBoard *board);
/* Notes that the board is cut: the database has more rows than are read. */
void vkp_board_set_is_cut(VkpBoard *board);
/* Sorts, and links executions to their attempts; the attempt of those whose attempt does not exist
 * becomes nil. */
void vkp_board_seal(VkpBoard *board);

VkpBoard *vkp_board_ref(VkpBoard *board);
void vkp_board_unref(VkpBoard *board); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpBoard, vkp_board_unref)

/* Borrowed; NULL when the board does not know the id. */
const VkpAttempt *vkp_board_lookup_attempt(const VkpBoard *board, const VkpUuid *id);
const VkpExecution *vkp_board_lookup_execution(const VkpBoard *board, const VkpUuid *id);
gboolean vkp_board_knows_task(const VkpBoard *board, const VkpUuid *id);

/* Walks over everything, in order of the ids once sealed; borrowed. */
guint vkp_board_n_attempts(const VkpBoard *board);
const VkpAttempt *vkp_board_attempt_at(const VkpBoard *board, guint index);
guint vkp_board_n_executions(const VkpBoard *board);
const VkpExecution *vkp_board_execution_at(const VkpBoard *board, guint index);

/* Executions of one attempt in order of started_at, borrowed; empty array, never NULL. */
const GPtrArray *vkp_board_executions_of(const VkpBoard *board, const VkpUuid *attempt_id);

/* How many rows were skipped. */
guint vkp_board_n_skipped(const VkpBoard *board);

/* Whether the database has more rows than are read; then the oldest are missing. */
gboolean vkp_board_is_cut(const VkpBoard *board);

/* Whether two sealed boards have the same contents. */
gboolean vkp_board_equal(const VkpBoard *a, const VkpBoard *b);

/* A set (VkpUuid *, owned by it) of every id on the board: projects, tasks, attempts, executions.
 * It shows whether marks are of this board or of another. */
GHashTable *vkp_board_dup_ids(const VkpBoard *board);
