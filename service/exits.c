/* SPDX-License-Identifier: Apache-2.0 */
#include "service/exits.h"

#include <sys/resource.h>

/* Of our descriptors; the rest is for kill jobs. */
#define WATCHED_SHARE 4
#define WATCHED_MAX 1024

/* Whoever exits is a zombie until its parent has collected it, mostly a moment later. Where the
 * kernel does not tell of that, these looks must do; after them it is the ticks' matter. */
static const guint64 reaping_usec[] = {100, 1000, 10000, 100000};

struct VkpExits {
    VkpReader *reader;
    VkpLoop loop;
    VkpGone gone;
    void *data;
    GHashTable *watches; /* Watch, by its identity */
    guint watched_max;
    guint round;
};

typedef struct {
    VkpIdentity identity; /* first: also the key */
    VkpExits *exits;
    VkpFd pidfd;
    void *exited;    /* source: then, and after that the timer of the next look */
    void *collected; /* source; NULL: not exited yet */
    guint n_looks;   /* since it exited */
    guint round;     /* the last roster that had it */
} Watch;

static void watch_free(Watch *watch)
{
    VkpLoop loop = watch->exits->loop;
    loop.ops->cancel(loop.loop, watch->exited);
    loop.ops->cancel(loop.loop, watch->collected);
    vkp_fd_close(&watch->pidfd);
    g_free(watch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Watch, watch_free)

static guint find_watched_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    return (guint)MIN(limit.rlim_cur / WATCHED_SHARE, WATCHED_MAX);
}

VkpExits *vkp_exits_new(VkpReader *reader, VkpLoop loop, VkpGone gone, void *data)
{
    VkpExits *exits = g_new0(VkpExits, 1);
    exits->reader = reader;
    exits->loop = loop;
    exits->gone = gone;
    exits->data = data;
    exits->watched_max = find_watched_max();
    exits->watches = g_hash_table_new_full(vkp_identity_hash, vkp_identity_equal_keys, NULL,
                                           (GDestroyNotify)watch_free);
    return exits;
}

void vkp_exits_free(VkpExits *exits)
{
    if (!exits)
        return;
    g_hash_table_unref(exits->watches);
    g_free(exits);
}

static gboolean is_there(const Watch *watch)
{
    VkpStat stat;
    return vkp_reader_read_stat(watch->exits->reader, watch->identity.pid, &stat, NULL) &&
           stat.start_ticks == watch->identity.start_ticks;
}

/* `gone` may free the watch. */
static gboolean tell_if_gone(Watch *watch)
{
    if (is_there(watch))
        return FALSE;
    watch->exits->gone(watch->identity, watch->exits->data);
    return TRUE;
}

static void on_collected(void *data)
{
    (void)tell_if_gone(data);
}

/* The watch stays in the table, fired and silent, until a roster lacks the process: a zombie would
 * otherwise be watched anew, and wake us, at every tick. */
static void on_exited(void *data)
{
    Watch *watch = data;
    VkpLoop loop = watch->exits->loop;
    loop.ops->cancel(loop.loop, g_steal_pointer(&watch->exited));
    if (!watch->collected) /* before the look: a collection in between is not missed */
        watch->collected =
            loop.ops->watch(loop.loop, watch->pidfd, VKP_LOOP_HUNG_UP, on_collected, watch, NULL);
    if (!tell_if_gone(watch) && watch->n_looks < G_N_ELEMENTS(reaping_usec))
        watch->exited = loop.ops->start_timer(loop.loop, reaping_usec[watch->n_looks++], on_exited,
                                              watch, NULL);
}

static void add(VkpExits *exits, VkpIdentity identity)
{
    g_autoptr(Watch) watch = g_new0(Watch, 1);
    watch->identity = identity;
    watch->exits = exits;
    watch->round = exits->round;
    watch->pidfd = vkp_reader_open_pidfd(exits->reader, identity.pid, NULL);
    if (watch->pidfd < 0)
        return;
    /* The number may have passed to another process before the descriptor was opened. */
    if (!is_there(watch))
        return;
    watch->exited = exits->loop.ops->watch(exits->loop.loop, watch->pidfd, VKP_LOOP_READABLE,
                                           on_exited, watch, NULL);
    if (!watch->exited)
        return;
    Watch *kept = g_steal_pointer(&watch);
    g_hash_table_insert(exits->watches, &kept->identity, kept);
}

static gboolean is_of_an_older_round(G_GNUC_UNUSED gpointer key, gpointer value, gpointer data)
{
    return ((const Watch *)value)->round != *(const guint *)data;
}

void vkp_exits_follow(VkpExits *exits, const VkpRoster *roster)
{
    exits->round++;
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        const VkpProcess *process = vkp_roster_at(roster, i)->process;
        Watch *watch = g_hash_table_lookup(exits->watches, &process->identity);
        if (watch)
            watch->round = exits->round;
        else if (!vkp_process_is_dead(process) &&
                 g_hash_table_size(exits->watches) < exits->watched_max)
            add(exits, process->identity);
    }
    g_hash_table_foreach_remove(exits->watches, is_of_an_older_round, &exits->round);
}
