/* SPDX-License-Identifier: Apache-2.0 */
#include <glib/gstdio.h>

#include "common/store/store.h"
#include "tests/bench/results.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/figures.h"

#define N_ATTEMPTS 200
#define ROUNDS 9

static void fill(FakeBoard *board, guint n_executions)
{
    fake_board_begin(board);
    for (guint i = 0; i < N_ATTEMPTS; i++)
        fake_board_add_attempt(board, &(FakeAttempt){.id = fake_id(1000 + i),
                                                     .folder = "/nonexistent/worktree",
                                                     .agent = "CLAUDE_CODE"});
    for (guint i = 0; i < n_executions; i++)
        fake_board_add_execution(board,
                                 &(FakeExecution){.id = fake_id(100000 + i),
                                                  .attempt_id = fake_id(1000 + i % N_ATTEMPTS),
                                                  .status = i % 50 ? "completed" : NULL});
    fake_board_commit(board);
}

void bench_board(const char *folder, guint n_executions, double *anew, double *unchanged)
{
    g_autofree char *path = g_build_filename(folder, "large.sqlite", NULL);
    g_autoptr(FakeBoard) board = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    g_autoptr(Figures) first = figures_new();
    g_autoptr(Figures) again = figures_new();
    fill(board, n_executions);
    g_usleep(3 * G_USEC_PER_SEC); /* a file that has just been written is read once more */
    for (guint i = 0; i < ROUNDS; i++) {
        g_autoptr(VkpStore) store = vkp_store_new(path);
        double begin = figures_now();
        vkp_store_refresh(store);
        figures_add(first, figures_now() - begin);
        g_assert_cmpuint(vkp_board_n_executions(vkp_store_board(store)), >, 0);
        begin = figures_now();
        vkp_store_refresh(store);
        figures_add(again, figures_now() - begin);
    }
    *anew = figures_at(first, 0.5);
    *unchanged = figures_at(again, 0.5);
    g_unlink(path);
}
