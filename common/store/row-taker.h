/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <sqlite3.h>

#include "common/store/board.h"

/* Adds the rows of query.h's statements to a board. */
typedef struct VkpRowTaker VkpRowTaker;

/* `home` never counts as a worktree; values that never change are taken from `previous`, an earlier
 * board of that file. All are borrowed; the last two may be NULL. */
VkpRowTaker *vkp_row_taker_new(VkpBoard *board, const char *home, const VkpBoard *previous);
void vkp_row_taker_free(VkpRowTaker *taker); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRowTaker, vkp_row_taker_free)

/* Sets the statement of vkp_query_dup_action_agent(); borrowed, NULL: none, or none any more. */
void vkp_row_taker_set_action_agent(VkpRowTaker *taker, sqlite3_stmt *statement);

/* Each is a VkpPageRowFunc; `data` is the VkpRowTaker. Executions must be read first: an attempt
 * without an agent column gets the agent of its newest execution. */
void vkp_row_taker_take_execution(sqlite3_stmt *row, gpointer data);
void vkp_row_taker_take_attempt(sqlite3_stmt *row, gpointer data);
void vkp_row_taker_take_task(sqlite3_stmt *row, gpointer data);
void vkp_row_taker_take_project(sqlite3_stmt *row, gpointer data);

/* To be called after the last attempt. */
void vkp_row_taker_finish(VkpRowTaker *taker);
