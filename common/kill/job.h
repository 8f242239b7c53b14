/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/frozen.h"
#include "common/kill/loop.h"
#include "common/kill/plan.h"
#include "common/proc/image-guard.h"
#include "common/proc/reader.h"

/* One kill request on its way, as a state machine on the caller's loop: adopt (pidfd and identity),
 * polite pass with rescans, hard pass (freeze, kill) with rescans, done. A single process is hit
 * alone: nobody is looked for, nobody frozen. Every signal goes through a pidfd that was opened
 * first and checked afterwards. */
typedef struct VkpKillJob VkpKillJob;

/* What jobs that run side by side tell each other; each function may be NULL. */
typedef struct {
    /* Whether another job has the process in hand; it is left to that one. Asked of processes that
     * were found on the way only, never of the plan's. */
    gboolean (*is_taken)(const VkpKillJob *asking, VkpIdentity identity, void *data);
    /* The process was sent SIGKILL: whoever else has it in hand must not take it for one that went
     * when it was asked to. */
    void (*note_killed)(const VkpKillJob *by, VkpIdentity identity, void *data);
    void *data;
} VkpKillPeers;

/* What the job needs of its surroundings; all borrowed, outliving the job. */
typedef struct {
    VkpReader *reader;
    VkpImageGuard *guard; /* for memory that keeps readers waiting; NULL: the loop may wait */
    VkpLoop loop;
    /* A roster of this very moment; a new reference, or NULL and error. */
    VkpRoster *(*fresh_roster)(void *data, GError **error);
    /* The last roster, if its look began later than that (g_get_monotonic_time()) and missed nobody
     * who was there; a new reference. NULL: there is none. May itself be NULL. */
    VkpRoster *(*known_roster)(gint64 since_usec, void *data);
    /* Whether the process must be spared after all (it holds the database by now). FALSE when that
     * can't be seen for want of descriptors: it is asked again. */
    gboolean (*check_spared)(VkpIdentity identity, gboolean *must_spare, void *data);
    void *data;
    const char *frozen_path; /* NULL: never freeze */
    VkpKillPeers peers;
    /* For tests that end the program at each step: called before every change of the outside world
     * (a write of the list, a signal). NULL otherwise. */
    void (*before_step)(void *data);
} VkpKillContext;

/* Called once, from the loop, when every fate is known. `results` (VkpResult) is the callee's. The
 * job may be freed inside. */
typedef void (*VkpKillDone)(VkpKillJob *job, GPtrArray *results, void *data);

/* Takes the plan; copies scope and options. Nothing is signalled before vkp_kill_job_start(). */
VkpKillJob *vkp_kill_job_new(const VkpKillContext *context, const VkpScope *scope,
                             const VkpKillOptions *options, VkpPlan *plan);
void vkp_kill_job_free(VkpKillJob *job); /* takes NULL; thaws whom it froze */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillJob, vkp_kill_job_free)

/* Begins at the next turn of the loop and goes on by itself; `done` is never called from within.
 * FALSE and error when the loop has no room for a timer: then nobody is signalled and `done` is
 * never called. */
gboolean vkp_kill_job_start(VkpKillJob *job, VkpKillDone done, void *data, GError **error);

/* Goes over to the hard pass at once, as if `force` had been asked for; `done` is never called from
 * within. */
void vkp_kill_job_force(VkpKillJob *job);

/* Whether the process is among those that the job is still to end: not whom it has given up, nor
 * whom it has seen dead. */
gboolean vkp_kill_job_covers(const VkpKillJob *job, VkpIdentity identity);

/* Notes that another job has sent the process SIGKILL. */
void vkp_kill_job_note_killed(VkpKillJob *job, VkpIdentity identity);

/* How it stands with each process of the job (VkpResult), those included that it has found on the
 * way. Outcome NONE: the job may still signal it; the detail tells whether it has. */
GPtrArray *vkp_kill_job_list_standing(const VkpKillJob *job);

/* Whether it is in its hard pass, or will be at its next turn: it ends soon. */
gboolean vkp_kill_job_is_hard(const VkpKillJob *job);

/* What can be said by now of those whom it has in hand (VkpResult); the job goes on. */
GPtrArray *vkp_kill_job_dup_results(const VkpKillJob *job);

/* For a job that goes on where `earlier` ended: nobody is asked a second time. */
void vkp_kill_job_take_over(VkpKillJob *job, const VkpKillJob *earlier);
