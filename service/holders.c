/* SPDX-License-Identifier: Apache-2.0 */
#include "service/holders.h"

/* The server touches its database at least once a minute, whatever its pool does. */
#define REMEMBER_USEC (2 * G_TIME_SPAN_MINUTE)
#define LOOK_AT_ALL_USEC (30 * G_TIME_SPAN_SECOND)

typedef struct {
    VkpIdentity identity;
    gint64 seen_at_usec;  /* monotonic */
    VkpMemoryPlace place; /* of its program then */
} Holder;

struct VkpHolders {
    GArray *known;             /* Holder */
    gint64 looked_at_all_usec; /* 0: never */
};

VkpHolders *vkp_holders_new(void)
{
    VkpHolders *holders = g_new0(VkpHolders, 1);
    holders->known = g_array_new(FALSE, FALSE, sizeof(Holder));
    return holders;
}

void vkp_holders_free(VkpHolders *holders)
{
    if (!holders)
        return;
    g_array_unref(holders->known);
    g_free(holders);
}

static Holder *at(const VkpHolders *holders, guint index)
{
    return &g_array_index(holders->known, Holder, index);
}

void vkp_holders_keep_living(VkpHolders *holders, const VkpSnapshot *snapshot)
{
    for (guint i = holders->known->len; i-- > 0;) {
        const VkpProcess *process =
            vkp_snapshot_lookup_identity(snapshot, at(holders, i)->identity);
        if (!process || vkp_process_is_dead(process))
            g_array_remove_index(holders->known, i);
    }
}

gboolean vkp_holders_is_due(const VkpHolders *holders)
{
    return holders->looked_at_all_usec == 0 ||
           g_get_monotonic_time() - holders->looked_at_all_usec >= LOOK_AT_ALL_USEC;
}

static void see_one(VkpHolders *holders, const VkpProcess *process, gint64 now)
{
    Holder seen = {process->identity, now, {0}};
    if (process->image)
        seen.place = process->image->place;
    for (guint i = 0; i < holders->known->len; i++) {
        if (vkp_identity_equal(at(holders, i)->identity, process->identity)) {
            *at(holders, i) = seen;
            return;
        }
    }
    g_array_append_val(holders->known, seen);
}

static gboolean has_executed_since(const Holder *holder, const VkpProcess *process)
{
    return process->image && vkp_memory_place_is_known(&holder->place) &&
           vkp_memory_place_is_known(&process->image->place) &&
           !vkp_memory_place_equal(&holder->place, &process->image->place);
}

/* An exec closes what SQLite opens: before it, an execution's own process has its server's files.
 */
static void drop_executed(VkpHolders *holders, const VkpSnapshot *asked)
{
    for (guint i = holders->known->len; i-- > 0;) {
        const Holder *holder = at(holders, i);
        const VkpProcess *process = vkp_snapshot_lookup_identity(asked, holder->identity);
        if (process && has_executed_since(holder, process))
            g_array_remove_index(holders->known, i);
    }
}

void vkp_holders_see(VkpHolders *holders, const VkpSnapshot *asked, const GArray *found,
                     gboolean looked_at_all)
{
    gint64 now = g_get_monotonic_time();
    for (guint i = 0; i < found->len; i++) {
        const VkpProcess *process = vkp_snapshot_lookup(asked, g_array_index(found, pid_t, i));
        if (process)
            see_one(holders, process, now);
    }
    drop_executed(holders, asked);
    if (!looked_at_all)
        return;
    holders->looked_at_all_usec = now;
    for (guint i = holders->known->len; i-- > 0;)
        if (now - at(holders, i)->seen_at_usec > REMEMBER_USEC)
            g_array_remove_index(holders->known, i);
}

guint vkp_holders_size(const VkpHolders *holders)
{
    return holders->known->len;
}

void vkp_holders_append_pids(const VkpHolders *holders, GArray *pids)
{
    for (guint i = 0; i < holders->known->len; i++)
        g_array_append_val(pids, at(holders, i)->identity.pid);
}
