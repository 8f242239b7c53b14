/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/kills.h"
#include "tests/kill/rig.h"

/* For tests of requests that overlap: real processes, without a bus. */
typedef struct {
    VkpRig *rig;
    VkpKills *kills;
} KillsFixture;

/* One request and what came of it. */
typedef struct {
    guint n_answers;
    GPtrArray *results; /* NULL: no answer yet */
} KillsAnswer;

void kills_answer_clear(KillsAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(KillsAnswer, kills_answer_clear)

void kills_set_up(KillsFixture *fixture, gconstpointer data);
void kills_tear_down(KillsFixture *fixture, gconstpointer data);

/* A member that has settled. */
pid_t kills_spawn(KillsFixture *fixture, const char *script);

gboolean kills_is_alive(pid_t pid);
VkpIdentity kills_identity(pid_t pid);
VkpScope kills_single(pid_t pid);

/* `room`: how many sources the loop still takes; -1: any number. */
gboolean kills_try(KillsFixture *fixture, VkpScope scope, const VkpKillOptions *options, int room,
                   KillsAnswer *answer, GError **error);
void kills_start(KillsFixture *fixture, VkpScope scope, const VkpKillOptions *options,
                 KillsAnswer *answer);
void kills_await(KillsFixture *fixture, KillsAnswer *answer);

/* Until everybody was sent SIGTERM. */
void kills_let_it_ask(KillsFixture *fixture);

/* NONE if there is no result for it. */
VkpOutcome kills_outcome(const KillsAnswer *answer, pid_t pid);
