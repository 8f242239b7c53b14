/* SPDX-License-Identifier: Apache-2.0 */
#include "service/caller.h"

#include "common/base/error.h"
#include "service/bus-error.h"
#include "service/credentials.h"
#include "service/sandbox.h"
#include "service/sd-pointers.h"

/* Every name that leaves the bus. One match for all callers, in place before the first of them is
 * asked about: so each has left either before the bus answers, which then says so, or we hear it.
 * One a caller would cost a call of the bus each and count against its limit of matches. */
#define LEFT_MATCH                                                                                 \
    "type='signal',sender='" VKP_DRIVER_NAME "',path='/org/freedesktop/DBus',"                     \
    "interface='" VKP_DRIVER_NAME "',member='NameOwnerChanged',arg2=''"

struct VkpCallers {
    sd_bus *bus;
    char *proc_root;
    VkpCallersListener listener;
    sd_bus_slot *match;
    GHashTable *entries; /* Entry, by its name */
};

typedef struct {
    VkpCaller *caller; /* counted: calls under way hold it, too */
    VkpCallers *callers;
    VkpCredentialsQuestion *question; /* NULL: the caller is known */
    GQueue held;                      /* sd_bus_message, in order of arrival */
} Entry;

static void drop(gpointer message)
{
    sd_bus_message_unref(message);
}

static void caller_clear(VkpCaller *caller)
{
    g_free(caller->name);
}

static void caller_unref(VkpCaller *caller)
{
    g_rc_box_release_full(caller, (GDestroyNotify)caller_clear);
}

VkpCaller *vkp_caller_begin_call(VkpCaller *caller)
{
    caller->n_calls++;
    return g_rc_box_acquire(caller);
}

void vkp_caller_end_call(VkpCaller *caller)
{
    if (!caller)
        return;
    caller->n_calls--;
    caller_unref(caller);
}

static void entry_free(Entry *entry)
{
    vkp_credentials_question_free(entry->question);
    g_queue_clear_full(&entry->held, drop);
    entry->caller->has_left = TRUE;
    caller_unref(entry->caller);
    g_free(entry);
}

static Entry *find(const VkpCallers *callers, const char *name)
{
    return g_hash_table_lookup(callers->entries, name);
}

static int on_left(sd_bus_message *message, void *data, G_GNUC_UNUSED sd_bus_error *bus_error)
{
    VkpCallers *callers = data;
    const char *name;
    /* sd-bus lets a unique name pass for the well-known one that a match asks for. */
    if (!vkp_credentials_is_of_bus(message))
        return 0;
    int r = sd_bus_message_read(message, "s", &name);
    if (r >= 0 && g_hash_table_remove(callers->entries, name))
        callers->listener.left(callers->listener.data);
    return 0;
}

VkpCallers *vkp_callers_new(sd_bus *bus, const char *proc_root, const VkpCallersListener *listener,
                            GError **error)
{
    VkpCallers *callers = g_new0(VkpCallers, 1);
    callers->bus = bus;
    callers->proc_root = g_strdup(proc_root);
    callers->listener = *listener;
    callers->entries =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)entry_free);
    int r = sd_bus_add_match(bus, &callers->match, LEFT_MATCH, on_left, callers);
    if (r >= 0)
        return callers;
    vkp_set_error_bus(error, r, "Cannot watch who leaves the bus");
    vkp_callers_free(callers);
    return NULL;
}

void vkp_callers_free(VkpCallers *callers)
{
    if (!callers)
        return;
    sd_bus_slot_unref(callers->match);
    g_hash_table_unref(callers->entries);
    g_free(callers->proc_root);
    g_free(callers);
}

gboolean vkp_caller_may_call(const VkpCaller *caller, GError **error)
{
    if (caller->n_calls < VKP_CALLER_MAX_CALLS)
        return TRUE;
    g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED,
                "You have %u calls under way already; wait for one to end", caller->n_calls);
    return FALSE;
}

gboolean vkp_caller_may_touch(const VkpCaller *caller, const char *verb, GError **error)
{
    if (!caller->is_sandboxed)
        return vkp_caller_may_call(caller, error);
    g_set_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                "A program in a sandbox may list processes, but not %s them", verb);
    return FALSE;
}

static void set_error_unknown(GError **error, int r, const char *name)
{
    vkp_set_error_bus(error, r, "Cannot find out who \"%s\" is", name);
}

/* What sd-bus itself does with what a method handler returns. */
static void answer_refusal(sd_bus_message *message, int r, const sd_bus_error *bus_error)
{
    if (r < 0)
        sd_bus_reply_method_errno(message, r, bus_error);
    else if (sd_bus_error_is_set(bus_error))
        sd_bus_reply_method_error(message, bus_error);
}

static void serve_held(Entry *entry)
{
    const VkpCallersListener *listener = &entry->callers->listener;
    while (!g_queue_is_empty(&entry->held)) {
        g_autoptr(sd_bus_message) message = g_queue_pop_head(&entry->held);
        sd_bus_error bus_error = SD_BUS_ERROR_NULL;
        int r = listener->serve(message, listener->data, &bus_error);
        answer_refusal(message, r, &bus_error);
        sd_bus_error_free(&bus_error);
    }
}

/* Forgets the caller: its next call asks anew. */
static void refuse_held(Entry *entry, const GError *error)
{
    const VkpCallersListener *listener = &entry->callers->listener;
    for (GList *held = entry->held.head; held; held = held->next) {
        (void)vkp_bus_error_reply(held->data, error);
        if (listener->refused)
            listener->refused(held->data, error, listener->data);
    }
    g_hash_table_remove(entry->callers->entries, entry->caller->name);
}

static void on_told(int r, const VkpCredentials *credentials, void *data)
{
    Entry *entry = data;
    VkpCaller *caller = entry->caller;
    g_autoptr(GError) error = NULL;
    if (r < 0)
        set_error_unknown(&error, r, caller->name);
    else if (vkp_sandbox_look(entry->callers->proc_root, credentials->pid, &caller->is_sandboxed,
                              &error)) {
        caller->uid = credentials->uid;
        caller->pid = credentials->pid;
    }
    if (error) {
        refuse_held(entry, error);
        return;
    }
    g_clear_pointer(&entry->question, vkp_credentials_question_free);
    serve_held(entry);
}

static Entry *entry_new(VkpCallers *callers, const char *name, GError **error)
{
    Entry *entry = g_new0(Entry, 1);
    entry->callers = callers;
    entry->caller = g_rc_box_new0(VkpCaller);
    entry->caller->name = g_strdup(name);
    g_queue_init(&entry->held);
    int r = vkp_credentials_ask(callers->bus, name, on_told, entry, &entry->question);
    if (r >= 0)
        return entry;
    set_error_unknown(error, r, name);
    entry_free(entry);
    return NULL;
}

static Entry *find_or_ask(VkpCallers *callers, sd_bus_message *message, GError **error)
{
    const char *name = sd_bus_message_get_sender(message);
    if (!name) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                    "Calls without a sender are not served");
        return NULL;
    }
    Entry *entry = find(callers, name);
    if (entry)
        return entry;
    entry = entry_new(callers, name, error);
    if (entry)
        g_hash_table_insert(callers->entries, entry->caller->name, entry);
    return entry;
}

static gboolean may_be_held(const Entry *entry, GError **error)
{
    if (entry->held.length < VKP_CALLER_MAX_HELD)
        return TRUE;
    g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED,
                "You have %u calls waiting until the bus says who you are", entry->held.length);
    return FALSE;
}

int vkp_callers_admit(VkpCallers *callers, sd_bus_message *message, sd_bus_error *bus_error)
{
    g_autoptr(GError) error = NULL;
    Entry *entry = find_or_ask(callers, message, &error);
    if (!entry)
        return vkp_bus_error_set(bus_error, error);
    if (!entry->question)
        return 0;
    if (!may_be_held(entry, &error))
        return vkp_bus_error_set(bus_error, error);
    g_queue_push_tail(&entry->held, sd_bus_message_ref(message));
    return 1;
}

VkpCaller *vkp_callers_lookup(const VkpCallers *callers, const char *name)
{
    Entry *entry = find(callers, name);
    return entry && !entry->question ? entry->caller : NULL;
}

VkpCaller *vkp_callers_of(const VkpCallers *callers, sd_bus_message *message, GError **error)
{
    const char *name = sd_bus_message_get_sender(message);
    VkpCaller *caller = name ? vkp_callers_lookup(callers, name) : NULL;
    if (!caller)
        g_set_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                    "Calls of somebody unknown are not served");
    return caller;
}

guint vkp_callers_n_subscribed(const VkpCallers *callers)
{
    guint n_subscribed = 0;
    GHashTableIter iterator;
    gpointer entry;
    g_hash_table_iter_init(&iterator, callers->entries);
    while (g_hash_table_iter_next(&iterator, NULL, &entry))
        n_subscribed += ((Entry *)entry)->caller->is_subscribed;
    return n_subscribed;
}
