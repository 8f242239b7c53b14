/* SPDX-License-Identifier: Apache-2.0 */
#include "service/kill-call.h"

#include "common/base/contract.h"
#include "common/base/error.h"
#include "service/bus-error.h"
#include "service/decode.h"
#include "service/encode.h"
#include "service/journal.h"
#include "service/sd-pointers.h"

/* Of refusals that are written, at the door or later, in so long. More would make the journal drop
 * lines, the record of kills that were done among them. */
#define NOTED_MAX 20u
#define NOTED_USEC G_TIME_SPAN_MINUTE

struct VkpKillCalls {
    VkpManager *manager;
    VkpTurns *turns;
    guint grace_ms;          /* unless the caller says */
    GPtrArray *open;         /* Call */
    gint64 noted_since_usec; /* monotonic; 0: none was noted yet */
    guint n_noted;           /* since then, those included that were only counted */
};

typedef struct {
    VkpKillCalls *calls;
    sd_bus_message *message;
    const char *scope;  /* inside the message */
    const char *target; /* likewise */
    VkpScope aim;       /* what they say */
    gboolean is_read;   /* the options are */
    VkpKillOptions options;
    pid_t caller_pid;
    uid_t caller_uid;
    VkpCaller *counted; /* the caller, while he has the call under way */
} Call;

static void call_free(Call *call)
{
    vkp_caller_end_call(call->counted);
    sd_bus_message_unref(call->message);
    vkp_kill_options_clear(&call->options);
    g_free(call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

VkpKillCalls *vkp_kill_calls_new(VkpManager *manager, VkpTurns *turns, guint grace_ms)
{
    VkpKillCalls *calls = g_new0(VkpKillCalls, 1);
    calls->manager = manager;
    calls->turns = turns;
    calls->grace_ms = grace_ms;
    calls->open = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
    return calls;
}

static VkpKillRecord record_of(const Call *call)
{
    return (VkpKillRecord){
        .caller = sd_bus_message_get_sender(call->message),
        .caller_pid = call->caller_pid,
        .caller_uid = call->caller_uid,
        .scope = call->scope,
        .target = call->target,
        .options = call->is_read ? &call->options : NULL,
    };
}

static void refuse(const Call *call, const GError *error)
{
    int r = vkp_bus_error_reply(call->message, error);
    if (r < 0)
        g_warning("Cannot answer a Kill: %s", g_strerror(-r));
}

static void tell_rest(VkpKillCalls *calls)
{
    if (calls->n_noted > NOTED_MAX)
        g_message("%u more requests to kill were refused", calls->n_noted - NOTED_MAX);
    calls->n_noted = 0;
}

static gboolean may_note(VkpKillCalls *calls)
{
    gint64 now_usec = g_get_monotonic_time();
    if (now_usec - calls->noted_since_usec >= NOTED_USEC) {
        tell_rest(calls);
        calls->noted_since_usec = now_usec;
    }
    return calls->n_noted++ < NOTED_MAX;
}

static void write_refusal(const Call *call, const GError *error)
{
    VkpKillRecord record = record_of(call);
    record.refusal = error->message;
    if (may_note(call->calls))
        vkp_journal_kill(&record);
}

static gboolean is_kill(sd_bus_message *message)
{
    return sd_bus_message_is_method_call(message, VKP_BUS_INTERFACE, "Kill") > 0 &&
           g_strcmp0(sd_bus_message_get_path(message), VKP_BUS_PATH) == 0 &&
           sd_bus_message_has_signature(message, "ssa{sv}") > 0;
}

void vkp_kill_calls_note_refusal(VkpKillCalls *calls, const VkpCaller *caller,
                                 sd_bus_message *message, const char *why)
{
    VkpKillRecord record = {
        .caller = sd_bus_message_get_sender(message),
        .caller_pid = caller ? caller->pid : 0,
        .caller_uid = caller ? caller->uid : 0,
        .refusal = why,
    };
    if (is_kill(message) && may_note(calls) &&
        sd_bus_message_read(message, "ss", &record.scope, &record.target) > 0)
        vkp_journal_kill(&record);
}

void vkp_kill_calls_free(VkpKillCalls *calls)
{
    if (!calls)
        return;
    tell_rest(calls);
    g_ptr_array_unref(calls->open);
    g_free(calls);
}

static int reply(const Call *call, const GPtrArray *results)
{
    g_autoptr(sd_bus_message) message = NULL;
    int r = sd_bus_message_new_method_return(call->message, &message);
    if (r >= 0)
        r = vkp_encode_results(message, results, call->options.dry_run);
    return r < 0 ? r : sd_bus_send(NULL, message, NULL);
}

static void on_killed(const GPtrArray *results, void *data)
{
    Call *call = data;
    VkpKillCalls *calls = call->calls;
    VkpKillRecord record = record_of(call);
    record.results = results;
    vkp_journal_kill(&record);
    int r = reply(call, results);
    if (r < 0) {
        g_autoptr(GError) error = NULL;
        vkp_set_error_bus(&error, r, "Cannot send the results");
        g_warning("%s", error->message);
        refuse(call, error);
    }
    g_ptr_array_remove(calls->open, call);
}

static void on_given_up(const GPtrArray *results, void *data)
{
    Call *call = data;
    g_autoptr(GError) error = g_error_new_literal(VKP_ERROR, VKP_ERROR_KILL_FAILED,
                                                  "The service ended before every fate was known");
    VkpKillRecord record = record_of(call);
    record.results = results;
    record.is_given_up = TRUE;
    vkp_journal_kill(&record);
    refuse(call, error);
    g_ptr_array_remove(call->calls->open, call);
}

static gboolean read_arguments(Call *call, const VkpCaller *caller, GError **error)
{
    if (!vkp_caller_may_touch(caller, "kill", error) ||
        !vkp_scope_parse(call->scope, call->target, &call->aim, error) ||
        !vkp_decode_kill_options(call->message, call->calls->grace_ms, &call->options, error))
        return FALSE;
    call->is_read = TRUE;
    return TRUE;
}

/* It counts as under way until every fate is known. */
static void serve(void *data)
{
    g_autoptr(Call) call = data;
    VkpKillCalls *calls = call->calls;
    VkpKillListener listener = {on_killed, on_given_up, call};
    g_autoptr(GError) error = NULL;
    if (vkp_manager_kill(calls->manager, &call->aim, &call->options, &listener, &error)) {
        g_ptr_array_add(calls->open, g_steal_pointer(&call));
        return;
    }
    write_refusal(call, error);
    refuse(call, error);
}

static void drop(void *data)
{
    g_autoptr(Call) call = data;
    g_autoptr(GError) error =
        g_error_new_literal(VKP_ERROR, VKP_ERROR_KILL_FAILED, "Its turn did not come any more");
    write_refusal(call, error);
    refuse(call, error);
}

static const VkpTurnKind kind = {.serve = serve, .drop = drop, .outlives_caller = TRUE};

int vkp_kill_calls_start(VkpKillCalls *calls, VkpCaller *caller, sd_bus_message *message,
                         sd_bus_error *bus_error)
{
    g_autoptr(Call) call = g_new0(Call, 1);
    call->calls = calls;
    call->message = sd_bus_message_ref(message);
    call->caller_pid = caller->pid;
    call->caller_uid = caller->uid;
    int r = sd_bus_message_read(message, "ss", &call->scope, &call->target);
    if (r < 0)
        return r;

    g_autoptr(GError) error = NULL;
    if (!read_arguments(call, caller, &error)) {
        write_refusal(call, error);
        return vkp_bus_error_set(bus_error, error);
    }
    call->counted = vkp_caller_begin_call(caller);
    vkp_turns_line_up(calls->turns, caller, &kind, g_steal_pointer(&call));
    return 1; /* answered later */
}
