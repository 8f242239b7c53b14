/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/kill-operation.h"

#include "applet/bus/call-error.h"

struct _VkpKillOperation {
    GObject parent;
    VkpClient *client;
    VkpKillOrder *order;
    VkpKillState state;
    GCancellable *asking; /* of the dry run */
    GPtrArray *victims;   /* of VkpVictim, owned */
    guint n_calls;        /* under way: the kill itself, and forcing it */
    gboolean was_sent;
    gboolean has_lost_service; /* since the last call: the list is of before until it is READY */
    char *problem;
};

enum { CHANGED, OVER, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE(VkpKillOperation, vkp_kill_operation, G_TYPE_OBJECT)

static void emit_changed(VkpKillOperation *self)
{
    g_signal_emit(self, signals[CHANGED], 0);
}

static void end(VkpKillOperation *self, VkpKillState state)
{
    self->state = state;
    emit_changed(self);
    g_signal_emit(self, signals[OVER], 0);
}

static VkpVictim *victim_at(const VkpKillOperation *self, guint index)
{
    return g_ptr_array_index(self->victims, index);
}

/* One that the list does not know yet cannot be judged. */
static gboolean is_weak(const VkpMember *member)
{
    return !member || vkp_member_is_weak(member);
}

static VkpVictim *victim_new(const VkpKillOperation *self, const VkpKillResult *result)
{
    VkpVictim *victim = g_new0(VkpVictim, 1);
    VkpMember *member = vkp_roster_lookup(vkp_client_roster(self->client), result->identity);
    victim->identity = result->identity;
    victim->name = g_strdup(result->name);
    victim->member = member ? vkp_member_ref(member) : NULL;
    victim->is_hidden = vkp_kill_order_hides(self->order, result->identity);
    victim->is_protected = result->outcome == VKP_OUTCOME_PROTECTED;
    victim->is_gone = result->outcome == VKP_OUTCOME_GONE;
    victim->is_weak = !victim->is_protected && is_weak(member);
    /* A person pointed at a single one; a group takes them in only by a tick. */
    gboolean is_meant = self->order->scope == VKP_SCOPE_SINGLE || !victim->is_weak;
    victim->is_ticked = result->outcome == VKP_OUTCOME_WOULD_KILL && is_meant;
    return victim;
}

static void take_victims(VkpKillOperation *self, const GPtrArray *results)
{
    for (guint i = 0; i < results->len; i++) {
        const VkpKillResult *result = g_ptr_array_index(results, i);
        if (vkp_kill_order_includes(self->order, result->identity) &&
            !vkp_victims_find(self->victims, result->identity))
            g_ptr_array_add(self->victims, victim_new(self, result));
    }
}

static void fail(VkpKillOperation *self, const GError *error)
{
    g_free(self->problem);
    self->problem = vkp_call_error_dup_sentence(error);
    end(self, VKP_KILL_FAILED);
}

static void on_asked(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpKillOperation) self = user_data;
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

void vkp_kill_operation_ask(VkpKillOperation *self)
{
    g_autoptr(VkpKillArguments) arguments = vkp_kill_order_to_arguments(self->order);
    arguments->is_dry_run = TRUE;
    arguments->include_weak = TRUE; /* to show them; whether they are ticked is another matter */
    vkp_client_kill(self->client, arguments, self->asking, on_asked, g_object_ref(self));
}

void vkp_kill_operation_set_ticked(VkpKillOperation *self, guint index, gboolean is_ticked)
{
    g_return_if_fail(index < self->victims->len);
    VkpVictim *victim = victim_at(self, index);
    if (self->state != VKP_KILL_CONFIRMING || victim->is_protected)
        return;
    victim->is_ticked = is_ticked;
    emit_changed(self);
}

void vkp_kill_operation_cancel(VkpKillOperation *self)
{
    g_return_if_fail(self->state == VKP_KILL_ASKING || self->state == VKP_KILL_CONFIRMING);
    self->state = VKP_KILL_CANCELLED;
    g_cancellable_cancel(self->asking);
    emit_changed(self);
}

/* Two calls may tell of the same process: forcing joins the operation that runs already. One that
 * is dead stays so. */
static void take_results(VkpKillOperation *self, const GPtrArray *results)
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

/* A service that says nothing of a process that is listed has not killed it. Of one that is not the
 * list says nothing either: it ended, or belongs to nothing any more. */
static void settle(VkpKillOperation *self)
{
    for (guint i = 0; i < self->victims->len; i++) {
        VkpVictim *victim = victim_at(self, i);
        if (victim->is_ticked && victim->outcome == VKP_OUTCOME_NONE && !victim->is_unlisted)
            victim->outcome = VKP_OUTCOME_SURVIVED;
    }
}

static void on_killed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(VkpKillOperation) self = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpKillReply) reply = vkp_client_kill_finish(VKP_CLIENT(source), result, &error);
    self->n_calls--;
    self->was_sent |= reply || !vkp_call_error_is_refusal(error);
    if (reply)
        take_results(self, reply->results);
    if (error && !self->problem)
        self->problem = vkp_call_error_dup_sentence(error);
    if (self->n_calls > 0) {
        emit_changed(self);
        return;
    }
    if (!self->problem)
        settle(self);
    end(self, self->problem ? VKP_KILL_FAILED : VKP_KILL_DONE);
}

static void send(VkpKillOperation *self)
{
    g_autoptr(VkpKillArguments) arguments = vkp_kill_order_to_arguments(self->order);
    arguments->expected = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    for (guint i = 0; i < self->victims->len; i++) {
        const VkpVictim *victim = victim_at(self, i);
        if (!vkp_victim_is_remaining(victim))
            continue;
        g_array_append_val(arguments->expected, victim->identity);
        arguments->include_weak |= victim->is_weak;
    }
    self->state = VKP_KILL_RUNNING;
    self->n_calls++;
    self->has_lost_service = vkp_client_state(self->client) != VKP_CLIENT_READY;
    g_clear_pointer(&self->problem, g_free);
    vkp_client_kill(self->client, arguments, NULL, on_killed, g_object_ref(self));
    emit_changed(self);
}

void vkp_kill_operation_confirm(VkpKillOperation *self)
{
    g_return_if_fail(self->state == VKP_KILL_CONFIRMING);
    for (guint i = 0; i < self->victims->len; i++)
        victim_at(self, i)->is_ticked &= vkp_victim_is_there(victim_at(self, i));
    send(self);
}

void vkp_kill_operation_force(VkpKillOperation *self)
{
    g_return_if_fail(self->state >= VKP_KILL_RUNNING);
    self->order->force = TRUE;
    send(self);
}

/* Exits are seen in the list long before the answer to a kill with a long grace. But one that left
 * the list need not have exited: it may be listed again, as after a service that restarts. */
static gboolean follow_list(VkpKillOperation *self)
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
static void settle_by_list(VkpKillOperation *self)
{
    g_clear_pointer(&self->problem, g_free);
    settle(self);
    end(self, VKP_KILL_DONE);
}

static void on_client_changed(VkpKillOperation *self)
{
    if (vkp_client_state(self->client) != VKP_CLIENT_READY) {
        self->has_lost_service = TRUE;
        return;
    }
    gboolean is_changed = follow_list(self);
    if (self->state == VKP_KILL_DONE)
        settle(self); /* who was lost may be listed again */
    if (self->state == VKP_KILL_FAILED && self->was_sent && self->has_lost_service)
        settle_by_list(self);
    else if (is_changed)
        emit_changed(self);
}

VkpKillState vkp_kill_operation_state(VkpKillOperation *self)
{
    return self->state;
}

gboolean vkp_kill_operation_is_over(VkpKillOperation *self)
{
    return self->state == VKP_KILL_DONE || self->state == VKP_KILL_FAILED;
}

gboolean vkp_kill_operation_has_failed(VkpKillOperation *self)
{
    return self->state == VKP_KILL_FAILED ||
           (self->state == VKP_KILL_DONE && vkp_kill_operation_count(self).n_failed > 0);
}

gboolean vkp_kill_operation_has_succeeded(VkpKillOperation *self)
{
    VkpKillCounts counts = vkp_kill_operation_count(self);
    return self->state == VKP_KILL_DONE && counts.n_failed == 0 && counts.n_lost == 0;
}

static gboolean takes_over(VkpKillOperation *self, VkpKillOperation *older)
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

gboolean vkp_kill_operation_replaces(VkpKillOperation *self, VkpKillOperation *older)
{
    return vkp_kill_operation_is_over(older) &&
           (vkp_kill_order_equal(self->order, older->order) || takes_over(self, older));
}

gboolean vkp_kill_operation_was_sent(VkpKillOperation *self)
{
    return self->was_sent;
}

const VkpKillOrder *vkp_kill_operation_order(VkpKillOperation *self)
{
    return self->order;
}

const char *vkp_kill_operation_problem(VkpKillOperation *self)
{
    return self->problem;
}

const GPtrArray *vkp_kill_operation_victims(VkpKillOperation *self)
{
    return self->victims;
}

VkpKillCounts vkp_kill_operation_count(VkpKillOperation *self)
{
    return vkp_victims_count(self->victims);
}

static void vkp_kill_operation_finalize(GObject *object)
{
    VkpKillOperation *self = VKP_KILL_OPERATION(object);
    g_signal_handlers_disconnect_by_data(self->client, self);
    g_object_unref(self->client);
    g_object_unref(self->asking);
    vkp_kill_order_free(self->order);
    g_ptr_array_unref(self->victims);
    g_free(self->problem);
    G_OBJECT_CLASS(vkp_kill_operation_parent_class)->finalize(object);
}

static void vkp_kill_operation_class_init(VkpKillOperationClass *class)
{
    G_OBJECT_CLASS(class)->finalize = vkp_kill_operation_finalize;
    signals[CHANGED] = g_signal_new("changed", VKP_TYPE_KILL_OPERATION, G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
    signals[OVER] = g_signal_new("over", VKP_TYPE_KILL_OPERATION, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void vkp_kill_operation_init(VkpKillOperation *self)
{
    self->victims = vkp_victims_new();
    self->asking = g_cancellable_new();
}

VkpKillOperation *vkp_kill_operation_new(VkpClient *client, const VkpKillOrder *order)
{
    VkpKillOperation *self = g_object_new(VKP_TYPE_KILL_OPERATION, NULL);
    self->client = g_object_ref(client);
    self->order = vkp_kill_order_copy(order);
    g_signal_connect_swapped(client, "changed", G_CALLBACK(on_client_changed), self);
    return self;
}
