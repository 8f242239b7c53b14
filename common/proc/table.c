/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/table.h"

#include <string.h>
#include <sys/resource.h>

#include "common/base/error.h"
#include "common/proc/table-private.h"

#define YOUNG_USEC (10 * G_USEC_PER_SEC)

/* What happens to a process without its doing. */
#define FOLLOWED_MAX_AGE_USEC (5 * G_USEC_PER_SEC)
#define OTHERS_MAX_AGE_USEC (300 * G_USEC_PER_SEC)

/* The others come in turn, a part of them every so often; their clocks also tell who has gone. Once
 * in some rounds, a list of all is read, for a process that was given a number of its own choice
 * (clone3 can) or that the window has missed for another reason. */
#define SWEEP_USEC (9 * G_USEC_PER_SEC)
#define SWEEP_PARTS 3
#define LISTED_ROUNDS 4

/* A sweep is a tick's matter, not that of somebody who waits; unless no tick comes. */
#define SWEEP_OVERDUE_USEC (2 * SWEEP_USEC)

/* Of our descriptors, for the kept stats of those that are followed. */
#define KEPT_SHARE 8
#define KEPT_MAX 512u

/* Who was short of descriptors keeps none for so long. */
#define SHORTAGE_USEC (60 * G_USEC_PER_SEC)

/* A parent that is looked at again may turn out to be gone as well. */
#define SETTLE_ROUNDS 16

static guint find_kept_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    return (guint)MIN(limit.rlim_cur / KEPT_SHARE, KEPT_MAX);
}

VkpTable *vkp_table_new(const VkpTableOptions *options)
{
    VkpTable *table = g_new0(VkpTable, 1);
    pid_t newest;
    table->reader = options->reader;
    table->uid = options->uid;
    table->scanner = vkp_scanner_new(options->reader, options->uid);
    table->has_newest_pid = !options->ignore_newest_pid &&
                            vkp_reader_read_newest_pid(options->reader, &newest) &&
                            vkp_reader_read_pid_max(options->reader, &table->pid_max);
    table->has_cpu_clocks =
        !options->ignore_cpu_clocks && vkp_reader_has_cpu_clocks(options->reader);
    table->young_usec = options->young_usec > 0 ? options->young_usec : YOUNG_USEC;
    table->numbers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    table->entries = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_table_entry_free);
    table->young = g_array_new(FALSE, FALSE, sizeof(pid_t));
    table->followed = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    table->left = g_array_new(FALSE, FALSE, sizeof(pid_t));
    table->kept_max = find_kept_max();
    return table;
}

void vkp_table_free(VkpTable *table)
{
    if (!table)
        return;
    vkp_snapshot_unref(table->snapshot);
    g_array_unref(table->followed);
    g_array_unref(table->left);
    g_array_unref(table->young);
    g_ptr_array_unref(table->entries);
    g_array_unref(table->numbers);
    vkp_scanner_free(table->scanner);
    g_free(table);
}

/* Looks at who is new in a list of all, drops who is missing there. */
static gboolean look_through_list(VkpTable *table, gboolean at_all, GError **error)
{
    g_autoptr(GArray) pids = vkp_reader_list_pids(table->reader, error);
    if (!pids)
        return FALSE;
    table->listing++;
    for (guint i = 0; i < pids->len; i++) {
        pid_t pid = g_array_index(pids, pid_t, i);
        VkpTableEntry *entry = vkp_table_entry(table, pid);
        if ((at_all || !entry) && !vkp_table_look_afresh(table, pid, error))
            return FALSE;
        entry = vkp_table_entry(table, pid);
        if (entry)
            entry->listing = table->listing;
    }
    for (guint i = table->entries->len; i-- > 0;) {
        const VkpTableEntry *entry = vkp_table_entry_at(table, i);
        if (entry->listing != table->listing)
            vkp_table_drop(table, entry->pid);
    }
    return TRUE;
}

/* One number of the window: nobody's, a thread's, or a process's. */
static gboolean look_at_number(VkpTable *table, pid_t pid, GError **error)
{
    guint64 clock_nsec;
    const VkpTableEntry *entry = vkp_table_entry(table, pid);
    if (!vkp_reader_read_cpu_clock(pid, &clock_nsec))
        return !entry || vkp_table_look(table, pid, 0, error);
    if (entry && entry->clock_nsec == clock_nsec)
        return TRUE;
    return vkp_table_look(table, pid, clock_nsec, error);
}

static gboolean look_at_new(VkpTable *table, GError **error)
{
    pid_t newest;
    if (!table->has_newest_pid || !vkp_reader_read_newest_pid(table->reader, &newest))
        return look_through_list(table, FALSE, error);
    /* The limit can be raised at any time. */
    if (newest > table->pid_max)
        (void)vkp_reader_read_pid_max(table->reader, &table->pid_max);
    gboolean is_small = vkp_pid_window_turn(&table->window, newest, table->pid_max, table->now_usec,
                                            table->numbers);
    if (is_small && table->numbers->len == 0)
        return TRUE;
    if (!is_small || !table->has_cpu_clocks)
        return look_through_list(table, FALSE, error);
    for (guint i = 0; i < table->numbers->len; i++)
        if (!look_at_number(table, g_array_index(table->numbers, pid_t, i), error))
            return FALSE;
    return TRUE;
}

static gboolean look_at_followed(VkpTable *table, GError **error)
{
    for (guint i = 0; i < table->followed->len; i++) {
        VkpIdentity identity = g_array_index(table->followed, VkpIdentity, i);
        if (!vkp_table_glance(table, identity.pid, FOLLOWED_MAX_AGE_USEC, error))
            return FALSE;
    }
    return TRUE;
}

/* Whoever is no member any more may be so by what was done to it since the last look: its worktree
 * was made anew, and it is in the old one. */
static gboolean look_at_left(VkpTable *table, GError **error)
{
    while (table->left->len > 0) {
        pid_t pid = g_array_index(table->left, pid_t, table->left->len - 1);
        if (vkp_table_entry(table, pid) && !vkp_table_look_afresh(table, pid, error))
            return FALSE;
        g_array_set_size(table->left, table->left->len - 1);
    }
    return TRUE;
}

static gboolean look_at_young(VkpTable *table, GError **error)
{
    for (guint i = table->young->len; i-- > 0;) {
        pid_t pid = g_array_index(table->young, pid_t, i);
        if (!vkp_table_glance(table, pid, G_MAXINT64, error))
            return FALSE;
        const VkpTableEntry *entry = vkp_table_entry(table, pid);
        if (!entry || !vkp_table_is_young(table, entry->process))
            g_array_remove_index_fast(table->young, i);
    }
    return TRUE;
}

/* Those whose number leaves `part` when divided by `n_parts`. */
static gboolean look_at_part(VkpTable *table, guint part, guint n_parts, GError **error)
{
    /* Whoever turns out to be gone is dropped: from the end, nobody else is passed over. */
    for (guint i = table->entries->len; i-- > 0;) {
        pid_t pid = vkp_table_entry_at(table, i)->pid;
        if ((guint)pid % n_parts == part &&
            !vkp_table_glance(table, pid, OTHERS_MAX_AGE_USEC, error))
            return FALSE;
    }
    return TRUE;
}

/* As many parts as are due; ticks may be further apart than they. */
static gboolean sweep(VkpTable *table, GError **error)
{
    gint64 age = table->now_usec - table->swept_at_usec;
    guint n_due = (guint)MIN(age / SWEEP_USEC, SWEEP_PARTS);
    for (guint i = 0; i < n_due; i++) {
        if (table->n_swept % (SWEEP_PARTS * LISTED_ROUNDS) == 0 &&
            !look_through_list(table, FALSE, error))
            return FALSE;
        if (!look_at_part(table, table->n_swept % SWEEP_PARTS, SWEEP_PARTS, error))
            return FALSE;
        table->n_swept++;
    }
    table->swept_at_usec = table->now_usec;
    return TRUE;
}

static gboolean is_sweep_due(const VkpTable *table, VkpTableDepth depth)
{
    gint64 age = table->now_usec - table->swept_at_usec;
    return age >= (depth == VKP_TABLE_TICK ? SWEEP_USEC : SWEEP_OVERDUE_USEC);
}

/* The newest pid is read first: whoever comes while the list is read is of the next window. */
static gboolean look_at_all(VkpTable *table, GError **error)
{
    pid_t newest;
    if (table->has_newest_pid && vkp_reader_read_newest_pid(table->reader, &newest))
        (void)vkp_pid_window_turn(&table->window, newest, table->pid_max, table->now_usec,
                                  table->numbers);
    if (!look_through_list(table, TRUE, error))
        return FALSE;
    table->swept_at_usec = table->now_usec;
    return TRUE;
}

static gboolean look_at_some(VkpTable *table, VkpTableDepth depth, GError **error)
{
    if (!look_at_left(table, error))
        return FALSE;
    if (depth == VKP_TABLE_LISTED && !look_through_list(table, FALSE, error))
        return FALSE;
    if (depth == VKP_TABLE_EVERYBODY)
        return look_at_new(table, error) && look_through_list(table, FALSE, error) &&
               look_at_followed(table, error) && look_at_part(table, 0, 1, error);
    return look_at_new(table, error) && look_at_followed(table, error) &&
           look_at_young(table, error) && (!is_sweep_due(table, depth) || sweep(table, error));
}

/* Nobody is without a parent: whose parent is gone, dead, or younger than itself has another one by
 * now. */
static gboolean has_lost_parent(const VkpTable *table, const VkpProcess *process)
{
    if (process->parent_pid == 0)
        return FALSE;
    const VkpTableEntry *parent = vkp_table_entry(table, process->parent_pid);
    return !parent || vkp_process_is_dead(parent->process) ||
           parent->process->identity.start_ticks > process->identity.start_ticks;
}

static GArray *dup_orphans(const VkpTable *table)
{
    GArray *orphans = g_array_new(FALSE, FALSE, sizeof(pid_t));
    for (guint i = 0; i < table->entries->len; i++) {
        const VkpTableEntry *entry = vkp_table_entry_at(table, i);
        if (has_lost_parent(table, entry->process))
            g_array_append_val(orphans, entry->pid);
    }
    return orphans;
}

static gboolean look_at_orphans(VkpTable *table, GError **error)
{
    g_autoptr(GArray) before = g_array_new(FALSE, FALSE, sizeof(pid_t));
    for (guint round = 0; round < SETTLE_ROUNDS; round++) {
        g_autoptr(GArray) orphans = dup_orphans(table);
        if (orphans->len == before->len &&
            (orphans->len == 0 ||
             memcmp(orphans->data, before->data, orphans->len * sizeof(pid_t)) == 0))
            break; /* nobody, or whose parents are hidden from us */
        for (guint i = 0; i < orphans->len; i++)
            if (!vkp_table_look_afresh(table, g_array_index(orphans, pid_t, i), error))
                return FALSE;
        g_array_set_size(before, 0);
        g_array_append_vals(before, orphans->data, orphans->len);
    }
    return TRUE;
}

static void make_snapshot(VkpTable *table)
{
    VkpSnapshot *snapshot = vkp_scanner_new_snapshot(table->scanner);
    for (guint i = 0; i < table->entries->len; i++)
        vkp_snapshot_add(snapshot, vkp_process_ref(vkp_table_entry_at(table, i)->process));
    vkp_snapshot_seal(snapshot);
    vkp_snapshot_unref(table->snapshot);
    table->snapshot = snapshot;
    table->is_changed = FALSE;
}

static gboolean look(VkpTable *table, gboolean at_all, VkpTableDepth depth, GError **error)
{
    if (at_all ? !look_at_all(table, error) : !look_at_some(table, depth, error))
        return FALSE;
    return !table->is_changed || look_at_orphans(table, error);
}

/* Short of descriptors: those that only save us time go first, and for a while. */
static gboolean look_without_kept(VkpTable *table, GError *failure, GError **error)
{
    if (table->n_kept == 0 || !g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_error_free(failure);
    for (guint i = 0; i < table->entries->len; i++)
        vkp_table_close_stat(table, vkp_table_entry_at(table, i));
    table->short_until_usec = table->now_usec + SHORTAGE_USEC;
    return look(table, TRUE, VKP_TABLE_NOW, error);
}

static gboolean is_all_needed(VkpTable *table)
{
    gboolean is_clock_set = vkp_scanner_follow_clock(table->scanner);
    table->is_changed |= is_clock_set;
    return !table->snapshot || table->is_unsure || is_clock_set ||
           (!table->has_newest_pid && !table->has_cpu_clocks);
}

VkpSnapshot *vkp_table_tick(VkpTable *table, VkpTableDepth depth, GError **error)
{
    table->now_usec = g_get_monotonic_time();
    table->has_stirred = FALSE;
    table->may_sample = depth == VKP_TABLE_TICK;
    gboolean is_all = is_all_needed(table);
    table->is_unsure = TRUE;
    GError *failure = NULL;
    if (!look(table, is_all, depth, &failure) && !look_without_kept(table, failure, error))
        return NULL;
    table->is_unsure = FALSE;
    if (table->is_changed || !table->snapshot)
        make_snapshot(table);
    return vkp_snapshot_ref(table->snapshot);
}

static void set_followed(VkpTable *table, gboolean is_followed)
{
    for (guint i = 0; i < table->followed->len; i++) {
        VkpTableEntry *entry =
            vkp_table_entry_of(table, g_array_index(table->followed, VkpIdentity, i));
        if (entry)
            entry->is_followed = is_followed;
    }
}

void vkp_table_follow(VkpTable *table, const GArray *identities)
{
    g_autoptr(GArray) before = g_array_copy(table->followed);
    /* The limit may have been changed. */
    table->kept_max = g_get_monotonic_time() < table->short_until_usec ? 0 : find_kept_max();
    set_followed(table, FALSE);
    g_array_set_size(table->followed, 0);
    g_array_append_vals(table->followed, identities->data, identities->len);
    set_followed(table, TRUE);
    for (guint i = 0; i < before->len; i++) {
        VkpTableEntry *entry = vkp_table_entry_of(table, g_array_index(before, VkpIdentity, i));
        if (!entry || entry->is_followed)
            continue;
        vkp_table_close_stat(table, entry);
        g_array_append_val(table->left, entry->pid);
    }
    for (guint i = 0; i < table->followed->len; i++) {
        VkpTableEntry *entry =
            vkp_table_entry_of(table, g_array_index(table->followed, VkpIdentity, i));
        if (entry)
            vkp_table_keep_stat(table, entry);
    }
}

gboolean vkp_table_is_quiet(const VkpTable *table)
{
    pid_t newest;
    return table->snapshot && !table->is_unsure && table->has_newest_pid &&
           table->young->len == 0 && table->left->len == 0 &&
           vkp_reader_read_newest_pid(table->reader, &newest) &&
           vkp_pid_window_is_at(&table->window, newest);
}

gboolean vkp_table_has_stirred(const VkpTable *table)
{
    return table->has_stirred;
}

VkpProcess *vkp_table_lookup(const VkpTable *table, VkpIdentity identity)
{
    const VkpTableEntry *entry = vkp_table_entry_of(table, identity);
    return entry ? entry->process : NULL;
}
