/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/kills.h"

/* Shared by the source files of VkpKills. A request is what a caller asked for, a job is what ends
 * processes; see kills.c. */

typedef struct Request Request;

typedef struct {
    VkpKills *kills;
    VkpKillJob *job;
    const Request *owner; /* the request that started it; others may wait for it, too */
    VkpScope scope;
    gboolean include_weak;
    gboolean is_hard;   /* ends with SIGKILL */
    gboolean is_over;   /* no request may join it any more */
    GPtrArray *waiting; /* Request, borrowed */
} Job;

struct Request {
    VkpKills *kills;
    VkpScope scope;
    VkpKillOptions options;
    VkpKillListener listener;
    GPtrArray *results;      /* VkpResult, one a process */
    GHashTable *by_identity; /* VkpIdentity* inside a result -> VkpResult */
    GHashTable *joined;      /* member set: targets that jobs of other requests are ending */
    GHashTable *again;       /* member set: of these, survivors that this request may go on with */
    guint n_jobs;            /* still to be waited for */
    gint64 grace_end;        /* of its grace period, g_get_monotonic_time() */
    void *grace;             /* timer, while it waits for jobs of other requests */
    void *timer;             /* to answer from the loop when there is nothing to wait for */
};

struct VkpKills {
    VkpKillContext context;
    GPtrArray *jobs;     /* Job */
    GPtrArray *requests; /* Request */
};

/* Notes the results for the request's targets, and the survivors that it has to go on with. */
void vkp_kills_take_results(Request *request, const Job *job, const GPtrArray *results);

/* Goes on with these survivors, or answers when there is nothing more to wait for: then the request
 * is freed. `earlier`: the job that they survived; NULL: it is not over. */
void vkp_kills_go_on(Request *request, const Job *earlier);

/* How much of the grace period is left, in microseconds; 0 when it is over. */
gint64 vkp_kills_grace_left(const Request *request);

/* From now on the request waits for jobs of other requests until its own grace period is over. */
void vkp_kills_start_grace(Request *request);
