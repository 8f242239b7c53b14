/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/protect.h"

typedef struct {
    VkpIdentity identity;
    VkpProtection degree;
} Covered;

struct VkpProtected {
    GHashTable *by_pid; /* pid -> owned Covered */
};

/* Who is covered already is no less so afterwards. */
static void cover(VkpProtected *protection, const VkpProcess *process, VkpProtection degree)
{
    Covered covered = {process->identity, degree};
    if (vkp_protect_of(protection, process->identity) < degree)
        g_hash_table_replace(protection->by_pid, GINT_TO_POINTER(process->identity.pid),
                             g_memdup2(&covered, sizeof covered));
}

/* Whoever is covered already has all its ancestors covered, so each is passed once, and a loop in
 * forged data ends. */
static void cover_line(VkpProtected *protection, const VkpSnapshot *snapshot, pid_t pid)
{
    const VkpProcess *process = vkp_snapshot_lookup(snapshot, pid);
    while (process && vkp_protect_of(protection, process->identity) == VKP_PROTECTION_NONE) {
        cover(protection, process, VKP_PROTECTION_SURE);
        process = vkp_snapshot_parent(snapshot, process);
    }
}

static void cover_lines(VkpProtected *protection, const VkpSnapshot *snapshot, const GArray *pids)
{
    for (guint i = 0; pids && i < pids->len; i++)
        cover_line(protection, snapshot, g_array_index(pids, pid_t, i));
}

gboolean vkp_protect_is_manager(const VkpProcess *process)
{
    if (process->identity.pid == 1)
        return TRUE;
    return process->parent_pid == 1 && g_strcmp0(process->name, "systemd") == 0;
}

static gboolean has_argument(const VkpProcess *process, const char *argument)
{
    return process->image && process->image->command &&
           g_strv_contains((const char *const *)process->image->command, argument);
}

/* What the user's systemd itself has started to carry the session: its pam helper and the session
 * bus. A bus that some task started for itself says "--session" or another address, even when it
 * was adopted by systemd later. */
static gboolean is_session_part(const VkpProcess *process)
{
    if (g_strcmp0(process->name, "(sd-pam)") == 0)
        return TRUE;
    if (g_strcmp0(process->name, "dbus-daemon") == 0)
        return has_argument(process, "--address=systemd:");
    return g_strcmp0(process->name, "dbus-broker-lau") == 0;
}

/* The broker proper is a child of its launcher, and tells the bus's users the launcher's pid. */
static void cover_bus(VkpProtected *protection, const VkpSnapshot *snapshot, const VkpProcess *bus,
                      VkpProtection degree)
{
    cover(protection, bus, degree);
    if (g_strcmp0(bus->name, "dbus-broker-lau") != 0)
        return;
    const GPtrArray *children = vkp_snapshot_children(snapshot, bus->identity.pid);
    for (guint i = 0; i < children->len; i++) {
        const VkpProcess *child = (const VkpProcess *)children->pdata[i];
        if (g_strcmp0(child->name, "dbus-broker") == 0)
            cover(protection, child, degree);
    }
}

static void cover_buses(VkpProtected *protection, const VkpSnapshot *snapshot, const GArray *pids)
{
    for (guint i = 0; pids && i < pids->len; i++) {
        const VkpProcess *bus = vkp_snapshot_lookup(snapshot, g_array_index(pids, pid_t, i));
        if (bus)
            cover_bus(protection, snapshot, bus, VKP_PROTECTION_SURE);
    }
}

static void cover_session(VkpProtected *protection, const VkpSnapshot *snapshot)
{
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++) {
        const VkpProcess *manager = vkp_snapshot_at(snapshot, i);
        if (!vkp_protect_is_manager(manager))
            continue;
        cover(protection, manager, VKP_PROTECTION_BY_NAME);
        const GPtrArray *children = vkp_snapshot_children(snapshot, manager->identity.pid);
        for (guint j = 0; j < children->len; j++) {
            const VkpProcess *child = (const VkpProcess *)children->pdata[j];
            if (is_session_part(child))
                cover_bus(protection, snapshot, child, VKP_PROTECTION_BY_NAME);
        }
    }
}

/* Lines first: they end where somebody is covered already. */
VkpProtected *vkp_protect_build(const VkpProtectInput *input)
{
    VkpProtected *protection = g_new0(VkpProtected, 1);
    protection->by_pid = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    cover_lines(protection, input->snapshot, input->lines);
    cover_line(protection, input->snapshot, 1);
    cover_buses(protection, input->snapshot, input->buses);
    cover_session(protection, input->snapshot);
    const VkpProcess *applet = vkp_snapshot_lookup(input->snapshot, input->applet);
    if (applet)
        cover(protection, applet, VKP_PROTECTION_BY_NAME);
    return protection;
}

void vkp_protect_free(VkpProtected *protection)
{
    if (!protection)
        return;
    g_hash_table_unref(protection->by_pid);
    g_free(protection);
}

VkpProtection vkp_protect_of(const VkpProtected *protection, VkpIdentity identity)
{
    const Covered *covered =
        (const Covered *)g_hash_table_lookup(protection->by_pid, GINT_TO_POINTER(identity.pid));
    if (!covered || !vkp_identity_equal(covered->identity, identity))
        return VKP_PROTECTION_NONE;
    return covered->degree;
}
