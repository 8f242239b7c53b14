/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/roster/roster.h"

/* Rosters drawn by hand, for what is decided without any process. */

typedef struct {
    pid_t pid;
    pid_t parent_pid;
    pid_t group;
    pid_t session;
    guint64 start_ticks; /* 0: 1000 + pid */
    guint confidence;    /* 0: 90 */
    char state;          /* 0: 'S' */
    guint threads;       /* 0: 1 */
    guint attempt;       /* which attempt, see sketch_id(); 0: none */
    gboolean is_executor;
    gboolean is_protected;
    gboolean is_shared_daemon;
    gboolean is_leftover;
} Sketch;

/* An id from a number, always the same; 0 is nil. */
VkpUuid sketch_id(guint number);

/* Sealed. The attempt N has the task N + 100, the project N + 200 and the execution N + 300. */
VkpRoster *sketch_roster(const Sketch *sketches, guint n_sketches);

/* A strong member after a living process, of the attempt 1; the caller owns it and may change it.
 */
VkpMember *sketch_after_life(VkpReader *reader, pid_t pid, VkpEvidence evidence);

#define SKETCH_ROSTER(...)                                                                         \
    sketch_roster((const Sketch[]){__VA_ARGS__}, G_N_ELEMENTS(((const Sketch[]){__VA_ARGS__})))
