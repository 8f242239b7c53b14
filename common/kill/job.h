/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/frozen.h"
#include "common/kill/loop.h"
#include "common/kill/plan.h"
#include "common/proc/image-guard.h"
#include "common/proc/reader.h"

/* A kill job: carries out one kill as a state machine on the caller's loop: adopt each target (open
 * a pidfd, check the identity), polite pass (SIGTERM) with rescans for new targets, hard pass
 * (freeze, then SIGKILL) with rescans, done. With scope single there are no rescans, and nothing is
 * frozen. Every signal goes through a pidfd whose process was checked after it was opened. */
typedef struct VkpKillJob VkpKillJob;

/* What concurrent jobs tell each other; each function may be NULL. */
typedef struct {
    /* Whether another job is ending the process, so that it is left to that one. Asked only for
     * processes found by rescans, never for the plan's. */
    gboolean (*is_taken)(const VkpKillJob *asking, VkpIdentity identity, void *data);
    /* The process was sent SIGKILL: another job that is ending it must not report that it exited on
     * SIGTERM. */
    void (*note_killed)(const VkpKillJob *by, VkpIdentity identity, void *data);
    void *data;
} VkpKillPeers;

/* What the job needs from its caller; all borrowed, outliving the job. */
typedef struct {
    VkpReader *reader;
    VkpImageGuard *guard; /* for reads of memory that may block; NULL: the loop may block */
    VkpLoop loop;
    /* A roster of this very moment; a new reference, or NULL and error. */
    VkpRoster *(*fresh_roster)(void *data, GError **error);
    /* The last roster, if its look at the system began after `since_usec` (g_get_monotonic_time())
     * and missed no process; a new reference. NULL: there is none. May itself be NULL. */
    VkpRoster *(*known_roster)(gint64 since_usec, void *data);
    /* Whether the process must be spared after all (it has the database open by now). FALSE when
     * that can't be seen as we are out of descriptors: it is called again later. */
    gboolean (*check_spared)(VkpIdentity identity, gboolean *must_spare, void *data);
    void *data;
    const char *frozen_path; /* NULL: never freeze */
    VkpKillPeers peers;
    /* For tests that end the program at each step: called before every write of the list and every
     * signal. NULL otherwise. */
    void (*before_step)(void *data);
} VkpKillContext;

/* Called once, from the loop, when every outcome is known. `results` (VkpResult) is passed to the
 * callee. It may free the job. */
typedef void (*VkpKillDone)(VkpKillJob *job, GPtrArray *results, void *data);

/* Takes the plan; copies scope and options. Sends no signal before vkp_kill_job_start(). */
VkpKillJob *vkp_kill_job_new(const VkpKillContext *context, const VkpScope *scope,
                             const VkpKillOptions *options, VkpPlan *plan);
void vkp_kill_job_free(VkpKillJob *job); /* takes NULL; thaws what it froze */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillJob, vkp_kill_job_free)

/* Begins at the next iteration of the loop and goes on by itself; `done` is never called from
 * within this function. FALSE and error when the loop can start no timer: then nothing is signalled
 * and `done` is never called. */
gboolean vkp_kill_job_start(VkpKillJob *job, VkpKillDone done, void *data, GError **error);

/* Goes over to the hard pass at once, as if `force` had been given; `done` is never called from
 * within this function. */
void vkp_kill_job_force(VkpKillJob *job);

/* Whether the process is one that the job still has to end: not one that it has given up or seen
 * dead. */
gboolean vkp_kill_job_covers(const VkpKillJob *job, VkpIdentity identity);

/* Notes that another job has sent the process SIGKILL. */
void vkp_kill_job_note_killed(VkpKillJob *job, VkpIdentity identity);

/* The state of each process of the job (VkpResult), including those found by rescans. Outcome NONE:
 * the job may still signal it; the detail says whether it has already. */
GPtrArray *vkp_kill_job_list_standing(const VkpKillJob *job);

/* Whether it is in its hard pass, or will be at its next turn, so that it ends soon. */
gboolean vkp_kill_job_is_hard(const VkpKillJob *job);

/* What is known so far of its targets (VkpResult); the job goes on. */
GPtrArray *vkp_kill_job_dup_results(const VkpKillJob *job);

/* For a job that continues where `earlier` ended: no process gets SIGTERM a second time. */
void vkp_kill_job_take_over(VkpKillJob *job, const VkpKillJob *earlier);
