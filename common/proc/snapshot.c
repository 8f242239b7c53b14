/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/snapshot.h"

#include <stdlib.h>

struct VkpSnapshot {
    guint64 boot_time_usec;
    guint ticks_per_second;
    gboolean sealed;
    GPtrArray *processes;   /* of VkpProcess; ascending by pid once sealed */
    GHashTable *positions;  /* pid -> index + 1 */
    VkpProcess **parents;   /* by index; borrowed from `processes` */
    GHashTable *children;   /* pid -> GPtrArray of borrowed VkpProcess; only those that have any */
    GPtrArray *no_children; /* what everybody else gets */
};

VkpSnapshot *vkp_snapshot_new(guint64 boot_time_usec, guint ticks_per_second)
{
    VkpSnapshot *snapshot = g_atomic_rc_box_new0(VkpSnapshot);
    snapshot->boot_time_usec = boot_time_usec;
    snapshot->ticks_per_second = ticks_per_second;
    snapshot->processes = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_process_unref);
    snapshot->positions = g_hash_table_new(NULL, NULL);
    snapshot->children = g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_ptr_array_unref);
    snapshot->no_children = g_ptr_array_new();
    return snapshot;
}

void vkp_snapshot_add(VkpSnapshot *snapshot, VkpProcess *process)
{
    g_return_if_fail(!snapshot->sealed);
    gpointer key = GINT_TO_POINTER(process->identity.pid);
    guint position = GPOINTER_TO_UINT(g_hash_table_lookup(snapshot->positions, key));
    if (position > 0) {
        vkp_process_unref(snapshot->processes->pdata[position - 1]);
        snapshot->processes->pdata[position - 1] = process;
        return;
    }
    g_ptr_array_add(snapshot->processes, process);
    g_hash_table_insert(snapshot->positions, key, GUINT_TO_POINTER(snapshot->processes->len));
}

static int compare_pids(gconstpointer a, gconstpointer b)
{
    pid_t first = (*(VkpProcess *const *)a)->identity.pid;
    pid_t second = (*(VkpProcess *const *)b)->identity.pid;
    return (first > second) - (first < second);
}

static int compare_starts(gconstpointer a, gconstpointer b)
{
    guint64 first = (*(VkpProcess *const *)a)->identity.start_ticks;
    guint64 second = (*(VkpProcess *const *)b)->identity.start_ticks;
    return first == second ? compare_pids(a, b) : (first > second) - (first < second);
}

static void sort_by_pid(VkpSnapshot *snapshot)
{
    g_ptr_array_sort(snapshot->processes, compare_pids);
    for (guint i = 0; i < snapshot->processes->len; i++) {
        const VkpProcess *process = snapshot->processes->pdata[i];
        g_hash_table_insert(snapshot->positions, GINT_TO_POINTER(process->identity.pid),
                            GUINT_TO_POINTER(i + 1));
    }
}

/* Stats are read one after the other, so a pid may have got a new owner between the look at a child
 * and the look at its parent. That owner started later, and is not the parent. */
static void link_parents(VkpSnapshot *snapshot)
{
    snapshot->parents = g_new0(VkpProcess *, snapshot->processes->len);
    for (guint i = 0; i < snapshot->processes->len; i++) {
        const VkpProcess *process = snapshot->processes->pdata[i];
        VkpProcess *parent = vkp_snapshot_lookup(snapshot, process->parent_pid);
        if (parent && parent->identity.start_ticks <= process->identity.start_ticks)
            snapshot->parents[i] = parent;
    }
}

static guint index_of(const VkpSnapshot *snapshot, const VkpProcess *process)
{
    return GPOINTER_TO_UINT(
               g_hash_table_lookup(snapshot->positions, GINT_TO_POINTER(process->identity.pid))) -
           1;
}

/* Unlinks everybody on the loop that `index` is part of. */
static void cut_loop(VkpSnapshot *snapshot, guint index)
{
    VkpProcess *next;
    while ((next = snapshot->parents[index])) {
        snapshot->parents[index] = NULL;
        index = index_of(snapshot, next);
    }
}

/* Parents of the same tick may form loops, in forged data. Whoever walks upwards must come to an
 * end, so loops have no parents. Each process is walked over once: `walk` tells in which walk. */
static void cut_loops(VkpSnapshot *snapshot)
{
    g_autofree guint *walk = g_new0(guint, snapshot->processes->len);
    for (guint i = 0; i < snapshot->processes->len; i++) {
        guint at = i;
        while (walk[at] == 0) {
            walk[at] = i + 1;
            VkpProcess *parent = snapshot->parents[at];
            if (!parent)
                break;
            at = index_of(snapshot, parent);
            if (walk[at] == i + 1)
                cut_loop(snapshot, at);
        }
    }
}

static void link_children(VkpSnapshot *snapshot)
{
    for (guint i = 0; i < snapshot->processes->len; i++) {
        if (!snapshot->parents[i])
            continue;
        gpointer key = GINT_TO_POINTER(snapshot->parents[i]->identity.pid);
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
    g_hash_table_unref(snapshot->positions);
    g_ptr_array_unref(snapshot->no_children);
    g_ptr_array_unref(snapshot->processes);
    g_free(snapshot->parents);
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
    guint position =
        GPOINTER_TO_UINT(g_hash_table_lookup(snapshot->positions, GINT_TO_POINTER(pid)));
    return position > 0 ? snapshot->processes->pdata[position - 1] : NULL;
}

VkpProcess *vkp_snapshot_lookup_identity(const VkpSnapshot *snapshot, VkpIdentity identity)
{
    VkpProcess *process = vkp_snapshot_lookup(snapshot, identity.pid);
    return process && vkp_identity_equal(process->identity, identity) ? process : NULL;
}

VkpProcess *vkp_snapshot_parent(const VkpSnapshot *snapshot, const VkpProcess *process)
{
    g_return_val_if_fail(snapshot->sealed, NULL);
    return vkp_snapshot_lookup_identity(snapshot, process->identity)
               ? snapshot->parents[index_of(snapshot, process)]
               : NULL;
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
