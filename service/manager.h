/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/job.h"
#include "common/roster/change.h"
#include "common/roster/filter.h"
#include "common/store/locate.h"
#include "service/kills.h"
#include "service/sight.h"

/* The service without its bus: looks at the system, keeps the roster current, and kills. It runs on
 * the loop that it is given and notifies one listener of changes, so that tests can drive it by
 * hand. */
typedef struct VkpManager VkpManager;

/* The default time between two ticks, that is, periodic looks at the system. */
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
    guint64 tick_usec;                 /* between two ticks; 0: VKP_TICK_USEC */
    guint64 watched_usec;              /* ... while watched; 0: VKP_TICK_WATCHED_USEC */
    uid_t uid;                         /* whose processes are managed */
    VkpLoop loop;                      /* borrowed; used by ticks and kill jobs only */
} VkpManagerOptions;

/* The values of the properties on the bus. */
typedef struct {
    guint process_count;
    guint executor_count;
    guint leftover_count;
    const char *database_path; /* borrowed from the manager */
    VkpDatabaseState database_state;
    guint degraded; /* VkpDegraded */
} VkpFacts;

/* Called whenever the roster was refreshed, by a tick, by vkp_manager_refresh() or for a kill job.
 * Must only call functions of the manager that do not change it. Each may be NULL. */
typedef struct {
    void (*changed)(const VkpChange *change,
                    void *data); /* once per change, in the order of vkp_change_diff() */
    void (*sampled)(const VkpRoster *roster, void *data); /* after each tick while watched */
    void (*facts_changed)(const VkpFacts *before, const VkpFacts *after, void *data);
    void *data;
} VkpManagerListener;

/* Opens what it needs and thaws what a crashed run left frozen. NULL and error when there is no
 * proc file system; a missing database or a broken registry is no error. */
VkpManager *vkp_manager_new(const VkpManagerOptions *options, GError **error);

/* Takes NULL. Running kill jobs are given up, which their listeners are told, and what they froze
 * is thawed. */
void vkp_manager_free(VkpManager *manager);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpManager, vkp_manager_free)

/* Replaces the listener; copied, NULL for none. */
void vkp_manager_set_listener(VkpManager *manager, const VkpManagerListener *listener);

/* Refreshes by itself from now on: at each tick, when a member exits, and soon after the database
 * was found locked. */
void vkp_manager_start(VkpManager *manager);

/* Watched, that is, while a client is subscribed, ticks are more frequent. */
void vkp_manager_set_watched(VkpManager *manager, gboolean watched);

/* Processes that no scope may hit, besides those that the manager finds itself: the bus (pid_t) and
 * the applet (0: none). Replaces the last ones; takes effect at the next refresh. */
void vkp_manager_set_spared(VkpManager *manager, const GArray *buses, pid_t applet);

/* Looks at the system now. FALSE and error when the proc file system could not be read; then the
 * last roster is kept. */
gboolean vkp_manager_refresh(VkpManager *manager, GError **error);

/* When the last complete look at the system began, be it for a kill or a registration; monotonic,
 * 0: never. */
gint64 vkp_manager_looked_at_usec(const VkpManager *manager);

/* The members that match, see vkp_filter_apply(), as of the last refresh; none before the first.
 * They are borrowed until the next one; the caller frees the array. */
GPtrArray *vkp_manager_filter(const VkpManager *manager, const VkpFilter *filter);

/* As of the last refresh. */
VkpFacts vkp_manager_facts(const VkpManager *manager);

/* Starts a kill, on a fresh roster; with dry_run nothing is signalled. For processes that another
 * job is ending already it waits for that job; `force` makes that job use SIGKILL only if it has no
 * other targets. The listener is copied and never called from within this function; not at all
 * after FALSE and error (NOT_MANAGED, IDENTITY_CHANGED, NOT_FOUND, SYSTEM ...), when nothing was
 * started. */
gboolean vkp_manager_kill(VkpManager *manager, const VkpScope *scope, const VkpKillOptions *options,
                          const VkpKillListener *listener, GError **error);

/* Registers the process for the execution, now and across restarts. The board need not know the
 * execution yet. NOT_FOUND: no such process; PERMISSION_DENIED: another user's, or protected. */
gboolean vkp_manager_register(VkpManager *manager, const VkpUuid *execution_id, pid_t pid,
                              GError **error);
