/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/job.h"

/* The kill requests under way. One job ends one process: a request for processes that a job is
 * ending already waits for that job, but no longer than for its own grace. */
typedef struct VkpKills VkpKills;

/* Whoever asked. One of the two is called, once; the results (VkpResult) are borrowed. */
typedef struct {
    /* From the loop, when every fate is known. */
    void (*done)(const GPtrArray *results, void *data);
    /* From within vkp_kills_free(), which then comes first; outcome NONE where a fate is open. Must
     * not call back. NULL: nobody wants to know. */
    void (*given_up)(const GPtrArray *results, void *data);
    void *data;
} VkpKillListener;

typedef struct {
    VkpScope scope;
    const VkpKillOptions *options; /* copied as far as needed */
    VkpKillListener listener;
} VkpKillRequest;

/* `context` is copied but for its peers, what it points to is borrowed. */
VkpKills *vkp_kills_new(const VkpKillContext *context);

/* Takes NULL. Gives all requests up; what their jobs froze is thawed. */
void vkp_kills_free(VkpKills *kills);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKills, vkp_kills_free)

/* Starts the request, taking its plan. The listener is never called from within, and not at all
 * after an error. */
gboolean vkp_kills_start(VkpKills *kills, const VkpKillRequest *request, VkpPlan *plan,
                         GError **error);

/* How many requests are under way. */
guint vkp_kills_n_requests(const VkpKills *kills);
