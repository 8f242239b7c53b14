/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/job.h"

/* The kill requests in flight. A process is ended by one job at a time: a request for processes
 * that a job is ending already waits for that job, but no longer than its own grace period. */
typedef struct VkpKills VkpKills;

/* What is called back for a request: one of the two, once; the results (VkpResult) are borrowed. */
typedef struct {
    /* From the loop, when every outcome is known. */
    void (*done)(const GPtrArray *results, void *data);
    /* From within vkp_kills_free(), if that comes first; outcome NONE where it is not known. Must
     * not call into VkpKills. May be NULL. */
    void (*given_up)(const GPtrArray *results, void *data);
    void *data;
} VkpKillListener;

typedef struct {
    VkpScope scope;
    const VkpKillOptions *options; /* copied as far as needed */
    VkpKillListener listener;
} VkpKillRequest;

/* `context` is copied without its peers; what it points to is borrowed. */
VkpKills *vkp_kills_new(const VkpKillContext *context);

/* Takes NULL. Gives up all requests, and thaws what their jobs froze. */
void vkp_kills_free(VkpKills *kills);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKills, vkp_kills_free)

/* Starts the request; takes the plan. The listener is never called from within this function, and
 * not at all after an error. */
gboolean vkp_kills_start(VkpKills *kills, const VkpKillRequest *request, VkpPlan *plan,
                         GError **error);

/* How many requests are in flight. */
guint vkp_kills_n_requests(const VkpKills *kills);
