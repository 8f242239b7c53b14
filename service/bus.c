/* SPDX-License-Identifier: Apache-2.0 */
#include "service/bus.h"

#include "common/base/error.h"
#include "service/announce.h"
#include "service/bus-error.h"
#include "service/caller.h"
#include "service/kill-call.h"
#include "service/list-call.h"
#include "service/own-calls.h"
#include "service/properties.h"
#include "service/register-call.h"
#include "service/sd-pointers.h"
#include "service/turns.h"

/* Each handler reads, checks, acts, replies. Who may call at all is checked before, in one place:
 * check_caller(). */

struct VkpBus {
    sd_bus *bus;
    VkpManager *manager;
    uid_t uid;
    VkpCallers *callers;
    VkpOwnCalls *own_calls;
    VkpTurns *turns;
    VkpKillCalls *kills;
    sd_bus_slot *filter;
    sd_bus_slot *object;
    gboolean is_failing; /* to send signals */
};

/* Also for properties, introspection and pings: another user learns nothing. */
static int check_user(const VkpBus *bus, sd_bus_message *message, sd_bus_error *bus_error)
{
    g_autoptr(GError) error = NULL;
    const VkpCaller *caller = vkp_callers_of(bus->callers, message, &error);
    if (!caller)
        return vkp_bus_error_set(bus_error, error);
    if (caller->uid == bus->uid)
        return 0;
    g_set_error(&error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                "This service is for the user with uid %u only, not for uid %u", bus->uid,
                caller->uid);
    return vkp_bus_error_set(bus_error, error);
}

/* Whoever was not let in has asked all the same. */
static void note_refusal(const VkpBus *bus, sd_bus_message *message, const char *why)
{
    const char *name = sd_bus_message_get_sender(message);
    const VkpCaller *caller = name ? vkp_callers_lookup(bus->callers, name) : NULL;
    vkp_kill_calls_note_refusal(bus->kills, caller, message, why);
}

static int check_caller(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    VkpBus *bus = data;
    uint8_t type;
    if (sd_bus_message_get_type(message, &type) < 0 || type != SD_BUS_MESSAGE_METHOD_CALL)
        return 0;
    if (vkp_own_calls_is_one(bus->own_calls, message))
        return 0; /* its caller was checked */
    int r = vkp_callers_admit(bus->callers, message, bus_error);
    if (r == 0)
        r = check_user(bus, message, bus_error);
    if (r < 0)
        note_refusal(bus, message, bus_error->message);
    return r;
}

static int on_list(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    VkpBus *bus = data;
    g_autoptr(GError) error = NULL;
    VkpCaller *caller = vkp_callers_of(bus->callers, message, &error);
    if (!caller)
        return vkp_bus_error_set(bus_error, error);
    return vkp_list_call_start(bus->turns, bus->manager, caller, message, bus_error);
}

static int on_kill(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    VkpBus *bus = data;
    g_autoptr(GError) error = NULL;
    VkpCaller *caller = vkp_callers_of(bus->callers, message, &error);
    if (!caller)
        return vkp_bus_error_set(bus_error, error);
    return vkp_kill_calls_start(bus->kills, caller, message, bus_error);
}

static int on_register_process(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    VkpBus *bus = data;
    g_autoptr(GError) error = NULL;
    VkpCaller *caller = vkp_callers_of(bus->callers, message, &error);
    if (!caller)
        return vkp_bus_error_set(bus_error, error);
    return vkp_register_call_start(bus->turns, bus->manager, caller, message, bus_error);
}

static void on_held_refused(sd_bus_message *message, const GError *error, void *data)
{
    note_refusal(data, message, error->message);
}

static void count_subscribers(VkpBus *bus)
{
    vkp_manager_set_watched(bus->manager, vkp_callers_n_subscribed(bus->callers) > 0);
}

static void on_left(void *data)
{
    VkpBus *bus = data;
    vkp_turns_note_left(bus->turns);
    count_subscribers(bus);
}

static int set_subscribed(VkpBus *bus, sd_bus_message *message, gboolean is_subscribed,
                          sd_bus_error *bus_error)
{
    g_autoptr(GError) error = NULL;
    VkpCaller *caller = vkp_callers_of(bus->callers, message, &error);
    if (!caller)
        return vkp_bus_error_set(bus_error, error);
    caller->is_subscribed = is_subscribed;
    count_subscribers(bus);
    return sd_bus_reply_method_return(message, NULL);
}

static int on_subscribe(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    return set_subscribed(data, message, TRUE, bus_error);
}

static int on_unsubscribe(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    return set_subscribed(data, message, FALSE, bus_error);
}

static int get_property(G_GNUC_UNUSED sd_bus *sd_bus, G_GNUC_UNUSED const char *path,
                        G_GNUC_UNUSED const char *interface, const char *property,
                        sd_bus_message *reply, void *data, G_GNUC_UNUSED sd_bus_error *bus_error)
{
    const VkpBus *bus = data;
    VkpFacts facts = vkp_manager_facts(bus->manager);
    return vkp_properties_append(reply, property, &facts);
}

static const sd_bus_vtable vtable[] = {
    SD_BUS_VTABLE_START(0),
    SD_BUS_METHOD_WITH_ARGS("List", SD_BUS_ARGS("a{sv}", filter),
                            SD_BUS_RESULT("aa{sv}", processes), on_list,
                            SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("Kill", SD_BUS_ARGS("s", scope, "s", target, "a{sv}", options),
                            SD_BUS_RESULT("u", killed_count, "u", failed_count, "aa{sv}", results),
                            on_kill, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD_WITH_ARGS("RegisterProcess", SD_BUS_ARGS("s", execution_process_id, "u", pid),
                            SD_BUS_NO_RESULT, on_register_process, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Subscribe", NULL, NULL, on_subscribe, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_METHOD("Unsubscribe", NULL, NULL, on_unsubscribe, SD_BUS_VTABLE_UNPRIVILEGED),
    SD_BUS_SIGNAL_WITH_ARGS("ProcessChanged", SD_BUS_ARGS("s", change, "s", id, "a{sv}", process),
                            0),
    SD_BUS_SIGNAL_WITH_ARGS("UsageSampled", SD_BUS_ARGS("a(sdt)", usage), 0),
    SD_BUS_PROPERTY("Version", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
    SD_BUS_PROPERTY("ProcessCount", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("ExecutorCount", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("LeftoverCount", "u", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("DatabasePath", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("DatabaseState", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_PROPERTY("Degraded", "as", get_property, 0, SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE),
    SD_BUS_VTABLE_END,
};

/* NULL when it is up to sd-bus to answer, be it with an error. */
static const sd_bus_vtable *find_method(sd_bus_message *message)
{
    if (!g_str_equal(sd_bus_message_get_path(message), VKP_BUS_PATH) ||
        g_strcmp0(sd_bus_message_get_interface(message), VKP_BUS_INTERFACE) != 0)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(vtable); i++)
        if (vtable[i].type == _SD_BUS_VTABLE_METHOD &&
            g_str_equal(vtable[i].x.method.member, sd_bus_message_get_member(message)))
            return &vtable[i];
    return NULL;
}

/* In sd-bus's words. It would name what the call is made anew with, see own-calls.h. */
static int refuse_arguments(sd_bus_message *message, const char *expected, sd_bus_error *bus_error)
{
    return sd_bus_error_setf(bus_error, SD_BUS_ERROR_INVALID_ARGS,
                             "Invalid arguments '%s' to call %s.%s(), expecting '%s'.",
                             sd_bus_message_get_signature(message, TRUE),
                             sd_bus_message_get_interface(message),
                             sd_bus_message_get_member(message), expected ? expected : "");
}

/* The values as they are now: those of a call made anew would be older than the news that are sent
 * while its answer is on the way. */
static int serve_elsewhere(const VkpBus *bus, sd_bus_message *message)
{
    VkpFacts facts = vkp_manager_facts(bus->manager);
    int r = vkp_properties_answer(message, vtable, &facts);
    return r != 0 ? r : vkp_own_calls_start(bus->own_calls, message);
}

/* A call that had to wait until its caller was known. */
static int serve_held(sd_bus_message *message, void *data, sd_bus_error *bus_error)
{
    VkpBus *bus = data;
    int r = check_user(bus, message, bus_error);
    if (r < 0) {
        note_refusal(bus, message, bus_error->message);
        return r;
    }
    const sd_bus_vtable *method = find_method(message);
    if (!method)
        return serve_elsewhere(bus, message);
    if (!sd_bus_message_has_signature(message, method->x.method.signature))
        return refuse_arguments(message, method->x.method.signature, bus_error);
    return method->x.method.handler(message, bus, bus_error);
}

/* A signal that can't be sent is lost to everybody; a client that lists again is right again. */
static void note_sent(VkpBus *bus, int r)
{
    if (r < 0 && !bus->is_failing)
        g_warning("Cannot send a signal: %s", g_strerror(-r));
    bus->is_failing = r < 0;
}

static void on_changed(const VkpChange *change, void *data)
{
    VkpBus *bus = data;
    note_sent(bus, vkp_announce_change(bus->bus, change));
}

static void on_sampled(const VkpRoster *roster, void *data)
{
    VkpBus *bus = data;
    note_sent(bus, vkp_announce_usage(bus->bus, roster));
}

static void on_facts_changed(const VkpFacts *before, const VkpFacts *after, void *data)
{
    VkpBus *bus = data;
    note_sent(bus, vkp_announce_facts(bus->bus, before, after));
}

VkpBus *vkp_bus_new(const VkpBusOptions *options, GError **error)
{
    g_autoptr(VkpBus) bus = g_new0(VkpBus, 1);
    bus->bus = options->bus;
    bus->manager = options->manager;
    bus->uid = options->uid;
    VkpCallersListener callers = {
        .serve = serve_held,
        .refused = on_held_refused,
        .left = on_left,
        .data = bus,
    };
    bus->callers = vkp_callers_new(options->bus, options->proc_root, &callers, error);
    if (!bus->callers)
        return NULL;
    bus->own_calls = vkp_own_calls_new(options->bus);
    bus->turns = vkp_turns_new(sd_bus_get_event(options->bus), error);
    if (!bus->turns)
        return NULL;
    bus->kills = vkp_kill_calls_new(options->manager, bus->turns, options->grace_ms);
    int r = vkp_bus_error_register();
    if (r >= 0)
        r = sd_bus_add_filter(options->bus, &bus->filter, check_caller, bus);
    if (r >= 0)
        r = sd_bus_add_object_vtable(options->bus, &bus->object, VKP_BUS_PATH, VKP_BUS_INTERFACE,
                                     vtable, bus);
    if (r < 0) {
        vkp_set_error_bus(error, r, "Cannot put the object on the bus");
        return NULL;
    }
    VkpManagerListener listener = {
        .changed = on_changed,
        .sampled = on_sampled,
        .facts_changed = on_facts_changed,
        .data = bus,
    };
    vkp_manager_set_listener(options->manager, &listener);
    return g_steal_pointer(&bus);
}

void vkp_bus_free(VkpBus *bus)
{
    if (!bus)
        return;
    vkp_turns_free(bus->turns);
    vkp_kill_calls_free(bus->kills);
    vkp_callers_free(bus->callers);
    vkp_own_calls_free(bus->own_calls);
    sd_bus_slot_unref(bus->object);
    sd_bus_slot_unref(bus->filter);
    g_free(bus);
}

static gboolean fail_taken(GError **error)
{
    g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED,
                "The name %s is taken: the service runs already on this bus", VKP_BUS_NAME);
    return FALSE;
}

gboolean vkp_bus_name_is_free(sd_bus *bus, GError **error)
{
    return sd_bus_get_name_creds(bus, VKP_BUS_NAME, 0, NULL) < 0 || fail_taken(error);
}

gboolean vkp_bus_take_name(VkpBus *bus, GError **error)
{
    int r = sd_bus_request_name(bus->bus, VKP_BUS_NAME, 0);
    if (r == -EEXIST)
        return fail_taken(error);
    if (r < 0)
        vkp_set_error_bus(error, r, "Cannot take the name %s", VKP_BUS_NAME);
    return r >= 0;
}
