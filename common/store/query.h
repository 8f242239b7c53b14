/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/store/columns.h"

/* The questions to a database of a generation, as SQL built from the columns that it has; NULL
 * stands for those that it lacks. Each has one parameter, the highest rowid to begin at, and goes
 * down from there: a long table can be read in pages, newest first. Column 0 is that rowid. */

/* One row an attempt and repository. */
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
    VKP_EXECUTION_PARENT_ID,  /* of the attempt or session, as it stands in the row */
    VKP_EXECUTION_ATTEMPT_ID, /* of the attempt or workspace */
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

/* Not in pages: the agent that the executor_action of one execution names (parameter 1 is the
 * rowid, column 0 the answer, perhaps no row). For those only that have none in a column: it has to
 * read and parse a long text. NULL if there is no such column. */
char *vkp_query_dup_action_agent(const VkpColumns *columns);
