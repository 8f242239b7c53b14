/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/contract.h"

/* Why a database cannot be read: the state for programs, a sentence for people. */
typedef struct {
    VkpDatabaseState state;
    char *text;             /* NULL: no problem */
    gboolean is_contention; /* the owner is writing: nothing is wrong */
} VkpProblem;

void vkp_problem_clear(VkpProblem *problem);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpProblem, vkp_problem_clear)

/* What an errno of looking at the file means. */
VkpProblem vkp_problem_of_errno(const char *path, int saved_errno);

/* What SQLite's extended code means, of opening or reading. */
VkpProblem vkp_problem_of_sqlite(const char *path, int code);

/* There is something at `path` or beside it, but no file. */
VkpProblem vkp_problem_no_file(const char *path);

/* It is a file, but not (or not yet) a board. */
VkpProblem vkp_problem_no_board(const char *path, gboolean is_empty);
