/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "tests/lib/stage.h"

/* The inside of the actor, a program of the tests that lives what its command line says. */

/* A run of words on the command line; `end` is not part of it. */
typedef struct {
    char **begin;
    char **end;
} Script;

typedef struct {
    VkpStage *stage;
    char **words;   /* the whole command line; words[0] is the name */
    Script on_term; /* what to do at SIGTERM; begin NULL: nothing */
    int opened;     /* the last file of "open" */
    bool has_settled;
    bool is_head; /* of a hydra, not the first one */
} Actor;

/* Lives the script. Returns when it is at its end. */
void actor_play(Actor *actor, Script script);

/* Forks if births are left. The child's pid, 0 in the child, -1 when none are left. */
pid_t actor_fork(Actor *actor);

/* Forks a child that plays the script and exits. -1 when no births are left. */
pid_t actor_fork_play(Actor *actor, Script script);

/* Takes one of the births that are left. */
bool actor_take_ticket(Actor *actor);

/* Tells the test that this process is as far as it wanted to come; counts once a process. */
void actor_settle(Actor *actor);

/* Waits for any signal, for `fd` (-1: none) or for `milliseconds` (-1: for ever). Plays on_term
 * after a SIGTERM. Exits when the warden is gone. */
void actor_pause(Actor *actor, int fd, int milliseconds);

/* Whether a SIGTERM was noted since the last time; for those without on_term. */
bool actor_take_term(Actor *actor);

bool actor_is_readable(int fd);

/* One more process of which the warden knows nothing in advance: starts its alarm, counts it. */
void actor_begin(Actor *actor);

/* Ends this process with a message from errno: the test sees it missing. */
_Noreturn void actor_fail(const char *what);

/* CLOCK_MONOTONIC. */
int64_t actor_now_usec(void);

/* Takes note of the signal in actor_pause() alone. Undone by actor_unblock_all() before an exec. */
void actor_handle(int signal_number);
void actor_unblock_all(void);

/* The unruly steps, see actor-unruly.c. */
void unruly_hydra(Actor *actor);
void unruly_twins(Actor *actor);
void unruly_storm(Actor *actor, int n, int pause_ms);
void unruly_hop(Actor *actor, int n, int life_ms, bool own_session);
void unruly_leaderless(Actor *actor);
void unruly_vfork(Actor *actor);
void unruly_trace(Actor *actor, Script script);
void unruly_pid_namespace(Actor *actor, Script script);
void unruly_exec_again(Actor *actor, int n);
void unruly_title(void);
void unruly_forge(void);

/* Never returns. */
int warden_main(void);
