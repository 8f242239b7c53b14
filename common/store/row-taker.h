/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sqlite3.h>

#include "common/store/board.h"

/* Takes rows of query.h's statements into a board. */
typedef struct VkpRowTaker VkpRowTaker;

/* `home` is no worktree; from `previous`, an earlier board of that file, is taken what never
 * changes. All are borrowed; the last two may be NULL. */
VkpRowTaker *vkp_row_taker_new(VkpBoard *board, const char *home, const VkpBoard *previous);
void vkp_row_taker_free(VkpRowTaker *taker); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRowTaker, vkp_row_taker_free)

/* The statement of vkp_query_dup_action_agent(), as long as it can be used; borrowed, NULL: none.
 */
void vkp_row_taker_set_action_agent(VkpRowTaker *taker, sqlite3_stmt *statement);

/* Each is a VkpPageRowFunc; `data` is the VkpRowTaker. Executions come first: from the newest of
 * them an attempt learns its agent if it has no column for it. */
void vkp_row_taker_take_execution(sqlite3_stmt *row, gpointer data);
void vkp_row_taker_take_attempt(sqlite3_stmt *row, gpointer data);
void vkp_row_taker_take_task(sqlite3_stmt *row, gpointer data);
void vkp_row_taker_take_project(sqlite3_stmt *row, gpointer data);

/* After the last attempt. */
void vkp_row_taker_finish(VkpRowTaker *taker);
