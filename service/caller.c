/* SPDX-License-Identifier: Apache-2.0 */
#include "service/caller.h"

#include "common/base/error.h"
#include "service/bus-error.h"
#include "service/sandbox.h"
#include "service/sd-pointers.h"

struct VkpCallers {
    sd_bus *bus;
    char *proc_root;
    VkpCallerLeft left;
    void *data;
    GHashTable *known; /* Entry, by its name */
};

typedef struct {
    VkpCaller caller;
    VkpCallers *callers;
    sd_bus_track *track; /* tells when the name leaves */
} Entry;

static void entry_free(Entry *entry)
{
    sd_bus_track_unref(entry->track);
    g_free(entry->caller.name);
    g_free(entry);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Entry, entry_free)

VkpCallers *vkp_callers_new(sd_bus *bus, const char *proc_root, VkpCallerLeft left, void *data)
{
    VkpCallers *callers = g_new0(VkpCallers, 1);
    callers->bus = bus;
    callers->proc_root = g_strdup(proc_root);
    callers->left = left;
    callers->data = data;
    callers->known =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)entry_free);
    return callers;
}

void vkp_callers_free(VkpCallers *callers)
{
    if (!callers)
        return;
    g_hash_table_unref(callers->known);
    g_free(callers->proc_root);
    g_free(callers);
}

static int on_left(G_GNUC_UNUSED sd_bus_track *track, void *data)
{
    Entry *entry = data;
    VkpCallers *callers = entry->callers;
    g_hash_table_remove(callers->known, entry->caller.name);
    callers->left(callers->data);
    return 0;
}

static int read_credentials(VkpCallers *callers, VkpCaller *caller)
{
    g_autoptr(sd_bus_creds) credentials = NULL;
    int r = sd_bus_get_name_creds(callers->bus, caller->name, SD_BUS_CREDS_EUID | SD_BUS_CREDS_PID,
                                  &credentials);
    if (r >= 0)
        r = sd_bus_creds_get_euid(credentials, &caller->uid);
    if (r >= 0)
        r = sd_bus_creds_get_pid(credentials, &caller->pid);
    return r;
}

static int follow(Entry *entry)
{
    int r = sd_bus_track_new(entry->callers->bus, &entry->track, on_left, entry);
    return r < 0 ? r : sd_bus_track_add_name(entry->track, entry->caller.name);
}

static Entry *entry_new(VkpCallers *callers, const char *name, GError **error)
{
    g_autoptr(Entry) entry = g_new0(Entry, 1);
    entry->callers = callers;
    entry->caller.name = g_strdup(name);
    /* Followed first: a name that leaves in between is then known to have left. */
    int r = follow(entry);
    if (r >= 0)
        r = read_credentials(callers, &entry->caller);
    if (r < 0) {
        vkp_set_error_bus(error, r, "Cannot find out who \"%s\" is", name);
        return NULL;
    }
    entry->caller.is_sandboxed = vkp_sandbox_holds(callers->proc_root, entry->caller.pid);
    return g_steal_pointer(&entry);
}

VkpCaller *vkp_callers_of(VkpCallers *callers, sd_bus_message *message, GError **error)
{
    const char *name = sd_bus_message_get_sender(message);
    if (!name) {
        g_set_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                    "Calls without a sender are not served");
        return NULL;
    }
    VkpCaller *known = vkp_callers_lookup(callers, name);
    if (known)
        return known;
    Entry *entry = entry_new(callers, name, error);
    if (!entry)
        return NULL;
    g_hash_table_insert(callers->known, entry->caller.name, entry);
    return &entry->caller;
}

VkpCaller *vkp_callers_lookup(const VkpCallers *callers, const char *name)
{
    Entry *entry = g_hash_table_lookup(callers->known, name);
    return entry ? &entry->caller : NULL;
}

guint vkp_callers_n_subscribed(const VkpCallers *callers)
{
    guint n_subscribed = 0;
    GHashTableIter iterator;
    gpointer entry;
    g_hash_table_iter_init(&iterator, callers->known);
    while (g_hash_table_iter_next(&iterator, NULL, &entry))
        n_subscribed += ((Entry *)entry)->caller.is_subscribed;
    return n_subscribed;
}
