/* SPDX-License-Identifier: Apache-2.0 */
/* A request is what a caller asked for, a job is what ends processes. Mostly they come in pairs.
 * Where requests overlap, the later one waits for the job that is there already, but no longer than
 * its own grace says:
 *
 *   - with `force`, and if all whom the job may still hit are its own targets too, the job goes
 *     over to its hard pass;
 *   - with `force` otherwise, the request gets a hard job of its own: the rest of the running job
 *     was asked politely, or is not meant at all, and must not be hit harder for it;
 *   - where the running job ends before the request's grace does, the request goes on with a job of
 *     its own for the survivors, who are not asked a second time;
 *   - where the request's grace ends first, it is answered with what is known by then, or with
 *     `escalate` goes on like one with `force`. */
#include "service/kills-private.h"
#include "service/member-set.h"

static void job_free(Job *job)
{
    vkp_kill_job_free(job->job);
    g_ptr_array_unref(job->waiting);
    g_free(job);
}

static void request_free(Request *request)
{
    const VkpLoop *loop = &request->kills->context.loop;
    loop->ops->cancel(loop->loop, request->grace);
    loop->ops->cancel(loop->loop, request->timer);
    vkp_kill_options_clear(&request->options);
    g_hash_table_unref(request->by_identity);
    g_ptr_array_unref(request->results);
    g_hash_table_unref(request->joined);
    g_hash_table_unref(request->again);
    g_free(request);
}

static const Job *find_job(const VkpKills *kills, const VkpKillJob *kill_job)
{
    for (guint i = 0; i < kills->jobs->len; i++) {
        const Job *job = g_ptr_array_index(kills->jobs, i);
        if (job->job == kill_job)
            return job;
    }
    return NULL;
}

/* By another job that goes as far as the asking one. */
static gboolean is_taken(const VkpKillJob *asking, VkpIdentity identity, void *data)
{
    const VkpKills *kills = data;
    const Job *own = find_job(kills, asking);
    for (guint i = 0; own && i < kills->jobs->len; i++) {
        const Job *job = g_ptr_array_index(kills->jobs, i);
        if (job != own && (job->is_hard || !own->is_hard) &&
            vkp_kill_job_covers(job->job, identity))
            return TRUE;
    }
    return FALSE;
}

static void note_killed(const VkpKillJob *by, VkpIdentity identity, void *data)
{
    const VkpKills *kills = data;
    for (guint i = 0; i < kills->jobs->len; i++) {
        const Job *job = g_ptr_array_index(kills->jobs, i);
        if (job->job != by)
            vkp_kill_job_note_killed(job->job, identity);
    }
}

VkpKills *vkp_kills_new(const VkpKillContext *context)
{
    VkpKills *kills = g_new0(VkpKills, 1);
    kills->context = *context;
    kills->context.peers = (VkpKillPeers){is_taken, note_killed, kills};
    kills->jobs = g_ptr_array_new_with_free_func((GDestroyNotify)job_free);
    kills->requests = g_ptr_array_new_with_free_func((GDestroyNotify)request_free);
    return kills;
}

guint vkp_kills_n_requests(const VkpKills *kills)
{
    return kills->requests->len;
}

static Request *request_new(VkpKills *kills, const VkpKillRequest *asked)
{
    Request *request = g_new0(Request, 1);
    request->kills = kills;
    request->scope = asked->scope;
    request->options = *asked->options;
    if (request->options.expected)
        g_hash_table_ref(request->options.expected);
    request->listener = asked->listener;
    request->grace_end = g_get_monotonic_time() + (gint64)asked->options->grace_ms * 1000;
    request->results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    request->by_identity = g_hash_table_new(vkp_identity_hash, vkp_identity_equal_keys);
    request->joined = vkp_member_set_new();
    request->again = vkp_member_set_new();
    return request;
}

/* A later word on the same process replaces the earlier one. */
static void take_result(Request *request, const VkpResult *result)
{
    VkpResult *known = g_hash_table_lookup(request->by_identity, &result->identity);
    if (known) {
        known->outcome = result->outcome;
        g_free(known->detail);
        known->detail = g_strdup(result->detail);
        return;
    }
    known = vkp_result_new(result->identity, result->name, result->outcome, result->detail);
    g_ptr_array_add(request->results, known);
    g_hash_table_insert(request->by_identity, &known->identity, known);
}

static gboolean is_expected(const Request *request, VkpIdentity identity)
{
    char text[VKP_IDENTITY_TEXT_SIZE];
    return !request->options.expected ||
           g_hash_table_contains(request->options.expected, vkp_identity_to_text(identity, text));
}

/* Whether all that the job takes in on its way is what the request asks for too. */
static gboolean takes_in(const Request *request, const Job *job)
{
    gboolean covers =
        request->scope.kind == VKP_SCOPE_ALL || vkp_scope_equal(&job->scope, &request->scope);
    return covers && (request->options.include_weak || !job->include_weak);
}

/* Of another's job, a request hears of the processes it asked for; with the same aim also of those
 * that were born meanwhile. */
static gboolean concerns(const Request *request, const Job *job, VkpIdentity identity)
{
    if (job->owner == request || g_hash_table_contains(request->joined, &identity))
        return TRUE;
    return takes_in(request, job) && is_expected(request, identity);
}

/* Its own jobs have done all that it asked for; nobody does more than kill. */
static gboolean may_go_further(const Request *request, const Job *job)
{
    if (job->owner == request || vkp_kill_job_is_hard(job->job))
        return FALSE;
    return request->options.force || request->options.escalate || vkp_kills_grace_left(request) > 0;
}

static void remember_survivor(Request *request, VkpIdentity identity)
{
    VkpMember *member = g_hash_table_lookup(request->joined, &identity);
    if (member)
        vkp_member_set_add(request->again, member);
}

void vkp_kills_take_results(Request *request, const Job *job, const GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const VkpResult *result = g_ptr_array_index(results, i);
        if (!concerns(request, job, result->identity))
            continue;
        take_result(request, result);
        if (result->outcome == VKP_OUTCOME_SURVIVED && may_go_further(request, job))
            remember_survivor(request, result->identity);
    }
}

static void give_up_all(const VkpKills *kills)
{
    for (guint i = 0; i < kills->jobs->len; i++) {
        const Job *job = g_ptr_array_index(kills->jobs, i);
        g_autoptr(GPtrArray) standing = vkp_kill_job_list_standing(job->job);
        for (guint j = 0; j < job->waiting->len; j++)
            vkp_kills_take_results(g_ptr_array_index(job->waiting, j), job, standing);
    }
    for (guint i = 0; i < kills->requests->len; i++) {
        const Request *request = g_ptr_array_index(kills->requests, i);
        if (request->listener.given_up)
            request->listener.given_up(request->results, request->listener.data);
    }
}

void vkp_kills_free(VkpKills *kills)
{
    if (!kills)
        return;
    give_up_all(kills);
    g_ptr_array_unref(kills->jobs);
    g_ptr_array_unref(kills->requests);
    g_free(kills);
}

static void request_finish(Request *request)
{
    request->listener.done(request->results, request->listener.data);
    g_ptr_array_remove(request->kills->requests, request);
}

static void wait_for(Request *request, Job *job)
{
    if (g_ptr_array_find(job->waiting, request, NULL))
        return;
    g_ptr_array_add(job->waiting, request);
    request->n_jobs++;
}

static void on_job_done(VkpKillJob *kill_job, GPtrArray *results, void *data);

/* Takes the plan. FALSE and error: nobody of it is signalled. `earlier`: the job that its targets
 * have survived, or NULL. */
static gboolean start_own_job(Request *request, VkpPlan *plan, const Job *earlier, GError **error)
{
    VkpKills *kills = request->kills;
    Job *job = g_new0(Job, 1);
    job->kills = kills;
    job->owner = request;
    job->scope = request->scope;
    job->include_weak = request->options.include_weak;
    job->is_hard = request->options.force || request->options.escalate;
    job->waiting = g_ptr_array_new();
    job->job = vkp_kill_job_new(&kills->context, &request->scope, &request->options, plan);
    if (earlier)
        vkp_kill_job_take_over(job->job, earlier->job);
    if (!vkp_kill_job_start(job->job, on_job_done, job, error)) {
        job_free(job);
        return FALSE;
    }
    g_ptr_array_add(kills->jobs, job);
    wait_for(request, job);
    return TRUE;
}

/* Whether SIGKILL from this job hits nobody whom the request does not mean: neither those it has in
 * hand by now nor those it may find yet. Expectations name processes, and a job that finds others
 * is not bound by them. */
static gboolean may_harden(const Request *request, const VkpPlan *plan, const Job *job)
{
    gboolean finds_nobody = job->scope.kind == VKP_SCOPE_SINGLE;
    gboolean finds_no_others = takes_in(request, job) && !request->options.expected;
    if (!finds_nobody && !finds_no_others)
        return FALSE;
    g_autoptr(GHashTable) planned = vkp_member_set_new();
    for (guint i = 0; i < plan->targets->len; i++)
        vkp_member_set_add(planned, g_ptr_array_index(plan->targets, i));
    g_autoptr(GPtrArray) standing = vkp_kill_job_list_standing(job->job);
    for (guint i = 0; i < standing->len; i++) {
        const VkpResult *result = g_ptr_array_index(standing, i);
        if (result->outcome == VKP_OUTCOME_NONE &&
            !g_hash_table_contains(planned, &result->identity) &&
            !g_hash_table_contains(request->joined, &result->identity))
            return FALSE;
    }
    return TRUE;
}

/* Moves the plan's targets that the job is ending from the plan to the request. Returns whether
 * there were any. */
static gboolean join_targets(Request *request, VkpPlan *plan, const Job *job)
{
    guint n_before = plan->targets->len;
    for (guint i = plan->targets->len; i-- > 0;) {
        VkpMember *member = g_ptr_array_index(plan->targets, i);
        if (!vkp_kill_job_covers(job->job, member->process->identity))
            continue;
        vkp_member_set_add(request->joined, member);
        g_ptr_array_remove_index(plan->targets, i);
    }
    return plan->targets->len < n_before;
}

static void harden(Job *job)
{
    job->is_hard = TRUE;
    vkp_kill_job_force(job->job);
}

static void join(Request *request, VkpPlan *plan)
{
    for (guint i = 0; i < request->kills->jobs->len; i++) {
        Job *job = g_ptr_array_index(request->kills->jobs, i);
        gboolean must_harden = request->options.force && !vkp_kill_job_is_hard(job->job);
        if (job->is_over)
            continue;
        if (must_harden && !may_harden(request, plan, job))
            continue;
        if (!join_targets(request, plan, job))
            continue;
        if (must_harden)
            harden(job);
        wait_for(request, job);
    }
}

/* For those who survived another's job, or are left when the grace is over. Where that cannot be,
 * they have survived. */
static void start_again(Request *request, const Job *earlier)
{
    gint64 left_usec = vkp_kills_grace_left(request);
    g_autoptr(VkpPlan) plan = g_new0(VkpPlan, 1);
    plan->targets = vkp_member_set_take_all(request->again);
    plan->results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    request->options.grace_ms = (guint)(left_usec / 1000);
    request->options.force |= request->options.escalate && left_usec == 0;
    join(request, plan);
    if (plan->targets->len > 0)
        (void)start_own_job(request, g_steal_pointer(&plan), earlier, NULL);
}

void vkp_kills_go_on(Request *request, const Job *earlier)
{
    if (g_hash_table_size(request->again) > 0)
        start_again(request, earlier);
    if (request->n_jobs == 0)
        request_finish(request);
}

/* Those who go on look at the job that is over once more. */
static void on_job_done(G_GNUC_UNUSED VkpKillJob *kill_job, GPtrArray *results, void *data)
{
    Job *job = data;
    g_autoptr(GPtrArray) owned_results = results;
    g_autoptr(GPtrArray) waiting = g_ptr_array_ref(job->waiting);
    job->is_over = TRUE;
    for (guint i = 0; i < waiting->len; i++) {
        Request *request = g_ptr_array_index(waiting, i);
        request->n_jobs--;
        vkp_kills_take_results(request, job, owned_results);
    }
    for (guint i = 0; i < waiting->len; i++)
        vkp_kills_go_on(g_ptr_array_index(waiting, i), job);
    g_ptr_array_remove(job->kills->jobs, job);
}

static void on_nothing_to_wait_for(void *data)
{
    request_finish(data);
}

static gboolean answer_from_loop(Request *request, GError **error)
{
    const VkpLoop *loop = &request->kills->context.loop;
    request->timer = loop->ops->start_timer(loop->loop, 0, on_nothing_to_wait_for, request, error);
    return request->timer != NULL;
}

static void tell_not_signalled(Request *request, const GPtrArray *members, const char *reason)
{
    g_autofree char *detail = g_strdup_printf("It was not signalled: %s", reason);
    for (guint i = 0; i < members->len; i++) {
        const VkpProcess *process = ((VkpMember *)g_ptr_array_index(members, i))->process;
        take_result(request,
                    &(VkpResult){process->identity, process->name, VKP_OUTCOME_SURVIVED, detail});
    }
}

/* What nobody else is ending. Where others' jobs are waited for already, the request goes on
 * without. */
static gboolean start_rest(Request *request, VkpPlan *plan, GError **error)
{
    g_autoptr(GPtrArray) targets = g_ptr_array_ref(plan->targets);
    g_autoptr(GError) failure = NULL;
    if (start_own_job(request, plan, NULL, &failure))
        return TRUE;
    if (request->n_jobs == 0) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    tell_not_signalled(request, targets, failure->message);
    return TRUE;
}

gboolean vkp_kills_start(VkpKills *kills, const VkpKillRequest *asked, VkpPlan *plan,
                         GError **error)
{
    g_autoptr(VkpPlan) owned_plan = plan;
    Request *request = request_new(kills, asked);
    for (guint i = 0; i < plan->results->len; i++)
        take_result(request, g_ptr_array_index(plan->results, i));
    g_ptr_array_set_size(plan->results, 0);
    join(request, plan);
    if (request->n_jobs > 0)
        vkp_kills_start_grace(request);

    gboolean is_started = TRUE;
    if (plan->targets->len > 0)
        is_started = start_rest(request, g_steal_pointer(&owned_plan), error);
    else if (request->n_jobs == 0)
        is_started = answer_from_loop(request, error);
    if (is_started)
        g_ptr_array_add(kills->requests, request);
    else
        request_free(request);
    return is_started;
}
