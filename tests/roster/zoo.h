/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/manager.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/family.h"
#include "tests/lib/test-loop.h"

/* The zoo: situations of real processes around a real database, judged by the whole service line
 * (reader, scanner, store, registry, holders, roster, kill) without its bus. Each situation says
 * for each of its processes what List has to tell and whether a group kill has to hit it. Processes
 * that it does not name must be spared. */

/* What cannot be told from outside, and how it comes out:
 *
 * - A daemon that has shed parent, group, session, folder and environment before the service looked
 *   for the first time leaves nothing to go by: no member.
 * - What others start on an agent's behalf (systemd-run, cron, at, a D-Bus activation, docker) does
 *   not descend from it: no member, unless its folder gives it away.
 * - Whoever forges a mark of ours is a member.
 * - What an agent has the user's systemd or bus start with its marks looks like what has them from
 *   an environment that was imported: weak.
 * - An executor that lost its server before the service looked for the first time, and was adopted
 *   by a subreaper of its own session, looks like that one's child: not left over, so spared.
 * - With several children of an agent's launcher nobody knows which is the agent: all of them are
 *   executors. Of those of another launcher none is.
 * - A pid that is given anew within the clock tick (10 ms) of its first owner's start is the same
 *   identity. Only by force can that happen, since all other pids come first.
 * - A process in uninterruptible sleep cannot be ended; that is the kill job's to say. */

/* What a situation has at hand: a board with the attempts 1 and 2, whose worktrees are neighbours
 * with a common beginning in their names, and a family that ends with it. */
typedef struct {
    FakeLayout layout;
    char *folder;   /* holds everything */
    char *home;     /* HOME, with the databases of other boards in it */
    char *database; /* ours */
    FakeBoard *board;
    FakeBoard *locker; /* NULL; else an open transaction that ends with the situation */
    gint64 begin_usec; /* since the epoch; rows start then unless told otherwise */
    VkpFamily *family;
    guint n_settled; /* how many actors the situation has waited for */
    VkpTestLoop *loop;
    VkpManager *manager; /* NULL until zoo_look() */
    gboolean is_left;    /* an obstacle was met half-way, see zoo_leave() */
    const char *obstacle;
} Zoo;

/* What to expect of one process, found by its name. `told` is what zoo_tell() says of it. */
typedef struct {
    const char *name;
    const char *told;
    gboolean is_hit;
} ZooVerdict;

#define ZOO_HIT TRUE
#define ZOO_SPARED FALSE
#define ZOO_MAX_VERDICTS 8

typedef struct {
    const char *name; /* a sentence */
    void (*stage)(Zoo *zoo);
    ZooVerdict verdicts[ZOO_MAX_VERDICTS];
    FakeLayout layout;  /* 0 (A): late E, as upstream writes it today */
    VkpScopeKind scope; /* SINGLE: the attempt 1 */
    gboolean include_weak;
    const char *(*obstacle)(void); /* why it cannot be staged here, or NULL */
} ZooSituation;

/* Each file of situations hands out its table. */
const ZooSituation *zoo_launched(guint *n);
const ZooSituation *zoo_escapes(guint *n);
const ZooSituation *zoo_leftovers(guint *n);
const ZooSituation *zoo_bystanders(guint *n);
const ZooSituation *zoo_desktop(guint *n);
const ZooSituation *zoo_servers(guint *n);
const ZooSituation *zoo_places(guint *n);
const ZooSituation *zoo_strange(guint *n);
const ZooSituation *zoo_hostile(guint *n);

/* What came of one process. */
typedef struct {
    const ZooVerdict *verdict;
    char *told;
    gboolean is_hit; /* dead after the kill */
} ZooFate;

typedef struct {
    GPtrArray *fates; /* ZooFate */
    guint n_told_wrong;
    guint n_wrong_kills; /* unnamed processes included */
    guint n_missed;
    const char *obstacle; /* why it could not be staged after all */
} ZooReport;

ZooReport *zoo_run(const ZooSituation *situation);
void zoo_report_free(ZooReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ZooReport, zoo_report_free)

/* For situations. Scripts are those of tests/lib/actor-steps.c, with {one} and {two} for the
 * worktrees, {mark1} and {mark2} for the attempts' marks as the layout's server sets them, {db},
 * {home}, {folder} and {beast}, a program of zoo-beast.c. */
pid_t zoo_spawn(Zoo *zoo, const char *script);
char *zoo_fill(const Zoo *zoo, const char *text);
/* Waits until so many more actors have come as far as they want. */
void zoo_settle(Zoo *zoo, guint n);
/* Refreshes the manager, made on first use. */
void zoo_look(Zoo *zoo);
/* Looks until List tells that of the process, or the time is over: an id that the board lacks is in
 * doubt for the rest of the clock tick in which its process started. */
void zoo_look_until(Zoo *zoo, const char *name, const char *told, guint timeout_ms);
/* Ends the manager, as a restart of the service does: the next look begins with the registry. */
void zoo_restart(Zoo *zoo);
void zoo_register(Zoo *zoo, guint execution, pid_t pid);
/* An execution of the attempt with that pid (0: none), running since begin_usec. */
void zoo_add_row(Zoo *zoo, guint number, guint attempt, pid_t pid);
void zoo_add_row_at(Zoo *zoo, guint number, guint attempt, pid_t pid, gint64 started_usec);
/* Another attempt, of a task of its own. */
void zoo_add_attempt(Zoo *zoo, guint number, const char *folder);
VkpUuid zoo_attempt_id(guint number);
VkpUuid zoo_execution_id(guint number);
/* "VK_WORKSPACE_ID=..." as the layout's server sets it; the caller frees it. */
char *zoo_dup_mark(const Zoo *zoo, guint attempt);
/* Ends the process by pidfd and waits until it is dead. */
void zoo_end(Zoo *zoo, const char *name);
/* Waits until its parent has reaped it as well. */
void zoo_end_and_reap(Zoo *zoo, const char *name);
void zoo_make_folder(const Zoo *zoo, const char *path);
void zoo_remove_folder(const char *path);
/* Ends the situation: what it needs is not there after all. */
void zoo_leave(Zoo *zoo, const char *obstacle);

/* Common obstacles. */
const char *zoo_needs_root(void);
const char *zoo_needs_ordinary_user(void);
const char *zoo_needs_npx(void);
const char *zoo_needs_tmux(void);
