/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sqlite3.h>

#include "common/store/board.h"

/* From rows of query.h's statements to a board. */
typedef struct VkpRows VkpRows;

/* `home` is no worktree; from `previous`, an earlier board of that file, is taken what never
 * changes. All are borrowed; the last two may be NULL. */
VkpRows *vkp_rows_new(VkpBoard *board, const char *home, const VkpBoard *previous);
void vkp_rows_free(VkpRows *rows); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRows, vkp_rows_free)

/* The statement of vkp_query_dup_action_agent(), as long as it can be used; borrowed, NULL: none.
 */
void vkp_rows_set_action_agent(VkpRows *rows, sqlite3_stmt *statement);

/* Each is a VkpPageRowFunc; `data` is the VkpRows. Executions come first: from the newest of them
 * an attempt learns its agent if it has no column for it. */
void vkp_rows_take_execution(sqlite3_stmt *row, gpointer data);
void vkp_rows_take_attempt(sqlite3_stmt *row, gpointer data);
void vkp_rows_take_task(sqlite3_stmt *row, gpointer data);
void vkp_rows_take_project(sqlite3_stmt *row, gpointer data);

/* After the last attempt. */
void vkp_rows_finish(VkpRows *rows);
