/* SPDX-License-Identifier: Apache-2.0 */
#include "service/movers.h"

struct VkpMovers {
    VkpReader *reader;
    gboolean has_clocks;
    GHashTable *clocks; /* pid -> Clock, as of the last call */
};

typedef struct {
    VkpIdentity identity;
    guint64 nsec;
} Clock;

static GHashTable *new_clocks(void)
{
    return g_hash_table_new_full(NULL, NULL, NULL, g_free);
}

VkpMovers *vkp_movers_new(VkpReader *reader)
{
    VkpMovers *movers = g_new0(VkpMovers, 1);
    movers->reader = reader;
    movers->has_clocks = vkp_reader_has_cpu_clocks(reader);
    movers->clocks = new_clocks();
    return movers;
}

void vkp_movers_free(VkpMovers *movers)
{
    if (!movers)
        return;
    g_hash_table_unref(movers->clocks);
    g_free(movers);
}

/* Notes the clock as it is now. The caller looks at the process afterwards, so what it does
 * meanwhile counts for the next time. */
static gboolean has_run(const VkpMovers *movers, VkpIdentity identity, GHashTable *clocks)
{
    gpointer key = GINT_TO_POINTER(identity.pid);
    guint64 nsec;
    if (!movers->has_clocks || !vkp_reader_read_cpu_clock(identity.pid, &nsec))
        return TRUE;
    const Clock *before = g_hash_table_lookup(movers->clocks, key);
    gboolean is_same =
        before && vkp_identity_equal(before->identity, identity) && before->nsec == nsec;
    Clock *clock = g_new(Clock, 1);
    *clock = (Clock){identity, nsec};
    g_hash_table_insert(clocks, key, clock);
    return !is_same;
}

VkpSnapshot *vkp_movers_dup(VkpMovers *movers, const VkpSnapshot *snapshot, const GArray *always)
{
    GHashTable *clocks = new_clocks();
    VkpSnapshot *found = vkp_snapshot_new(vkp_snapshot_boot_time_usec(snapshot),
                                          vkp_snapshot_ticks_per_second(snapshot));
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++) {
        VkpProcess *process = vkp_snapshot_at(snapshot, i);
        gboolean is_mover = has_run(movers, process->identity, clocks);
        if (is_mover || vkp_pids_contain(always, process->identity.pid))
            vkp_snapshot_add(found, vkp_process_ref(process));
    }
    g_hash_table_unref(movers->clocks);
    movers->clocks = clocks;
    vkp_snapshot_seal(found);
    return found;
}
