/* SPDX-License-Identifier: Apache-2.0 */
#include "service/list-call.h"

#include <errno.h>

#include "common/base/error.h"
#include "service/bus-error.h"
#include "service/decode.h"
#include "service/encode.h"
#include "service/sd-pointers.h"

typedef struct {
    VkpManager *manager;
    VkpCaller *caller; /* counted */
    sd_bus_message *message;
    VkpFilter filter;
    gint64 came_at_usec; /* monotonic */
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
static gboolean needs_no_look(const Call *call)
{
    return call->came_at_usec < vkp_manager_looked_at_usec(call->manager);
}

static gboolean answer(const Call *call, GError **error)
{
    if (!needs_no_look(call) && !vkp_manager_refresh(call->manager, error))
        return FALSE;
    g_autoptr(GPtrArray) members = vkp_manager_filter(call->manager, &call->filter);
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

static void serve(void *data)
{
    g_autoptr(Call) call = data;
    g_autoptr(GError) error = NULL;
    if (!answer(call, &error))
        refuse(call, error);
}

static void drop(void *data)
{
    call_free(data);
}

static const VkpTurnKind kind = {.serve = serve, .drop = drop};

int vkp_list_call_start(VkpTurns *turns, VkpManager *manager, VkpCaller *caller,
                        sd_bus_message *message, sd_bus_error *bus_error)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Call) call = g_new0(Call, 1);
    call->manager = manager;
    call->message = sd_bus_message_ref(message);
    if (!vkp_caller_may_call(caller, &error) || !vkp_decode_filter(message, &call->filter, &error))
        return vkp_bus_error_set(bus_error, error);
    call->caller = vkp_caller_begin_call(caller);
    call->came_at_usec = g_get_monotonic_time();
    vkp_turns_line_up(turns, caller, &kind, g_steal_pointer(&call));
    return 1; /* answered later */
}
