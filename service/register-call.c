/* SPDX-License-Identifier: Apache-2.0 */
#include "service/register-call.h"

#include <limits.h>

#include "common/base/error.h"
#include "common/base/text.h"
#include "service/bus-error.h"
#include "service/dictionary.h"
#include "service/sd-pointers.h"

typedef struct {
    VkpManager *manager;
    VkpCaller *caller; /* counted */
    sd_bus_message *message;
    VkpUuid execution_id;
    pid_t pid;
} Call;

static void call_free(Call *call)
{
    vkp_caller_end_call(call->caller);
    sd_bus_message_unref(call->message);
    g_free(call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

static gboolean read_registration(sd_bus_message *message, VkpUuid *execution_id, pid_t *pid,
                                  GError **error)
{
    const char *text;
    guint32 number;
    int r = sd_bus_message_read(message, "su", &text, &number);
    if (r < 0)
        return vkp_dictionary_fail(r, error);
    if (!vkp_uuid_parse(text, execution_id)) {
        g_autofree char *quoted = vkp_text_dup_quoted(text, VKP_DICTIONARY_QUOTED_BYTES);
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_TARGET,
                    "execution_process_id must be a hyphenated UUID, but is \"%s\"", quoted);
        return FALSE;
    }
    if (vkp_uuid_is_nil(execution_id)) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_TARGET,
                    "execution_process_id must be an execution's, but the nil UUID is nobody's");
        return FALSE;
    }
    if (number == 0 || number > INT_MAX) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_TARGET,
                    "pid must be from 1 to %d, but is %u", INT_MAX, number);
        return FALSE;
    }
    *pid = (pid_t)number;
    return TRUE;
}

static void serve(void *data)
{
    g_autoptr(Call) call = data;
    g_autoptr(GError) error = NULL;
    int r = vkp_manager_register(call->manager, &call->execution_id, call->pid, &error)
                ? sd_bus_reply_method_return(call->message, NULL)
                : vkp_bus_error_reply(call->message, error);
    if (r < 0)
        g_warning("Cannot answer a RegisterProcess: %s", g_strerror(-r));
}

static void drop(void *data)
{
    call_free(data);
}

static const VkpTurnKind kind = {.serve = serve, .drop = drop, .outlives_caller = TRUE};

int vkp_register_call_start(VkpTurns *turns, VkpManager *manager, VkpCaller *caller,
                            sd_bus_message *message, sd_bus_error *bus_error)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(Call) call = g_new0(Call, 1);
    call->manager = manager;
    call->message = sd_bus_message_ref(message);
    if (!vkp_caller_may_touch(caller, "register", &error) ||
        !read_registration(message, &call->execution_id, &call->pid, &error))
        return vkp_bus_error_set(bus_error, error);
    call->caller = vkp_caller_begin_call(caller);
    vkp_turns_line_up(turns, caller, &kind, g_steal_pointer(&call));
    return 1; /* answered later */
}
