/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/snapshot.h"

#include <stdlib.h>

struct VkpSnapshot {
    guint64 boot_time_usec;
    guint ticks_per_second;
    gboolean sealed;
    gboolean is_in_order;   /* while open: each pid added so far was larger than the one before */
    GPtrArray *processes;   /* of VkpProcess; ascending by pid once sealed */
    pid_t *pids;            /* theirs; once sealed */
    gint *parents;          /* their parents' places; once sealed */
    GHashTable *children;   /* pid -> GPtrArray of borrowed VkpProcess; only those that have any */
    GPtrArray *no_children; /* what everybody else gets */
};

VkpSnapshot *vkp_snapshot_new(guint64 boot_time_usec, guint ticks_per_second)
{
    VkpSnapshot *snapshot = g_atomic_rc_box_new0(VkpSnapshot);
    snapshot->boot_time_usec = boot_time_usec;
    snapshot->ticks_per_second = ticks_per_second;
    snapshot->is_in_order = TRUE;
    snapshot->processes = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_process_unref);
    snapshot->children = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    snapshot->no_children = g_ptr_array_new();
    return snapshot;
}

static const VkpProcess *process_at(const VkpSnapshot *snapshot, guint place)
{
    return snapshot->processes->pdata[place];
}

void vkp_snapshot_add(VkpSnapshot *snapshot, VkpProcess *process)
{
    g_return_if_fail(!snapshot->sealed);
    guint n = snapshot->processes->len;
    if (n > 0 && process_at(snapshot, n - 1)->identity.pid >= process->identity.pid)
        snapshot->is_in_order = FALSE;
    g_ptr_array_add(snapshot->processes, process);
}

static int compare_pids(gconstpointer a, gconstpointer b)
{
    pid_t first = (*(VkpProcess *const *)a)->identity.pid;
    pid_t second = (*(VkpProcess *const *)b)->identity.pid;
    return (first > second) - (first < second);
}

static int compare_starts(gconstpointer a, gconstpointer b)
{
    const VkpProcess *first = *(VkpProcess *const *)a;
    const VkpProcess *second = *(VkpProcess *const *)b;
    return vkp_identity_compare_start(first->identity, second->identity);
}

/* Of those with one pid the last stays. */
static void drop_repeated(GPtrArray *processes)
{
    guint n_kept = 0;
    for (guint i = 0; i < processes->len; i++) {
        gpointer process = processes->pdata[i];
        if (n_kept > 0 && compare_pids(&processes->pdata[n_kept - 1], &process) == 0)
            vkp_process_unref(processes->pdata[--n_kept]);
        processes->pdata[n_kept++] = process;
    }
    for (guint i = n_kept; i < processes->len; i++)
        processes->pdata[i] = NULL; /* moved or unreferenced above */
    g_ptr_array_set_size(processes, (gint)n_kept);
}

static void sort_by_pid(VkpSnapshot *snapshot)
{
    if (!snapshot->is_in_order) {
        g_ptr_array_sort(snapshot->processes, compare_pids); /* GLib's is stable */
        drop_repeated(snapshot->processes);
    }
    snapshot->pids = g_new(pid_t, snapshot->processes->len);
    for (guint i = 0; i < snapshot->processes->len; i++)
        snapshot->pids[i] = process_at(snapshot, i)->identity.pid;
}

gint vkp_snapshot_find(const VkpSnapshot *snapshot, pid_t pid)
{
    guint low = 0;
    guint high = snapshot->processes->len;
    g_return_val_if_fail(snapshot->pids || high == 0, VKP_SNAPSHOT_NOBODY);
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (snapshot->pids[middle] < pid)
            low = middle + 1;
        else
            high = middle;
    }
    gboolean is_there = low < snapshot->processes->len && snapshot->pids[low] == pid;
    return is_there ? (gint)low : VKP_SNAPSHOT_NOBODY;
}

/* Stats are read one after the other, so a pid may have got a new owner between the look at a child
 * and the look at its parent. That owner started later, and is not the parent. */
static void link_parents(VkpSnapshot *snapshot)
{
    snapshot->parents = g_new(gint, snapshot->processes->len);
    for (guint i = 0; i < snapshot->processes->len; i++) {
        const VkpProcess *process = process_at(snapshot, i);
        gint parent = vkp_snapshot_find(snapshot, process->parent_pid);
        if (parent != VKP_SNAPSHOT_NOBODY &&
            process_at(snapshot, (guint)parent)->identity.start_ticks >
                process->identity.start_ticks)
            parent = VKP_SNAPSHOT_NOBODY;
        snapshot->parents[i] = parent;
    }
}

/* Unlinks everybody on the loop that `place` is part of. */
static void cut_loop(VkpSnapshot *snapshot, gint place)
{
    while (snapshot->parents[place] != VKP_SNAPSHOT_NOBODY) {
        gint next = snapshot->parents[place];
        snapshot->parents[place] = VKP_SNAPSHOT_NOBODY;
        place = next;
    }
}

/* Parents of the same tick may form loops, in forged data. Whoever walks upwards must come to an
 * end, so loops have no parents. Each process is walked over once: `walk` tells in which walk. */
static void cut_loops(VkpSnapshot *snapshot)
{
    g_autofree guint *walk = g_new0(guint, snapshot->processes->len);
    for (guint i = 0; i < snapshot->processes->len; i++) {
        gint at = (gint)i;
        while (at != VKP_SNAPSHOT_NOBODY && walk[at] == 0) {
            walk[at] = i + 1;
            at = snapshot->parents[at];
            if (at != VKP_SNAPSHOT_NOBODY && walk[at] == i + 1)
                cut_loop(snapshot, at);
        }
    }
}

static void link_children(VkpSnapshot *snapshot)
{
    for (guint i = 0; i < snapshot->processes->len; i++) {
        if (snapshot->parents[i] == VKP_SNAPSHOT_NOBODY)
            continue;
        gpointer key = GINT_TO_POINTER(snapshot->pids[snapshot->parents[i]]);
        GPtrArray *children = g_hash_table_lookup(snapshot->children, key);
        if (!children) {
            children = g_ptr_array_new();
            g_hash_table_insert(snapshot->children, key, children);
        }
        g_ptr_array_add(children, snapshot->processes->pdata[i]);
    }
    GHashTableIter iter;
    gpointer children;
    g_hash_table_iter_init(&iter, snapshot->children);
    while (g_hash_table_iter_next(&iter, NULL, &children))
        g_ptr_array_sort(children, compare_starts);
}

void vkp_snapshot_seal(VkpSnapshot *snapshot)
{
    g_return_if_fail(!snapshot->sealed);
    sort_by_pid(snapshot);
    link_parents(snapshot);
    cut_loops(snapshot);
    link_children(snapshot);
    snapshot->sealed = TRUE;
}

VkpSnapshot *vkp_snapshot_ref(VkpSnapshot *snapshot)
{
    return g_atomic_rc_box_acquire(snapshot);
}

static void clear_snapshot(gpointer data)
{
    VkpSnapshot *snapshot = data;
    g_hash_table_unref(snapshot->children);
    g_ptr_array_unref(snapshot->no_children);
    g_ptr_array_unref(snapshot->processes);
    g_free(snapshot->parents);
    g_free(snapshot->pids);
}

void vkp_snapshot_unref(VkpSnapshot *snapshot)
{
    if (snapshot)
        g_atomic_rc_box_release_full(snapshot, clear_snapshot);
}

guint vkp_snapshot_size(const VkpSnapshot *snapshot)
{
    return snapshot->processes->len;
}

VkpProcess *vkp_snapshot_at(const VkpSnapshot *snapshot, guint index)
{
    g_return_val_if_fail(index < snapshot->processes->len, NULL);
    return snapshot->processes->pdata[index];
}

VkpProcess *vkp_snapshot_lookup(const VkpSnapshot *snapshot, pid_t pid)
{
    gint place = vkp_snapshot_find(snapshot, pid);
    return place == VKP_SNAPSHOT_NOBODY ? NULL : snapshot->processes->pdata[place];
}

VkpProcess *vkp_snapshot_lookup_identity(const VkpSnapshot *snapshot, VkpIdentity identity)
{
    VkpProcess *process = vkp_snapshot_lookup(snapshot, identity.pid);
    return process && vkp_identity_equal(process->identity, identity) ? process : NULL;
}

VkpProcess *vkp_snapshot_parent(const VkpSnapshot *snapshot, const VkpProcess *process)
{
    g_return_val_if_fail(snapshot->sealed, NULL);
    gint place = vkp_snapshot_find(snapshot, process->identity.pid);
    if (place == VKP_SNAPSHOT_NOBODY ||
        !vkp_identity_equal(process_at(snapshot, (guint)place)->identity, process->identity))
        return NULL;
    gint parent = snapshot->parents[place];
    return parent == VKP_SNAPSHOT_NOBODY ? NULL : snapshot->processes->pdata[parent];
}

const GPtrArray *vkp_snapshot_children(const VkpSnapshot *snapshot, pid_t pid)
{
    GPtrArray *children = g_hash_table_lookup(snapshot->children, GINT_TO_POINTER(pid));
    return children ? children : snapshot->no_children;
}

GPtrArray *vkp_snapshot_subtree(const VkpSnapshot *snapshot, pid_t pid)
{
    GPtrArray *subtree = g_ptr_array_new();
    VkpProcess *root = vkp_snapshot_lookup(snapshot, pid);
    if (root)
        g_ptr_array_add(subtree, root);
    /* Loops were cut when sealing, so nobody comes twice. */
    for (guint i = 0; i < subtree->len; i++) {
        const VkpProcess *process = subtree->pdata[i];
        g_ptr_array_extend(subtree,
                           (GPtrArray *)vkp_snapshot_children(snapshot, process->identity.pid),
                           NULL, NULL);
    }
    return subtree;
}

guint64 vkp_snapshot_boot_time_usec(const VkpSnapshot *snapshot)
{
    return snapshot->boot_time_usec;
}

guint vkp_snapshot_ticks_per_second(const VkpSnapshot *snapshot)
{
    return snapshot->ticks_per_second;
}
