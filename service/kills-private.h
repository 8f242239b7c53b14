/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/kills.h"

/* What the files of the kills share. */

typedef struct Request Request;

typedef struct {
    VkpKills *kills;
    VkpKillJob *job;
    const Request *owner; /* who started it and waits for its end; others may wait, too */
    VkpScope scope;
    gboolean include_weak;
    gboolean is_hard;   /* ends with SIGKILL */
    gboolean is_over;   /* nobody may join it any more */
    GPtrArray *waiting; /* Request, borrowed */
} Job;

struct Request {
    VkpKills *kills;
    VkpScope scope;
    VkpKillOptions options;
    VkpKillListener listener;
    GPtrArray *results;      /* VkpResult, one a process */
    GHashTable *by_identity; /* VkpIdentity* inside a result -> VkpResult */
    GHashTable *joined;      /* member set: who is being ended by others' jobs */
    GHashTable *again;       /* member set: of those, who survived though we may go further */
    guint n_jobs;            /* still to be waited for */
    gint64 grace_end;        /* g_get_monotonic_time() */
    void *grace;             /* timer, while others' jobs are waited for */
    void *timer;             /* to answer from the loop when there is nothing to wait for */
};

struct VkpKills {
    VkpKillContext context;
    GPtrArray *jobs;     /* Job */
    GPtrArray *requests; /* Request */
};

/* Notes what these say of the request's targets, and with whom it is to go on. */
void vkp_kills_take_results(Request *request, const Job *job, const GPtrArray *results);

/* Goes on with those, or answers when there is nothing more to wait for: then the request is freed.
 * `earlier`: the job that they have survived; NULL: it is not over. */
void vkp_kills_go_on(Request *request, const Job *earlier);

/* How much of the grace is left, in microseconds; 0 when it is over. */
gint64 vkp_kills_grace_left(const Request *request);

/* From then on the request waits for others' jobs until its own grace is over. */
void vkp_kills_start_grace(Request *request);
