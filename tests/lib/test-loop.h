/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/loop.h"
#include "tests/lib/deadline.h"

/* A small event loop on poll(), for what asks for a VkpLoop. One thread, no globals. */
typedef struct VkpTestLoop VkpTestLoop;

VkpTestLoop *vkp_test_loop_new(void);
void vkp_test_loop_free(VkpTestLoop *loop); /* takes NULL; every source must be cancelled by then */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpTestLoop, vkp_test_loop_free)

/* What to hand in; valid as long as the loop. */
VkpLoop vkp_test_loop_ops(VkpTestLoop *loop);

/* Runs until `done` says TRUE (asked after each turn) or `timeout_ms` are over. Returns its answer.
 */
gboolean vkp_test_loop_run(VkpTestLoop *loop, guint timeout_ms, VkpDeadlineFunc done,
                           gpointer data);

/* One turn: waits at most `timeout_ms`, then calls what is due. FALSE when nothing was. */
gboolean vkp_test_loop_turn(VkpTestLoop *loop, guint timeout_ms);

/* Sources that were started and not cancelled. */
guint vkp_test_loop_n_sources(const VkpTestLoop *loop);

/* Two clocks: this thread's own work, which others on the machine cannot lengthen, and the time
 * that passed, in which it may have slept as well. */
typedef struct {
    gint64 work_usec;
    gint64 wall_usec;
} VkpTestLoopTime;

/* The most that any callback took of each: how long nobody else was served. */
VkpTestLoopTime vkp_test_loop_longest_callback(const VkpTestLoop *loop);

/* What the callbacks do for somebody else's account counts as if it took no time: between these two
 * both clocks stand still. */
void vkp_test_loop_pause_clock(VkpTestLoop *loop);
void vkp_test_loop_resume_clock(VkpTestLoop *loop);

/* From now on watch() and start_timer() fail after `n` more successes; -1: never. */
void vkp_test_loop_fail_after(VkpTestLoop *loop, int n);
