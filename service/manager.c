/* SPDX-License-Identifier: Apache-2.0 */
#include "service/manager.h"

#include "common/base/error.h"
#include "service/database-log.h"
#include "service/exits.h"
#include "service/registrant.h"
#include "service/survey.h"

/* While nobody watches and nobody is born, ticks are rarer, and so many of them look no further. */
#define QUIET_FACTOR 2
#define QUIET_TICKS 4

struct VkpManager {
    VkpLoop loop;
    uid_t uid;
    char *frozen_path;
    VkpReader *reader;
    VkpImageGuard *guard; /* of the kill jobs: whoever keeps the survey's waiting is no hindrance */
    VkpSurvey *survey;
    VkpExits *exits;
    VkpKills *kills;
    VkpRoster *roster;
    char *database_path;
    VkpDatabaseLog *database_log;
    VkpFacts facts;
    VkpManagerListener listener;
    void *timer; /* the next tick; NULL: not started */
    void *retry; /* a look before it, at a board that its owner kept from us; NULL: none */
    guint64 tick_usec;
    guint64 watched_usec;
    gint64 due_usec; /* monotonic; when it comes */
    gboolean is_watched;
    gint64 looked_at_usec; /* when the last look at everything began */
    gint64 listed_at_usec; /* ... the last one for a kill job */
    guint n_quiet;         /* ticks since the last full one */
    gboolean is_failing;   /* the last tick did */
    gboolean must_thaw;    /* the last try failed */
};

static void on_gone(VkpIdentity identity, void *data);
static VkpRoster *dup_fresh_roster(void *data, GError **error);
static VkpRoster *ref_known_roster(gint64 since_usec, void *data);
static gboolean check_spared(VkpIdentity identity, gboolean *must_spare, void *data);

static void open_rooms(VkpManager *manager, const VkpManagerOptions *options)
{
    VkpSurveyOptions survey = {
        .reader = manager->reader,
        .uid = options->uid,
        .database_path = options->database_path,
        .places = options->places,
        .registry_path = options->registry_path,
        .worktree_roots = options->worktree_roots,
        .shared_daemons = options->shared_daemons,
    };
    manager->survey = vkp_survey_new(&survey);
    manager->exits = vkp_exits_new(manager->reader, options->loop, on_gone, manager);
    manager->guard = vkp_image_guard_new(manager->reader);
    VkpKillContext context = {
        .reader = manager->reader,
        .guard = manager->guard,
        .loop = options->loop,
        .fresh_roster = dup_fresh_roster,
        .known_roster = ref_known_roster,
        .check_spared = check_spared,
        .data = manager,
        .frozen_path = manager->frozen_path,
    };
    manager->kills = vkp_kills_new(&context);
}

static void thaw(VkpManager *manager)
{
    if (!manager->frozen_path)
        return;
    g_autoptr(GError) error = NULL;
    guint thawed = vkp_frozen_thaw(manager->frozen_path, manager->reader, &error);
    if (error && !manager->must_thaw)
        g_warning("Cannot thaw what an earlier run may have frozen: %s", error->message);
    manager->must_thaw = error != NULL;
    if (thawed > 0)
        g_message("Thawed %u process%s that an earlier run had left frozen", thawed,
                  thawed == 1 ? "" : "es");
}

VkpManager *vkp_manager_new(const VkpManagerOptions *options, GError **error)
{
    VkpReader *reader = vkp_reader_open(options->proc_root, error);
    if (!reader)
        return NULL;
    VkpManager *manager = g_new0(VkpManager, 1);
    manager->reader = reader;
    manager->loop = options->loop;
    manager->uid = options->uid;
    manager->tick_usec = options->tick_usec ? options->tick_usec : VKP_TICK_USEC;
    manager->watched_usec = options->watched_usec ? options->watched_usec : VKP_TICK_WATCHED_USEC;
    manager->frozen_path = g_strdup(options->frozen_path);
    manager->database_log = vkp_database_log_new();
    manager->roster = vkp_roster_new();
    vkp_roster_seal(manager->roster);
    thaw(manager);
    open_rooms(manager, options);
    return manager;
}

static void cancel_timer(VkpManager *manager, void **timer)
{
    manager->loop.ops->cancel(manager->loop.loop, *timer);
    *timer = NULL;
}

void vkp_manager_free(VkpManager *manager)
{
    if (!manager)
        return;
    cancel_timer(manager, &manager->timer);
    cancel_timer(manager, &manager->retry);
    vkp_kills_free(manager->kills);
    vkp_image_guard_free(manager->guard);
    vkp_exits_free(manager->exits);
    vkp_roster_unref(manager->roster);
    vkp_survey_free(manager->survey);
    vkp_reader_close(manager->reader);
    vkp_database_log_free(manager->database_log);
    g_free(manager->database_path);
    g_free(manager->frozen_path);
    g_free(manager);
}

void vkp_manager_set_listener(VkpManager *manager, const VkpManagerListener *listener)
{
    manager->listener = listener ? *listener : (VkpManagerListener){0};
}

void vkp_manager_set_spared(VkpManager *manager, const GArray *buses, pid_t applet)
{
    vkp_survey_set_spared(manager->survey, buses, applet);
}

static void tell_facts(VkpManager *manager)
{
    VkpFacts before = manager->facts;
    char *path_before = manager->database_path; /* which `before` borrows */
    manager->database_path = g_strdup(vkp_survey_database_path(manager->survey));
    manager->facts = (VkpFacts){
        .process_count = vkp_roster_size(manager->roster),
        .executor_count = vkp_roster_n_executors(manager->roster),
        .leftover_count = vkp_roster_n_leftovers(manager->roster),
        .database_path = manager->database_path,
        .database_state = vkp_survey_database_state(manager->survey),
        .degraded = vkp_survey_degraded(manager->survey),
    };
    if (manager->listener.facts_changed)
        manager->listener.facts_changed(&before, &manager->facts, manager->listener.data);
    g_free(path_before);
}

/* Takes the roster: from here on it is the truth, and the listener hears what that changes. */
static void publish(VkpManager *manager, VkpRoster *roster)
{
    if (roster == manager->roster) {
        vkp_roster_unref(roster);
        tell_facts(manager);
        return;
    }
    g_autoptr(VkpRoster) before = g_steal_pointer(&manager->roster);
    manager->roster = roster;
    /* First: whoever hears of a process may end it at once, and its end must be seen. */
    vkp_exits_follow(manager->exits, roster);
    g_autoptr(GPtrArray) changes = vkp_change_diff(before, roster);
    for (guint i = 0; manager->listener.changed && i < changes->len; i++)
        manager->listener.changed(g_ptr_array_index(changes, i), manager->listener.data);
    tell_facts(manager);
}

static void note_database(VkpManager *manager)
{
    VkpDatabaseNews news = {
        .path = vkp_survey_database_path(manager->survey),
        .state = vkp_survey_database_state(manager->survey),
        .problem = vkp_survey_database_problem(manager->survey),
    };
    vkp_database_log_note(manager->database_log, &news, g_get_monotonic_time());
}

static void schedule_retry(VkpManager *manager);

static gboolean refresh(VkpManager *manager, VkpSurveyDepth depth, GError **error)
{
    gint64 begun_usec = g_get_monotonic_time();
    VkpRoster *roster = vkp_survey_look(manager->survey, depth, error);
    if (!roster)
        return FALSE;
    note_database(manager);
    if (depth >= VKP_SURVEY_ASKED)
        manager->looked_at_usec = begun_usec;
    if (depth == VKP_SURVEY_PROCESSES)
        manager->listed_at_usec = begun_usec;
    publish(manager, roster);
    schedule_retry(manager);
    return TRUE;
}

/* Its failure is the next tick's to tell. */
static void on_retry(void *data)
{
    VkpManager *manager = data;
    cancel_timer(manager, &manager->retry);
    (void)refresh(manager, VKP_SURVEY_TICK, NULL);
}

/* A locked board is mostly free again long before the next tick. No tick of its own: usage is
 * sampled at the usual ones. */
static void schedule_retry(VkpManager *manager)
{
    gint64 at_usec = vkp_survey_retry_at_usec(manager->survey);
    if (!manager->timer || manager->retry || at_usec == 0)
        return;
    gint64 usec = MAX(at_usec - g_get_monotonic_time(), 0);
    manager->retry =
        manager->loop.ops->start_timer(manager->loop.loop, (guint64)usec, on_retry, manager, NULL);
}

gboolean vkp_manager_refresh(VkpManager *manager, GError **error)
{
    return refresh(manager, VKP_SURVEY_ASKED, error);
}

static void schedule(VkpManager *manager);

static gboolean may_skip(const VkpManager *manager)
{
    return !manager->is_watched && !manager->is_failing && manager->n_quiet < QUIET_TICKS &&
           vkp_survey_is_quiet(manager->survey);
}

static void on_tick(void *data)
{
    VkpManager *manager = data;
    g_autoptr(GError) error = NULL;
    if (manager->must_thaw && vkp_kills_n_requests(manager->kills) == 0)
        thaw(manager);
    if (may_skip(manager)) {
        manager->n_quiet++;
        schedule(manager);
        return;
    }
    manager->n_quiet = 0;
    gboolean is_failing = !refresh(manager, VKP_SURVEY_TICK, &error);
    if (is_failing && !manager->is_failing)
        g_warning("Cannot see what runs: %s", error->message);
    manager->is_failing = is_failing;
    if (!is_failing && manager->is_watched && manager->listener.sampled)
        manager->listener.sampled(manager->roster, manager->listener.data);
    schedule(manager);
}

static guint64 interval_usec(const VkpManager *manager)
{
    if (manager->is_watched)
        return manager->watched_usec;
    return manager->n_quiet > 0 ? manager->tick_usec * QUIET_FACTOR : manager->tick_usec;
}

/* A long timer may be late by as much as is taken off here, so that the interval is the longest
 * time between two looks. */
static void schedule(VkpManager *manager)
{
    guint64 usec = interval_usec(manager);
    g_autoptr(GError) error = NULL;
    usec -= MIN(usec / 8, (guint64)VKP_LOOP_SLACK_USEC);
    cancel_timer(manager, &manager->timer);
    manager->due_usec = g_get_monotonic_time() + (gint64)usec;
    manager->timer =
        manager->loop.ops->start_timer(manager->loop.loop, usec, on_tick, manager, &error);
    if (!manager->timer)
        g_critical("No more looking by itself: %s", error->message);
}

void vkp_manager_start(VkpManager *manager)
{
    schedule(manager);
    schedule_retry(manager);
}

void vkp_manager_set_watched(VkpManager *manager, gboolean watched)
{
    if (manager->is_watched == watched)
        return;
    manager->is_watched = watched;
    gint64 left_usec = manager->due_usec - g_get_monotonic_time();
    /* Never put off: who comes and goes without end would keep everybody waiting. */
    if (manager->timer && left_usec > (gint64)interval_usec(manager))
        schedule(manager);
}

/* A member is gone between two looks: the rest of the roster stays as it was. */
static void on_gone(VkpIdentity identity, void *data)
{
    VkpManager *manager = data;
    VkpMember *member = vkp_roster_lookup(manager->roster, identity);
    if (!member)
        return;
    VkpChange change = {VKP_CHANGE_REMOVED, member};
    publish(manager, vkp_change_apply(manager->roster, &change));
}

gint64 vkp_manager_looked_at_usec(const VkpManager *manager)
{
    return manager->looked_at_usec;
}

/* The roster is of the survey's last snapshot, less whoever has gone since. */
GPtrArray *vkp_manager_filter(const VkpManager *manager, const VkpFilter *filter)
{
    const VkpSnapshot *snapshot = vkp_survey_snapshot(manager->survey);
    return snapshot ? vkp_filter_apply(filter, manager->roster, snapshot) : g_ptr_array_new();
}

VkpFacts vkp_manager_facts(const VkpManager *manager)
{
    return manager->facts;
}

static VkpRoster *dup_fresh_roster(void *data, GError **error)
{
    VkpManager *manager = data;
    if (!refresh(manager, VKP_SURVEY_PROCESSES, error))
        return NULL;
    return vkp_roster_ref(manager->roster);
}

/* Only a look for jobs misses nobody. */
static VkpRoster *ref_known_roster(gint64 since_usec, void *data)
{
    VkpManager *manager = data;
    return manager->listed_at_usec > since_usec ? vkp_roster_ref(manager->roster) : NULL;
}

static gboolean check_spared(VkpIdentity identity, gboolean *must_spare, void *data)
{
    const VkpManager *manager = data;
    return vkp_survey_check_server(manager->survey, identity.pid, must_spare, NULL);
}

gboolean vkp_manager_kill(VkpManager *manager, const VkpScope *scope, const VkpKillOptions *options,
                          const VkpKillListener *listener, GError **error)
{
    if (!refresh(manager, VKP_SURVEY_FOR_KILL, error))
        return FALSE;
    GError *refusal = NULL;
    VkpPlan *plan = vkp_plan_build(scope, options, manager->roster, &refusal);
    if (!plan) {
        g_propagate_error(error, vkp_plan_explain_refusal(refusal, scope, manager->reader));
        return FALSE;
    }
    vkp_results_verify(plan->results, manager->reader);
    VkpKillRequest request = {*scope, options, *listener};
    return vkp_kills_start(manager->kills, &request, plan, error);
}

/* After a look: whoever has the database open must be known before anybody is registered. */
static gboolean may_register(VkpManager *manager, pid_t pid, VkpIdentity *identity, GError **error)
{
    gboolean is_protected = FALSE;
    if (!vkp_registrant_read(manager->reader, pid, manager->uid, identity, error) ||
        !refresh(manager, VKP_SURVEY_FOR_KILL, error) ||
        !vkp_survey_check_protected(manager->survey, *identity, &is_protected, error))
        return FALSE;
    if (is_protected)
        g_set_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                    "Process %d is protected and can't be an execution's", pid);
    return !is_protected;
}

gboolean vkp_manager_register(VkpManager *manager, const VkpUuid *execution_id, pid_t pid,
                              GError **error)
{
    VkpIdentity identity;
    if (!may_register(manager, pid, &identity, error))
        return FALSE;
    VkpRegistration registration = {identity, *execution_id};
    vkp_survey_register(manager->survey, &registration);
    return refresh(manager, VKP_SURVEY_TICK, error);
}
