/* SPDX-License-Identifier: Apache-2.0 */
#include "service/own-calls.h"

#include <string.h>

#include "service/credentials.h"
#include "service/sd-pointers.h"

/* The names of the bus are that long at most. */
#define TEXT_MAX_BYTES 255

struct VkpOwnCalls {
    sd_bus *bus;
    GPtrArray *open; /* Call */
};

typedef struct {
    VkpOwnCalls *calls;
    sd_bus_message *message; /* as it came in */
    sd_bus_slot *slot;       /* of our own */
} Call;

static void call_free(Call *call)
{
    sd_bus_slot_unref(call->slot);
    sd_bus_message_unref(call->message);
    g_free(call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

VkpOwnCalls *vkp_own_calls_new(sd_bus *bus)
{
    VkpOwnCalls *calls = g_new0(VkpOwnCalls, 1);
    calls->bus = bus;
    calls->open = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
    return calls;
}

void vkp_own_calls_free(VkpOwnCalls *calls)
{
    if (!calls)
        return;
    g_ptr_array_unref(calls->open);
    g_free(calls);
}

gboolean vkp_own_calls_is_one(const VkpOwnCalls *calls, sd_bus_message *message)
{
    const char *name;
    return sd_bus_get_unique_name(calls->bus, &name) >= 0 &&
           g_strcmp0(sd_bus_message_get_sender(message), name) == 0;
}

static int pass_on(sd_bus_message *call, sd_bus_message *answer)
{
    const sd_bus_error *bus_error = sd_bus_message_get_error(answer);
    if (bus_error)
        return sd_bus_reply_method_error(call, bus_error);
    g_autoptr(sd_bus_message) reply = NULL;
    int r = sd_bus_message_new_method_return(call, &reply);
    if (r >= 0)
        r = sd_bus_message_copy(reply, answer, TRUE);
    return r < 0 ? sd_bus_reply_method_errno(call, r, NULL) : sd_bus_send(NULL, reply, NULL);
}

static int make(Call *call);

/* An answer of somebody else, who guessed its number, has cost us our own: the call is made anew.
 */
static int on_answered(sd_bus_message *answer, void *data, G_GNUC_UNUSED sd_bus_error *bus_error)
{
    Call *call = data;
    call->slot = sd_bus_slot_unref(call->slot);
    if (vkp_own_calls_is_one(call->calls, answer) || vkp_credentials_is_of_bus(answer)) {
        (void)pass_on(call->message, answer);
    } else {
        int r = make(call);
        if (r >= 0)
            return 0;
        (void)sd_bus_reply_method_errno(call->message, r, NULL);
    }
    g_ptr_array_remove_fast(call->calls->open, call);
    return 0;
}

/* Copying takes seconds where the arguments are long, and nobody is served meanwhile. The methods
 * that sd-bus has take short texts, and the value of a property, which does not matter: none can be
 * set. Anything else is wrong for each of them, and a byte is as wrong. */
static int append_arguments(sd_bus_message *again, sd_bus_message *message)
{
    const char *signature = sd_bus_message_get_signature(message, TRUE);
    int r = sd_bus_message_rewind(message, TRUE);
    for (; r >= 0 && *signature == 's'; signature++) {
        const char *text;
        r = sd_bus_message_read_basic(message, 's', &text);
        if (r >= 0 && strlen(text) > TEXT_MAX_BYTES)
            break;
        if (r >= 0)
            r = sd_bus_message_append_basic(again, 's', text);
    }
    if (r < 0 || *signature == '\0')
        return r;
    return g_str_equal(signature, "v") ? sd_bus_message_append(again, "v", "y", 0)
                                       : sd_bus_message_append(again, "y", 0);
}

static int make(Call *call)
{
    sd_bus *bus = call->calls->bus;
    const char *name;
    g_autoptr(sd_bus_message) again = NULL;
    int r = sd_bus_get_unique_name(bus, &name);
    if (r >= 0)
        r = sd_bus_message_new_method_call(
            bus, &again, name, sd_bus_message_get_path(call->message),
            sd_bus_message_get_interface(call->message), sd_bus_message_get_member(call->message));
    if (r >= 0)
        r = append_arguments(again, call->message);
    return r < 0 ? r : sd_bus_call_async(bus, &call->slot, again, on_answered, call, 0);
}

int vkp_own_calls_start(VkpOwnCalls *calls, sd_bus_message *message)
{
    g_autoptr(Call) call = g_new0(Call, 1);
    call->calls = calls;
    call->message = sd_bus_message_ref(message);
    int r = make(call);
    if (r < 0)
        return r;
    g_ptr_array_add(calls->open, g_steal_pointer(&call));
    return 1; /* answered later */
}
