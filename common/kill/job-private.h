/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/crew.h"
#include "common/kill/freezer.h"
#include "common/kill/job.h"

/* What the files of the job share. */

typedef enum {
    PASS_POLITE,
    PASS_FREEZE,
    PASS_KILL,
} Pass;

struct VkpKillJob {
    VkpKillContext context;
    VkpScope scope;
    VkpKillOptions options;
    VkpCrew *crew;
    GPtrArray *results; /* VkpResult: what the plan had decided */
    VkpRoster *roster;  /* by which the plan was made; NULL: not known, or needed no more */
    VkpKillDone done;
    void *data;
    void *timer;      /* the next turn */
    VkpLoopFunc turn; /* and what it is */
    Pass pass;
    gint64 pass_end;   /* g_get_monotonic_time() when patience with this pass is over */
    gint64 pause;      /* before the next scan when nothing happens */
    gint64 noted_usec; /* when a death was noted last, or the lack of one */
    gint64 look_usec;  /* how long the last roster took to be made */
    guint n_adopted;   /* targets before this index have been tried in this round */
    guint n_acted;     /* targets before this index have been given what the pass has */
    guint n_empty_scans;
    gboolean is_news;     /* the last scan brought somebody, or could not be made */
    guint n_rested;       /* targets before this index have been seen at rest in this turn */
    gboolean was_at_rest; /* everybody was, when the last scan began */
    VkpFreezer *freezer;
    int fd_limit;
};
