/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/kill-job.h"

#include "applet/bus/error.h"

struct _VkpKillJob {
    GObject parent;
    VkpClient *client;
    VkpKillOrder *order;
    VkpKillState state;
    GCancellable *asking; /* of the dry run */
    GPtrArray *victims;   /* of VkpVictim, owned */
    guint n_calls;        /* under way: the kill itself, and forcing it */
    gboolean was_sent;
    gboolean is_told_by_list;
    gboolean has_lost_service; /* since the last call: the list is of before until it is READY */
    char *problem;
};

enum { CHANGED, OVER, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(VkpKillJob, vkp_kill_job, G_TYPE_OBJECT)

static void emit_changed(VkpKillJob *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

static void end(VkpKillJob *self, VkpKillState state)
{
    self->state = state;
    emit_changed(self);
    g_signal_emit(self, signals[OVER], 0);
}

static VkpVictim *victim_at(const VkpKillJob *self, guint index)
{
    return g_ptr_array_index(self->victims, index);
}

/* One that the list does not know yet cannot be judged: shown, but left unticked. */
static gboolean is_weak(const VkpKillJob *self, const VkpMember *member)
{
    if (self->order->scope == VKP_SCOPE_SINGLE)
        return FALSE; /* a person pointed at it */
    return !member || vkp_member_is_weak(member);
}

static VkpVictim *victim_new(const VkpKillJob *self, const VkpKillResult *result)
{
    VkpVictim *victim = g_new0(VkpVictim, 1);
    VkpMember *member = vkp_roster_lookup(vkp_client_roster(self->client), result->identity);
    victim->identity = result->identity;
    victim->name = g_strdup(result->name);
    victim->member = member ? vkp_member_ref(member) : NULL;
    victim->is_hidden = vkp_kill_order_hides(self->order, result->identity);
    victim->is_protected = result->outcome == VKP_OUTCOME_PROTECTED;
    victim->is_gone = result->outcome == VKP_OUTCOME_GONE;
    victim->is_weak = !victim->is_protected && is_weak(self, member);
    victim->is_ticked = result->outcome == VKP_OUTCOME_WOULD_KILL && !victim->is_weak;
    return victim;
}

static void take_victims(VkpKillJob *self, const GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const VkpKillResult *result = g_ptr_array_index(results, i);
        if (vkp_kill_order_includes(self->order, result->identity) &&
            !vkp_victims_find(self->victims, result->identity))
            g_ptr_array_add(self->victims, victim_new(self, result));
    }
}

static void fail(VkpKillJob *self, const GError *error)
{
    g_free(self->problem);
    self->problem = vkp_bus_error_dup_sentence(error);
    end(self, VKP_KILL_FAILED);
}

static void on_asked(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpKillJob) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpKillReply) reply = vkp_client_kill_finish(VKP_CLIENT(source), result, &error);
    if (self->state == VKP_KILL_CANCELLED)
        return;
    if (!reply) {
        fail(self, error);
        return;
    }
    take_victims(self, reply->results);
    self->state = VKP_KILL_CONFIRMING;
    emit_changed(self);
}

void vkp_kill_job_ask(VkpKillJob *self)
{
    g_autoptr(VkpKillRequest) request = vkp_kill_order_to_request(self->order);
    request->is_dry_run = TRUE;
    request->include_weak = TRUE; /* to show them; whether they are ticked is another matter */
    vkp_client_kill(self->client, request, self->asking, on_asked, g_object_ref(self));
}

void vkp_kill_job_set_ticked(VkpKillJob *self, guint index, gboolean is_ticked)
{
    g_return_if_fail(index < self->victims->len);
    VkpVictim *victim = victim_at(self, index);
    if (self->state != VKP_KILL_CONFIRMING || victim->is_protected)
        return;
    victim->is_ticked = is_ticked;
    emit_changed(self);
}

void vkp_kill_job_cancel(VkpKillJob *self)
{
    g_return_if_fail(self->state == VKP_KILL_ASKING || self->state == VKP_KILL_CONFIRMING);
    self->state = VKP_KILL_CANCELLED;
    g_cancellable_cancel(self->asking);
    emit_changed(self);
}

/* Two calls may tell of the same process: forcing joins the job that runs already. One that is dead
 * stays so. */
static void take_results(VkpKillJob *self, const GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const VkpKillResult *result = g_ptr_array_index(results, i);
        VkpVictim *victim = vkp_victims_find(self->victims, result->identity);
        if (!victim || vkp_victim_is_dead(victim))
            continue;
        victim->outcome = result->outcome;
        g_free(victim->detail);
        victim->detail = g_strdup(result->detail);
    }
}

/* A service that says nothing of a process has not killed it, unless the list shows that it went.
 */
static void settle(VkpKillJob *self)
{
    for (guint i = 0; i < self->victims->len; i++) {
        VkpVictim *victim = victim_at(self, i);
        if (victim->is_ticked && victim->outcome == VKP_OUTCOME_NONE)
            victim->outcome = victim->is_unlisted ? VKP_OUTCOME_GONE : VKP_OUTCOME_SURVIVED;
    }
}

static void on_killed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpKillJob) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpKillReply) reply = vkp_client_kill_finish(VKP_CLIENT(source), result, &error);
    self->n_calls--;
    self->was_sent |= reply || !vkp_bus_error_is_refusal(error);
    if (reply)
        take_results(self, reply->results);
    if (error && !self->problem)
        self->problem = vkp_bus_error_dup_sentence(error);
    if (self->n_calls > 0) {
        emit_changed(self);
        return;
    }
    if (!self->problem)
        settle(self);
    end(self, self->problem ? VKP_KILL_FAILED : VKP_KILL_DONE);
}

static void send(VkpKillJob *self)
{
    g_autoptr(VkpKillRequest) request = vkp_kill_order_to_request(self->order);
    request->expected = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < self->victims->len; i++) {
        const VkpVictim *victim = victim_at(self, i);
        if (!vkp_victim_is_remaining(victim))
            continue;
        g_array_append_val(request->expected, victim->identity);
        request->include_weak |= victim->is_weak;
    }
    self->state = VKP_KILL_RUNNING;
    self->n_calls++;
    self->is_told_by_list = FALSE;
    self->has_lost_service = vkp_client_state(self->client) != VKP_CLIENT_READY;
    g_clear_pointer(&self->problem, g_free);
    vkp_client_kill(self->client, request, NULL, on_killed, g_object_ref(self));
    emit_changed(self);
}

void vkp_kill_job_confirm(VkpKillJob *self)
{
    g_return_if_fail(self->state == VKP_KILL_CONFIRMING);
    for (guint i = 0; i < self->victims->len; i++)
        victim_at(self, i)->is_ticked &= vkp_victim_is_there(victim_at(self, i));
    send(self);
}

void vkp_kill_job_force(VkpKillJob *self)
{
    g_return_if_fail(self->state >= VKP_KILL_RUNNING);
    self->order->force = TRUE;
    send(self);
}

/* Exits are seen in the list long before the answer to a kill with a long grace. But one that left
 * the list need not have exited: it may be listed again, as after a service that restarts. */
static gboolean follow_list(VkpKillJob *self)
{
    const VkpRoster *roster = vkp_client_roster(self->client);
    gboolean is_changed = FALSE;
    for (guint i = 0; i < self->victims->len; i++) {
        VkpVictim *victim = victim_at(self, i);
        gboolean is_unlisted = !vkp_roster_lookup(roster, victim->identity);
        /* One that the list never had cannot leave it. */
        if (!victim->member || is_unlisted == victim->is_unlisted)
            continue;
        victim->is_unlisted = is_unlisted;
        is_changed = TRUE;
    }
    return is_changed;
}

/* The list of a service that has come back tells what its predecessor did not answer. */
static void settle_by_list(VkpKillJob *self)
{
    g_clear_pointer(&self->problem, g_free);
    self->is_told_by_list = TRUE;
    settle(self);
    end(self, VKP_KILL_DONE);
}

static void on_client_changed(VkpKillJob *self)
{
    if (vkp_client_state(self->client) != VKP_CLIENT_READY) {
        self->has_lost_service = TRUE;
        return;
    }
    gboolean is_changed = follow_list(self);
    if (self->state == VKP_KILL_FAILED && self->was_sent && self->has_lost_service)
        settle_by_list(self);
    else if (is_changed)
        emit_changed(self);
}

VkpKillState vkp_kill_job_state(VkpKillJob *self)
{
    return self->state;
}

gboolean vkp_kill_job_is_over(VkpKillJob *self)
{
    return self->state == VKP_KILL_DONE || self->state == VKP_KILL_FAILED;
}

gboolean vkp_kill_job_has_failed(VkpKillJob *self)
{
    VkpKillCounts counts = vkp_kill_job_count(self);
    return self->state == VKP_KILL_FAILED ||
           (self->state == VKP_KILL_DONE && counts.n_failed > counts.n_since);
}

static gboolean takes_over(VkpKillJob *self, VkpKillJob *older)
{
    guint n = 0;
    for (guint i = 0; i < older->victims->len; i++) {
        const VkpVictim *left = victim_at(older, i);
        if (!vkp_victim_is_remaining(left))
            continue;
        const VkpVictim *victim = vkp_victims_find(self->victims, left->identity);
        if (!victim || !victim->is_ticked)
            return FALSE;
        n++;
    }
    return n > 0;
}

gboolean vkp_kill_job_replaces(VkpKillJob *self, VkpKillJob *older)
{
    return vkp_kill_job_is_over(older) &&
           (vkp_kill_order_equal(self->order, older->order) || takes_over(self, older));
}

gboolean vkp_kill_job_was_sent(VkpKillJob *self)
{
    return self->was_sent;
}

gboolean vkp_kill_job_is_told_by_list(VkpKillJob *self)
{
    return self->is_told_by_list;
}

const VkpKillOrder *vkp_kill_job_order(VkpKillJob *self)
{
    return self->order;
}

const char *vkp_kill_job_problem(VkpKillJob *self)
{
    return self->problem;
}

const GPtrArray *vkp_kill_job_victims(VkpKillJob *self)
{
    return self->victims;
}

VkpKillCounts vkp_kill_job_count(VkpKillJob *self)
{
    return vkp_victims_count(self->victims);
}

static void vkp_kill_job_finalize(GObject *object)
{
    VkpKillJob *self = VKP_KILL_JOB(object);
    g_signal_handlers_disconnect_by_data(self->client, self);
    g_object_unref(self->client);
    g_object_unref(self->asking);
    vkp_kill_order_free(self->order);
    g_ptr_array_unref(self->victims);
    g_free(self->problem);
    G_OBJECT_CLASS(vkp_kill_job_parent_class)->finalize(object);
}

static void vkp_kill_job_class_init(VkpKillJobClass *class)
{
    G_OBJECT_CLASS(class)->finalize = vkp_kill_job_finalize;
    signals[CHANGED] = g_signal_new("changed", VKP_TYPE_KILL_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                    NULL, G_TYPE_NONE, 0);
    signals[OVER] = g_signal_new("over", VKP_TYPE_KILL_JOB, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                 G_TYPE_NONE, 0);
}

static void vkp_kill_job_init(VkpKillJob *self)
{
    self->victims = vkp_victims_new();
    self->asking = g_cancellable_new();
}

VkpKillJob *vkp_kill_job_new(VkpClient *client, const VkpKillOrder *order)
{
    VkpKillJob *self = g_object_new(VKP_TYPE_KILL_JOB, NULL);
    self->client = g_object_ref(client);
    self->order = vkp_kill_order_copy(order);
    g_signal_connect_swapped(client, "changed", G_CALLBACK(on_client_changed), self);
    return self;
}
