/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/job.h"
#include "common/roster/change.h"
#include "common/roster/filter.h"
#include "common/store/locate.h"
#include "service/kills.h"
#include "service/sight.h"

/* The service without its bus: looks at the system, keeps the roster current, kills. It runs on
 * whatever loop it is given and tells one listener what changed, so tests drive it by hand. */
typedef struct VkpManager VkpManager;

/* Between two looks, unless somebody says. */
#define VKP_TICK_USEC (2 * G_USEC_PER_SEC)
#define VKP_TICK_WATCHED_USEC (1 * G_USEC_PER_SEC)

typedef struct {
    const char *proc_root;             /* NULL: /proc */
    const char *database_path;         /* the user's choice; NULL: located by `places` */
    VkpLocateOptions places;           /* also where other boards' databases are looked for */
    const char *registry_path;         /* NULL: nothing is kept beyond this run */
    const char *frozen_path;           /* see common/kill/frozen.h; NULL: kill jobs never freeze */
    const char *const *worktree_roots; /* see vkp_places_resolve(); NULL: none */
    const char *const *shared_daemons; /* see vkp_shared_daemons_new(); NULL: none */
    guint64 tick_usec;                 /* between two looks; 0: VKP_TICK_USEC */
    guint64 watched_usec;              /* ... while watched; 0: VKP_TICK_WATCHED_USEC */
    uid_t uid;                         /* whose processes are managed */
    VkpLoop loop;                      /* borrowed; used by ticks and kill jobs only */
} VkpManagerOptions;

/* The facts behind the properties on the bus. */
typedef struct {
    guint process_count;
    guint executor_count;
    guint leftover_count;
    const char *database_path; /* borrowed from the manager */
    VkpDatabaseState database_state;
    guint degraded; /* VkpDegraded */
} VkpFacts;

/* Called from within whatever refreshed the roster: a tick, vkp_manager_refresh(), a kill job. Must
 * not call back into the manager except to look. Any of them may be NULL. */
typedef struct {
    void (*changed)(const VkpChange *change,
                    void *data); /* once a step, in vkp_change_diff order */
    void (*sampled)(const VkpRoster *roster, void *data); /* after each tick while watched */
    void (*facts_changed)(const VkpFacts *before, const VkpFacts *after, void *data);
    void *data;
} VkpManagerListener;

/* Opens what it needs and thaws what a crashed run left frozen. NULL and error when the proc file
 * system is not there; neither a missing database nor a broken registry is an error. */
VkpManager *vkp_manager_new(const VkpManagerOptions *options, GError **error);

/* Takes NULL. Running kill jobs are given up, which their listeners hear, and what they froze is
 * thawed. */
void vkp_manager_free(VkpManager *manager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpManager, vkp_manager_free)

/* Copied; one at a time, NULL for none. */
void vkp_manager_set_listener(VkpManager *manager, const VkpManagerListener *listener);

/* Refreshes by itself from now on: every so often, more often while watched, when a member exits,
 * and soon after the board was found locked. */
void vkp_manager_start(VkpManager *manager);
void vkp_manager_set_watched(VkpManager *manager, gboolean watched);

/* Whom no scope may hit, besides those the manager finds by itself: the bus (pid_t) and the applet
 * (0: nobody is). Replaces the last ones; counts from the next refresh. */
void vkp_manager_set_spared(VkpManager *manager, const GArray *buses, pid_t applet);

/* Looks at everything now. FALSE and error when the proc file system could not be read; then the
 * last roster stays. */
gboolean vkp_manager_refresh(VkpManager *manager, GError **error);

/* When the last look at everything began, be it for a kill or a registration; monotonic, 0: never.
 */
gint64 vkp_manager_looked_at_usec(const VkpManager *manager);

/* The members that fit, as vkp_filter_apply() has it, as of the last refresh; none before the
 * first. Borrowed until the next one; the caller frees the array. */
GPtrArray *vkp_manager_filter(const VkpManager *manager, const VkpFilter *filter);

/* The state of things as of the last refresh. */
VkpFacts vkp_manager_facts(const VkpManager *manager);

/* Starts a kill against a fresh roster; with dry_run nothing is signalled. Processes that another
 * job is ending already are waited for there; `force` makes that job hard only if it hits nobody
 * else. The listener is copied and never called from within; not at all after FALSE and error
 * (NOT_MANAGED, IDENTITY_CHANGED, NOT_FOUND, SYSTEM ...), when nothing was started. */
gboolean vkp_manager_kill(VkpManager *manager, const VkpScope *scope, const VkpKillOptions *options,
                          const VkpKillListener *listener, GError **error);

/* Registers the process for the execution, now and across restarts. The board need not know the
 * execution yet. NOT_FOUND: no such process; PERMISSION_DENIED: another user's, or protected. */
gboolean vkp_manager_register(VkpManager *manager, const VkpUuid *execution_id, pid_t pid,
                              GError **error);
