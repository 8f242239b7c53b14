/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/contract.h"

/* Why a database cannot be read: the state for programs, a sentence for people. */
typedef struct {
    VkpDatabaseState state;
    char *text;             /* NULL: no problem */
    gboolean is_contention; /* the file is locked as its owner is writing: nothing is wrong */
} VkpProblem;

void vkp_problem_clear(VkpProblem *problem);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpProblem, vkp_problem_clear)

/* For an errno of stat() on the file. */
VkpProblem vkp_problem_of_errno(const char *path, int saved_errno);

/* For SQLite's extended code, from opening or reading. */
VkpProblem vkp_problem_of_sqlite(const char *path, int code);

/* For a path at which, or beside which, there is something that is no regular file. */
VkpProblem vkp_problem_no_file(const char *path);

/* For a file that is no (or not yet a) vibe-kanban database. */
VkpProblem vkp_problem_no_board(const char *path, gboolean is_empty);
