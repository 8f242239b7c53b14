/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/store/columns.h"

/* SQL statements, built from the columns that the database has, with NULL in place of those that it
 * lacks. Each has one parameter, the highest rowid to begin at, and goes down from there, so that a
 * long table can be read in pages, newest first. Column 0 is the rowid. */

/* One row per attempt and repository. */
enum {
    VKP_ATTEMPT_ROWID,
    VKP_ATTEMPT_ID,
    VKP_ATTEMPT_TASK_ID,
    VKP_ATTEMPT_FOLDER,
    VKP_ATTEMPT_BRANCH,
    VKP_ATTEMPT_NAME,
    VKP_ATTEMPT_AGENT,
    VKP_ATTEMPT_WORKTREE_DELETED,
    VKP_ATTEMPT_TASK_TITLE,
    VKP_ATTEMPT_PROJECT_ID,
    VKP_ATTEMPT_PROJECT_NAME,
    VKP_ATTEMPT_REPO_NAME,
    VKP_ATTEMPT_REPO_DISPLAY_NAME,
};

enum {
    VKP_EXECUTION_ROWID,
    VKP_EXECUTION_ID,
    VKP_EXECUTION_PARENT_ID,  /* the id in the row: of the attempt or of the session */
    VKP_EXECUTION_ATTEMPT_ID, /* of the attempt or workspace that it leads to */
    VKP_EXECUTION_RUN_REASON,
    VKP_EXECUTION_STATUS,
    VKP_EXECUTION_STARTED_AT,
    VKP_EXECUTION_COMPLETED_AT,
    VKP_EXECUTION_PID,
    VKP_EXECUTION_AGENT,
};

/* The caller frees them. */
char *vkp_query_dup_attempts(const VkpColumns *columns);
char *vkp_query_dup_executions(const VkpColumns *columns);

/* rowid and id of a table; NULL if it has no such column. */
char *vkp_query_dup_ids(const VkpColumns *columns, const char *table);

/* Not in pages: the agent named in the executor_action of one execution (parameter 1 is the rowid,
 * column 0 the agent; there may be no row). Only for executions that have no agent in another
 * column, as it has to read and parse a long text. NULL if there is no such column. */
char *vkp_query_dup_action_agent(const VkpColumns *columns);
