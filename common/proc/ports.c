/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/ports.h"

#include <stdlib.h>

#include "common/base/error.h"
#include "common/proc/listeners.h"

/* A child inherits its parent's listener until it execs, a worker is handed one, a parent closes
 * its own: nothing of that changes the set. Those who have a port are few, so they are asked again.
 */
#define OWNER_TRUSTED_USEC (10 * G_USEC_PER_SEC)

typedef struct {
    VkpIdentity identity;
    gint64 read_usec; /* on the monotonic clock */
    GArray *ports;    /* of guint16 */
} Owner;

struct VkpPorts {
    VkpReader *reader;
    VkpListeners *kernel;
    GArray *set;        /* of VkpListener, by inode */
    GHashTable *owners; /* pid -> Owner: who was asked since the set changed */
    GArray *none;
};

static void free_owner(gpointer data)
{
    Owner *owner = data;
    g_array_unref(owner->ports);
    g_free(owner);
}

VkpPorts *vkp_ports_new(VkpReader *reader)
{
    VkpPorts *ports = g_new0(VkpPorts, 1);
    ports->reader = reader;
    ports->kernel = vkp_listeners_new();
    ports->set = g_array_new(FALSE, FALSE, sizeof(VkpListener));
    ports->owners = g_hash_table_new_full(NULL, NULL, NULL, free_owner);
    ports->none = g_array_new(FALSE, FALSE, sizeof(guint16));
    return ports;
}

void vkp_ports_free(VkpPorts *ports)
{
    if (!ports)
        return;
    vkp_listeners_free(ports->kernel);
    g_array_unref(ports->set);
    g_hash_table_unref(ports->owners);
    g_array_unref(ports->none);
    g_free(ports);
}

static gboolean sets_equal(const GArray *a, const GArray *b)
{
    if (a->len != b->len)
        return FALSE;
    for (guint i = 0; i < a->len; i++) {
        const VkpListener *first = &g_array_index(a, VkpListener, i);
        const VkpListener *second = &g_array_index(b, VkpListener, i);
        if (first->inode != second->inode || first->port != second->port)
            return FALSE;
    }
    return TRUE;
}

static gboolean is_outdated(gpointer pid, gpointer value, gpointer now)
{
    (void)pid;
    const Owner *owner = value;
    return owner->ports->len > 0 && *(gint64 *)now - owner->read_usec >= OWNER_TRUSTED_USEC;
}

gboolean vkp_ports_refresh(VkpPorts *ports)
{
    g_autoptr(GArray) set = vkp_listeners_list(ports->kernel, NULL);
    if (!set || sets_equal(set, ports->set)) {
        gint64 now = g_get_monotonic_time();
        return g_hash_table_foreach_remove(ports->owners, is_outdated, &now) > 0;
    }
    g_array_unref(ports->set);
    ports->set = g_steal_pointer(&set);
    g_hash_table_remove_all(ports->owners);
    return TRUE;
}

static int compare_inode(const void *key, const void *element)
{
    guint64 inode = *(const guint64 *)key;
    const VkpListener *listener = element;
    return (inode > listener->inode) - (inode < listener->inode);
}

static const VkpListener *find_listener(const GArray *set, guint64 inode)
{
    return set->len == 0 ? NULL
                         : bsearch(&inode, set->data, set->len, sizeof(VkpListener), compare_inode);
}

static int compare_ports(gconstpointer a, gconstpointer b)
{
    return (int)*(const guint16 *)a - (int)*(const guint16 *)b;
}

/* One port may be listened on by several sockets: IPv4 and IPv6, addresses, SO_REUSEPORT. */
static void sort_and_unify(GArray *ports)
{
    g_array_sort(ports, compare_ports);
    guint kept = 0;
    for (guint i = 0; i < ports->len; i++) {
        guint16 port = g_array_index(ports, guint16, i);
        if (kept == 0 || g_array_index(ports, guint16, kept - 1) != port)
            g_array_index(ports, guint16, kept++) = port;
    }
    g_array_set_size(ports, kept);
}

static GArray *match_sockets(const GArray *set, const GArray *sockets)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(guint16));
    for (guint i = 0; i < sockets->len; i++) {
        const VkpListener *listener = find_listener(set, g_array_index(sockets, guint64, i));
        if (listener)
            g_array_append_val(found, listener->port);
    }
    sort_and_unify(found);
    return found;
}

/* Descriptors are found by pid, so whoever has ports is looked at once more: by now the pid may be
 * somebody else's. NULL and error when it is, or can't be looked at. */
static GArray *read_ports(VkpPorts *ports, VkpIdentity identity, GError **error)
{
    if (ports->set->len == 0)
        return g_array_ref(ports->none);
    g_autoptr(GArray) sockets = vkp_reader_list_sockets(ports->reader, identity.pid, error);
    if (!sockets)
        return NULL;
    g_autoptr(GArray) found = match_sockets(ports->set, sockets);
    VkpStat stat;
    if (found->len == 0)
        return g_steal_pointer(&found);
    if (!vkp_reader_read_stat(ports->reader, identity.pid, &stat, error))
        return NULL;
    if (stat.start_ticks != identity.start_ticks)
        return g_array_ref(ports->none);
    return g_steal_pointer(&found);
}

const GArray *vkp_ports_of(VkpPorts *ports, VkpIdentity identity)
{
    gpointer key = GINT_TO_POINTER(identity.pid);
    Owner *owner = g_hash_table_lookup(ports->owners, key);
    if (owner && vkp_identity_equal(owner->identity, identity))
        return owner->ports;
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) found = read_ports(ports, identity, &error);
    /* Out of descriptors ourselves: not an answer to be kept. */
    if (g_error_matches(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED))
        return ports->none;
    owner = g_new0(Owner, 1);
    owner->identity = identity;
    owner->read_usec = g_get_monotonic_time();
    owner->ports = found ? g_steal_pointer(&found) : g_array_ref(ports->none);
    g_hash_table_insert(ports->owners, key, owner);
    return owner->ports;
}

void vkp_ports_keep_only(VkpPorts *ports, const GArray *identities)
{
    g_autoptr(GHashTable) kept = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < identities->len; i++) {
        gpointer key = GINT_TO_POINTER(g_array_index(identities, VkpIdentity, i).pid);
        Owner *owner = g_hash_table_lookup(ports->owners, key);
        if (owner && vkp_identity_equal(owner->identity, g_array_index(identities, VkpIdentity, i)))
            g_hash_table_add(kept, key);
    }
    GHashTableIter iter;
    gpointer key;
    g_hash_table_iter_init(&iter, ports->owners);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (!g_hash_table_contains(kept, key))
            g_hash_table_iter_remove(&iter);
}
