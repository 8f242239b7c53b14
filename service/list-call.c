/* SPDX-License-Identifier: Apache-2.0 */
#include "service/list-call.h"

#include <errno.h>
#include <time.h>

#include "common/base/error.h"
#include "service/bus-error.h"
#include "service/decode.h"
#include "service/encode.h"
#include "service/sd-pointers.h"

/* While the bus is never at rest, one is answered each time so long has passed nevertheless. */
#define PATIENCE_USEC (20 * 1000)

struct VkpListCalls {
    VkpManager *manager;
    sd_event_source *idle;     /* on while anybody waits */
    sd_event_source *patience; /* timer; likewise, and begun anew whenever one was served */
    GQueue waiting;            /* Call, in order of arrival */
    char *last_served;         /* unique name */
    gint64 looked_at_usec;     /* monotonic; when the last look for a List began */
};

typedef struct {
    VkpCaller *caller; /* counted */
    sd_bus_message *message;
    VkpFilter filter;
    gint64 came_at_usec;
} Call;

static void call_free(Call *call)
{
    vkp_caller_end_call(call->caller);
    sd_bus_message_unref(call->message);
    vkp_filter_clear(&call->filter);
    g_free(call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

static int reply(const Call *call, const GPtrArray *members)
{
    g_autoptr(sd_bus_message) message = NULL;
    int r = sd_bus_message_new_method_return(call->message, &message);
    if (r >= 0)
        r = vkp_encode_members(message, members);
    return r < 0 ? r : sd_bus_send(NULL, message, NULL);
}

/* Whoever waited already when a look began needs none of his own: what a hundred ask at once is
 * looked for once. */
static gboolean look(VkpListCalls *calls, const Call *call, GError **error)
{
    if (call->came_at_usec < calls->looked_at_usec)
        return TRUE;
    gint64 now_usec = g_get_monotonic_time();
    if (!vkp_manager_refresh(calls->manager, error))
        return FALSE;
    calls->looked_at_usec = now_usec;
    return TRUE;
}

static gboolean answer(VkpListCalls *calls, const Call *call, GError **error)
{
    if (!look(calls, call, error))
        return FALSE;
    g_autoptr(GPtrArray) members = vkp_manager_filter(calls->manager, &call->filter);
    int r = reply(call, members);
    if (r == -E2BIG)
        g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED,
                    "%u processes are too much for one reply; narrow it by a filter, for example "
                    "by %s or %s",
                    members->len, VKP_KEY_PROJECT_ID, VKP_KEY_TASK_ID);
    else if (r < 0)
        vkp_set_error_errno(error, -r, "Cannot send the list");
    return r >= 0;
}

static void refuse(const Call *call, const GError *error)
{
    int r = vkp_bus_error_reply(call->message, error);
    if (r < 0)
        g_warning("Cannot answer a List: %s", g_strerror(-r));
}

static const char *caller_of(const Call *call)
{
    return sd_bus_message_get_sender(call->message);
}

/* The first of another caller than the last time, else the first. */
static Call *pop_next(VkpListCalls *calls)
{
    GList *next = calls->waiting.head;
    while (next && g_strcmp0(caller_of(next->data), calls->last_served) == 0)
        next = next->next;
    if (!next)
        return g_queue_pop_head(&calls->waiting);
    Call *call = next->data;
    g_queue_delete_link(&calls->waiting, next);
    return call;
}

static void serve_one(VkpListCalls *calls)
{
    g_autoptr(Call) call = pop_next(calls);
    g_autoptr(GError) error = NULL;
    g_free(calls->last_served);
    calls->last_served = g_strdup(caller_of(call));
    if (call->caller->has_left)
        return;
    if (!answer(calls, call, &error))
        refuse(call, error);
}

/* Sets both sources for the next one, or off. */
static int schedule(VkpListCalls *calls)
{
    gboolean is_waiting = !g_queue_is_empty(&calls->waiting);
    int r = sd_event_source_set_enabled(calls->idle, is_waiting ? SD_EVENT_ON : SD_EVENT_OFF);
    if (r >= 0 && is_waiting)
        r = sd_event_source_set_time(calls->patience,
                                     (uint64_t)g_get_monotonic_time() + PATIENCE_USEC);
    if (r >= 0)
        r = sd_event_source_set_enabled(calls->patience,
                                        is_waiting ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
    return r;
}

static int go_on(VkpListCalls *calls)
{
    if (!g_queue_is_empty(&calls->waiting))
        serve_one(calls);
    return schedule(calls);
}

static int on_idle(G_GNUC_UNUSED sd_event_source *source, void *data)
{
    return go_on(data);
}

static int on_patience(G_GNUC_UNUSED sd_event_source *source, G_GNUC_UNUSED uint64_t usec,
                       void *data)
{
    return go_on(data);
}

static int add_sources(VkpListCalls *calls, sd_event *event)
{
    int r = sd_event_add_defer(event, &calls->idle, on_idle, calls);
    if (r >= 0)
        r = sd_event_source_set_priority(calls->idle, SD_EVENT_PRIORITY_IDLE);
    if (r >= 0)
        r = sd_event_source_set_enabled(calls->idle, SD_EVENT_OFF);
    if (r >= 0)
        r = sd_event_add_time(event, &calls->patience, CLOCK_MONOTONIC, 0, PATIENCE_USEC / 10,
                              on_patience, calls);
    if (r >= 0)
        r = sd_event_source_set_priority(calls->patience, SD_EVENT_PRIORITY_IMPORTANT);
    return r < 0 ? r : sd_event_source_set_enabled(calls->patience, SD_EVENT_OFF);
}

VkpListCalls *vkp_list_calls_new(sd_bus *bus, VkpManager *manager, GError **error)
{
    VkpListCalls *calls = g_new0(VkpListCalls, 1);
    calls->manager = manager;
    g_queue_init(&calls->waiting);
    int r = add_sources(calls, sd_bus_get_event(bus));
    if (r >= 0)
        return calls;
    vkp_set_error_bus(error, r, "Cannot prepare for lists");
    vkp_list_calls_free(calls);
    return NULL;
}

void vkp_list_calls_free(VkpListCalls *calls)
{
    if (!calls)
        return;
    sd_event_source_disable_unref(calls->idle);
    sd_event_source_disable_unref(calls->patience);
    g_queue_clear_full(&calls->waiting, (GDestroyNotify)call_free);
    g_free(calls->last_served);
    g_free(calls);
}

int vkp_list_calls_start(VkpListCalls *calls, VkpCaller *caller, sd_bus_message *message,
                         sd_bus_error *bus_error)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Call) call = g_new0(Call, 1);
    call->message = sd_bus_message_ref(message);
    if (!vkp_caller_may_call(caller, &error) || !vkp_decode_filter(message, &call->filter, &error))
        return vkp_bus_error_set(bus_error, error);
    call->came_at_usec = g_get_monotonic_time();
    call->caller = vkp_caller_begin_call(caller);
    g_queue_push_tail(&calls->waiting, g_steal_pointer(&call));
    int r = calls->waiting.length == 1 ? schedule(calls) : 0;
    if (r < 0) {
        call_free(g_queue_pop_tail(&calls->waiting));
        return r;
    }
    return 1; /* answered later */
}
