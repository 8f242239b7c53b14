/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/store/store.h"
#include "tests/lib/fake-board.h"
#include "tests/store/scratch.h"

/* A board with a good project (1), task (2), attempt (3) and execution (4), which everything bad
 * must leave alone. */
typedef struct {
    Scratch *scratch;
    FakeBoard *board;
    VkpStore *store; /* home: /home/ada */
} Fixture;

/* For g_test_add(); `data` is the FakeLayout. */
void fixture_set_up(Fixture *fixture, gconstpointer data);
void fixture_tear_down(Fixture *fixture, gconstpointer data);

/* Refreshes: the state is ok, and what is good is there. */
void fixture_read_well(Fixture *fixture);

/* Of fake_id(number); NULL: it is not on the board. */
const VkpAttempt *fixture_attempt_of(Fixture *fixture, guint number);
const VkpExecution *fixture_execution_of(Fixture *fixture, guint number);
guint fixture_n_skipped(Fixture *fixture);
