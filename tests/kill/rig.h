/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/job.h"
#include "common/roster/memory.h"
#include "common/store/board.h"
#include "tests/lib/family.h"
#include "tests/lib/test-loop.h"

/* All that a kill needs, around a family of real processes: two worktrees of two attempts, ours and
 * a sibling's, and rosters by the real rules. Processes named "innocent..." are nobody's business.
 */
typedef struct {
    VkpFamily *family;
    VkpTestLoop *loop;
    VkpReader *reader;
    VkpKillContext context;
    VkpScope scope; /* of our attempt; may be changed */
    char *folder;
    char *our_worktree;
    char *sibling_worktree;
    VkpUuid our_attempt;
    VkpUuid sibling_attempt;
    guint n_scans;
    guint n_steps; /* for a before_step() that counts */
    guint last_step;
    GHashTable *spared; /* set of pids that must be spared */
    /* private to rig.c */
    struct VkpRigEyes *eyes;
} VkpRig;

VkpRig *vkp_rig_new(guint max_births, guint seconds);
void vkp_rig_free(VkpRig *rig); /* takes NULL; ends the family */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRig, vkp_rig_free)

/* Lets jobs take one another's rosters, as in the service. */
void vkp_rig_share_rosters(VkpRig *rig);

/* Starts an actor in our worktree with our attempt's mark, or in the sibling's with the sibling's.
 */
pid_t vkp_rig_spawn(VkpRig *rig, const char *script);
pid_t vkp_rig_spawn_sibling(VkpRig *rig, const char *script);

/* What came of a kill. */
typedef struct {
    GPtrArray *results; /* VkpResult */
    guint n_killed;     /* by vkp_results_count() */
    guint n_failed;
    guint n_survivors; /* of ours that live now, by a look of our own */
    guint n_false;     /* results that such a look proves wrong */
    guint n_innocents; /* innocents that were there before and are not now, or are stopped */
    guint n_frozen;    /* of ours and innocents: stopped now and not before */
    gint64 usec;       /* from start to answer */
    VkpTestLoopTime longest_callback; /* without the rosters */
} VkpVerdict;

void vkp_verdict_clear(VkpVerdict *verdict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpVerdict, vkp_verdict_clear)

/* Plans by a fresh roster and runs a job to its end, 70 s at most. */
VkpVerdict vkp_rig_kill(VkpRig *rig, const VkpKillOptions *options);

/* The steps of it, for what happens in between. */
VkpKillJob *vkp_rig_plan(VkpRig *rig, const VkpKillOptions *options);
void vkp_rig_start(VkpRig *rig, VkpKillJob *job);
VkpVerdict vkp_rig_finish(VkpRig *rig, VkpKillJob *job); /* frees the job */

/* Looks with the present effective uid from now on. */
void vkp_rig_reopen_eyes(VkpRig *rig);

/* A roster of this moment. */
VkpRoster *vkp_rig_look(VkpRig *rig);

/* The outcome for this pid; NONE if there is no result. */
VkpOutcome vkp_verdict_outcome(const VkpVerdict *verdict, pid_t pid);
const char *vkp_verdict_detail(const VkpVerdict *verdict, pid_t pid); /* "" if none */

/* One of the scene, when so many have settled. */
pid_t vkp_rig_spawn_settled(VkpRig *rig, const char *script, guint n_settled);

/* Makes the scope that single process. */
void vkp_rig_aim_at(VkpRig *rig, pid_t pid);
