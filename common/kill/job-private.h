/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/crew.h"
#include "common/kill/freezer.h"
#include "common/kill/job.h"

/* Shared by the job's source files. */

typedef enum {
    PASS_POLITE, /* SIGTERM, then the grace period */
    PASS_FREEZE, /* SIGSTOP to all, so that none can fork or react */
    PASS_KILL,   /* SIGKILL */
} Pass;

struct VkpKillJob {
    VkpKillContext context;
    VkpScope scope;
    VkpKillOptions options;
    VkpCrew *crew;
    GPtrArray *results; /* VkpResult: those that the plan had decided */
    VkpRoster *roster;  /* from which the plan was made; NULL: not known, or no longer needed */
    VkpKillDone done;
    void *data;
    void *timer;      /* for the next turn, that is, call from the loop */
    VkpLoopFunc turn; /* what that calls */
    Pass pass;
    gint64 pass_end;   /* g_get_monotonic_time() at which this pass times out */
    gint64 pause;      /* before the next scan when nothing happens, see pace.h */
    gint64 noted_usec; /* when targets were last checked for death */
    gint64 look_usec;  /* how long it took to make the last roster */
    guint n_adopted;   /* targets before this index have been tried in this round */
    guint n_acted;     /* targets before this index have been sent the signal of this pass */
    guint n_empty_scans;
    gboolean is_news;     /* the last scan found a new target, or failed */
    guint n_rested;       /* targets before this index have been seen at rest in this turn */
    gboolean was_at_rest; /* all targets were, when the last scan began */
    VkpFreezer *freezer;
    int fd_limit;
};
