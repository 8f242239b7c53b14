/* SPDX-License-Identifier: Apache-2.0 */
/* A job goes round in turns, each a callback of the loop that takes a few milliseconds at most:
 *
 *   scan    note who died
 *   recruit ask for a roster that is younger than that; take in whom it adds
 *   adopt   hold those who are not held yet, in several turns if they are many
 *   act     give each target what the pass has for it, once
 *   next    finish, go to a harder pass, or wait: for a death, or for the back-off to end
 *
 * The passes: POLITE asks (SIGTERM, then SIGCONT for those who are stopped). FREEZE stops everybody
 * until a scan that began when all were at rest finds nobody new: then nobody can be born any more,
 * but to whom the freezer lets go on. KILL kills. Every scan comes after the deaths it confirms,
 * and several in a row must find nobody.
 */
#include "common/kill/job.h"

#include <signal.h>

#include "common/kill/descriptors.h"
#include "common/kill/job-private.h"
#include "common/kill/outcome.h"
#include "common/kill/pace.h"

#define FREEZE_LIMIT_USEC (1500 * G_TIME_SPAN_MILLISECOND)
#define KILL_LIMIT_USEC (2 * G_USEC_PER_SEC)

/* Looks for those that were asked and may take a minute are at most one third of the time. */
#define LOOK_SHARE 3

/* How long one turn may keep others from being served. */
#define TURN_BUDGET_USEC (2 * G_TIME_SPAN_MILLISECOND)

static void on_scan(void *data);
static void on_recruit(void *data);
static void on_adopt(void *data);
static void next(VkpKillJob *job);

VkpKillJob *vkp_kill_job_new(const VkpKillContext *context, const VkpScope *scope,
                             const VkpKillOptions *options, VkpPlan *plan)
{
    VkpKillJob *job = g_new0(VkpKillJob, 1);
    job->context = *context;
    job->scope = *scope;
    job->options = *options;
    if (job->options.expected)
        g_hash_table_ref(job->options.expected);
    job->crew = vkp_crew_new(&job->scope, &job->options);
    vkp_crew_add_planned(job->crew, plan, vkp_reader_uptime_ticks(context->reader));
    job->results = g_steal_pointer(&plan->results);
    job->roster = g_steal_pointer(&plan->roster);
    job->freezer = vkp_freezer_new(&job->context);
    job->fd_limit = vkp_descriptors_first_spare();
    job->is_news = TRUE;
    g_ptr_array_unref(plan->targets);
    g_free(plan);
    return job;
}

static void cancel(VkpKillJob *job, void **source)
{
    job->context.loop.ops->cancel(job->context.loop.loop, *source);
    *source = NULL;
}

static gboolean send_signal(VkpKillJob *job, VkpTarget *target, int signal_number)
{
    if (job->context.before_step)
        job->context.before_step(job->context.data);
    return vkp_target_signal(target, signal_number);
}

static void cancel_all(VkpKillJob *job)
{
    cancel(job, &job->timer);
    for (guint i = 0; i < vkp_crew_size(job->crew); i++)
        cancel(job, &vkp_crew_at(job->crew, i)->watch);
}

/* Notes a death and gives the descriptor back, its watch first. */
static void look(VkpKillJob *job, VkpTarget *target)
{
    if (target->pidfd < 0 || !vkp_target_look(target))
        return;
    job->noted_usec = g_get_monotonic_time();
    cancel(job, &target->watch);
    vkp_fd_close(&target->pidfd);
}

static void look_at_all(VkpKillJob *job)
{
    for (guint i = 0; i < vkp_crew_size(job->crew); i++)
        look(job, vkp_crew_at(job->crew, i));
}

void vkp_kill_job_free(VkpKillJob *job)
{
    if (!job)
        return;
    cancel_all(job);
    vkp_freezer_thaw(job->freezer, job->crew);
    vkp_freezer_free(job->freezer);
    vkp_crew_free(job->crew);
    vkp_kill_options_clear(&job->options);
    g_clear_pointer(&job->results, g_ptr_array_unref);
    g_clear_pointer(&job->roster, vkp_roster_unref);
    g_free(job);
}

/* The last thing a job does: it may be freed inside. */
static void finish(VkpKillJob *job)
{
    look_at_all(job);
    cancel_all(job);
    job->turn = NULL;
    vkp_freezer_thaw(job->freezer, job->crew);
    vkp_results_verify(job->results, job->context.reader);
    vkp_outcome_append(job->results, job->crew, job->context.reader);
    job->done(job, g_steal_pointer(&job->results), job->data);
}

/* On failure the turn that is scheduled already stays. */
static gboolean try_schedule(VkpKillJob *job, gint64 usec, VkpLoopFunc turn, GError **error)
{
    void *timer =
        job->context.loop.ops->start_timer(job->context.loop.loop, (guint64)usec, turn, job, error);
    if (!timer)
        return FALSE;
    cancel(job, &job->timer);
    job->timer = timer;
    job->turn = turn;
    return TRUE;
}

/* The last thing a turn does: without a timer the job ends here. */
static void schedule(VkpKillJob *job, gint64 usec, VkpLoopFunc turn)
{
    g_autoptr(GError) error = NULL;
    if (try_schedule(job, usec, turn, &error))
        return;
    g_debug("A kill ends early: %s", error->message);
    finish(job);
}

/* A death may be the last one: then there is nothing to wait for but the next scan. */
static void on_death(void *data)
{
    VkpTarget *target = data;
    VkpKillJob *job = target->job;
    look(job, target);
    if (job->turn == on_scan && !vkp_crew_is_open(job->crew))
        (void)try_schedule(job, 0, on_scan, NULL);
}

/* Without a watch the scans notice the death, only later. */
static void watch_target(VkpKillJob *job, VkpTarget *target)
{
    VkpLoop loop = job->context.loop;
    target->job = job;
    target->watch =
        loop.ops->watch(loop.loop, target->pidfd, VKP_LOOP_READABLE, on_death, target, NULL);
}

static gboolean is_taken(VkpIdentity identity, gpointer data)
{
    const VkpKillJob *job = data;
    const VkpKillPeers *peers = &job->context.peers;
    return peers->is_taken && peers->is_taken(job, identity, peers->data);
}

/* Whoever is due at the same time has noted his deaths, too, before the first of them looks. */
static VkpRoster *look_around(VkpKillJob *job, GError **error)
{
    const VkpKillContext *context = &job->context;
    VkpRoster *roster =
        context->known_roster ? context->known_roster(job->noted_usec, context->data) : NULL;
    if (roster)
        return roster;
    gint64 begun_usec = g_get_monotonic_time();
    roster = context->fresh_roster(context->data, error);
    job->look_usec = g_get_monotonic_time() - begun_usec;
    return roster;
}

/* A roster that can't be had is news: it may hide anything. A single process has no kin here. */
static void recruit(VkpKillJob *job)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpRoster) roster = look_around(job, &error);
    if (!roster) {
        g_debug("A kill has no roster: %s", error ? error->message : "unknown");
        job->is_news = TRUE;
        return;
    }
    vkp_crew_spare_protected(job->crew, roster);
    guint n_new = job->scope.kind == VKP_SCOPE_SINGLE
                      ? 0
                      : vkp_crew_recruit(job->crew, roster, is_taken, job);
    if (n_new > 0)
        job->pause = 0;
    job->is_news = n_new > 0;
}

/* FALSE: the turn's time was not enough. */
static gboolean look_for_rest(VkpKillJob *job)
{
    gint64 end = g_get_monotonic_time() + TURN_BUDGET_USEC;
    if (!vkp_crew_look_for_rest(job->crew, job->context.reader, &job->n_rested, end))
        return FALSE;
    job->was_at_rest = job->n_rested == vkp_crew_size(job->crew);
    return TRUE;
}

static void on_scan(void *data)
{
    VkpKillJob *job = data;
    if (job->pass == PASS_FREEZE && !look_for_rest(job)) {
        schedule(job, 0, on_scan);
        return;
    }
    look_at_all(job);
    job->noted_usec = g_get_monotonic_time();
    schedule(job, 0, on_recruit);
}

static void on_recruit(void *data)
{
    VkpKillJob *job = data;
    recruit(job);
    job->n_rested = 0;
    job->n_adopted = 0;
    on_adopt(job);
}

/* Short of descriptors, the rest waits for deaths. FALSE: the turn's time was not enough. */
static gboolean adopt_pending(VkpKillJob *job)
{
    gint64 end = g_get_monotonic_time() + TURN_BUDGET_USEC;
    for (; job->n_adopted < vkp_crew_size(job->crew); job->n_adopted++) {
        VkpTarget *target = vkp_crew_at(job->crew, job->n_adopted);
        if (target->stage != VKP_TARGET_PENDING)
            continue;
        if (g_get_monotonic_time() >= end)
            return FALSE;
        vkp_target_adopt(target, &job->context, job->fd_limit);
        if (target->stage == VKP_TARGET_HELD)
            watch_target(job, target);
        if (target->lacks_descriptor)
            break;
    }
    return TRUE;
}

/* SIGCONT because one that is stopped would sleep through SIGTERM. */
static void ask(VkpKillJob *job, VkpTarget *target)
{
    if (target->is_asked)
        return;
    target->is_asked = send_signal(job, target, SIGTERM);
    if (target->is_asked)
        (void)send_signal(job, target, SIGCONT);
}

static void kill_target(VkpKillJob *job, VkpTarget *target)
{
    const VkpKillPeers *peers = &job->context.peers;
    if (target->is_killed)
        return;
    target->is_killed = send_signal(job, target, SIGKILL);
    if (target->is_killed && peers->note_killed)
        peers->note_killed(job, target->identity, peers->data);
}

static void act_on(VkpKillJob *job, VkpTarget *target)
{
    if (job->pass == PASS_POLITE)
        ask(job, target);
    else if (job->pass == PASS_FREEZE && !target->is_frozen)
        target->is_frozen = vkp_freezer_may_stop(job->freezer, job->crew, target) &&
                            send_signal(job, target, SIGSTOP);
    else if (job->pass == PASS_KILL)
        kill_target(job, target);
}

static void begin_pass(VkpKillJob *job, Pass pass, gint64 limit_usec)
{
    job->pass = pass;
    job->pass_end = g_get_monotonic_time() + limit_usec;
    job->pause = 0;
    job->n_empty_scans = 0;
}

/* Freezing is for kin that could be born meanwhile: a single process has none that matter. */
static void begin_hard(VkpKillJob *job)
{
    if (job->scope.kind == VKP_SCOPE_SINGLE || !job->context.frozen_path)
        begin_pass(job, PASS_KILL, KILL_LIMIT_USEC);
    else
        begin_pass(job, PASS_FREEZE, FREEZE_LIMIT_USEC);
}

static void on_act(void *data)
{
    VkpKillJob *job = data;
    guint n_targets = vkp_crew_size(job->crew);
    gint64 end = g_get_monotonic_time() + TURN_BUDGET_USEC;
    for (; job->n_acted < n_targets && g_get_monotonic_time() < end; job->n_acted++)
        act_on(job, job->pass == PASS_KILL ? vkp_crew_at_death(job->crew, job->n_acted)
                                           : vkp_crew_at(job->crew, job->n_acted));
    if (job->n_acted < n_targets)
        schedule(job, 0, on_act);
    else
        next(job);
}

/* The beginning of on_act(): all targets that can be held are. */
static void on_begin_act(void *data)
{
    VkpKillJob *job = data;
    if (job->pass == PASS_POLITE && job->options.force)
        begin_hard(job);
    if (job->pass == PASS_FREEZE && !vkp_freezer_list(job->freezer, job->crew))
        begin_pass(job, PASS_KILL, KILL_LIMIT_USEC);
    job->n_acted = 0;
    on_act(job);
}

static void wait_and_scan(VkpKillJob *job)
{
    gint64 now_usec = g_get_monotonic_time();
    gint64 left = MAX(job->pass_end - now_usec, 0);
    gint64 least = job->pass == PASS_POLITE ? job->look_usec * LOOK_SHARE : 0;
    schedule(job, MIN(vkp_pace_next(&job->pause, least, now_usec), left), on_scan);
}

/* The last step of a turn: a harder pass, the end, or another turn. */
static void next(VkpKillJob *job)
{
    gboolean is_late = g_get_monotonic_time() >= job->pass_end;
    gboolean is_empty = !job->is_news && !vkp_crew_is_open(job->crew);
    job->n_empty_scans = is_empty ? job->n_empty_scans + 1 : 0;
    if (is_empty)
        job->pause = 0;
    gboolean is_done = job->n_empty_scans >= vkp_crew_n_scans_wanted(job->crew);
    gboolean may_harden = job->options.escalate || job->options.force;

    if (job->pass == PASS_FREEZE && (is_late || (job->was_at_rest && !job->is_news))) {
        begin_pass(job, PASS_KILL, KILL_LIMIT_USEC);
        schedule(job, 0, on_begin_act);
    } else if (job->pass == PASS_POLITE && is_late && may_harden) {
        begin_hard(job);
        schedule(job, 0, on_begin_act);
    } else if (job->pass != PASS_FREEZE && (is_late || is_done)) {
        finish(job);
    } else {
        wait_and_scan(job);
    }
}

static void on_adopt(void *data)
{
    VkpKillJob *job = data;
    if (adopt_pending(job))
        on_begin_act(job);
    else
        schedule(job, 0, on_adopt);
}

static void exclude_unexpected(VkpKillJob *job)
{
    if (job->options.expected && !job->roster)
        job->roster = job->context.fresh_roster(job->context.data, NULL);
    if (job->options.expected)
        vkp_crew_exclude(job->crew, job->roster);
    g_clear_pointer(&job->roster, vkp_roster_unref);
}

static void on_start(void *data)
{
    VkpKillJob *job = data;
    exclude_unexpected(job);
    job->pass_end = g_get_monotonic_time() + (gint64)job->options.grace_ms * 1000;
    on_adopt(job);
}

gboolean vkp_kill_job_start(VkpKillJob *job, VkpKillDone done, void *data, GError **error)
{
    job->done = done;
    job->data = data;
    return try_schedule(job, 0, on_start, error);
}

/* In the middle of a turn, or without a timer of its own, it is taken up at the end of the turn or
 * by the scan that comes next, 20 ms later at most. */
void vkp_kill_job_force(VkpKillJob *job)
{
    job->options.force = TRUE;
    if (job->turn == on_scan)
        (void)try_schedule(job, 0, on_scan, NULL);
}
