/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/error.h"
#include "common/proc/table-private.h"

VkpTableEntry *vkp_table_entry_at(const VkpTable *table, guint index)
{
    return table->entries->pdata[index];
}

/* Of the first entry whose pid is not below that. */
static guint find_index(const VkpTable *table, pid_t pid)
{
    guint low = 0;
    guint high = table->entries->len;
    /* Lists come in ascending order, and the newest pid is mostly the largest. */
    if (high > 0 && vkp_table_entry_at(table, high - 1)->pid < pid)
        return high;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (vkp_table_entry_at(table, middle)->pid < pid)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

VkpTableEntry *vkp_table_entry(const VkpTable *table, pid_t pid)
{
    guint index = find_index(table, pid);
    VkpTableEntry *entry = index < table->entries->len ? vkp_table_entry_at(table, index) : NULL;
    return entry && entry->pid == pid ? entry : NULL;
}

VkpTableEntry *vkp_table_entry_of(const VkpTable *table, VkpIdentity identity)
{
    VkpTableEntry *entry = vkp_table_entry(table, identity.pid);
    return entry && vkp_identity_equal(entry->process->identity, identity) ? entry : NULL;
}

void vkp_table_entry_free(VkpTableEntry *entry)
{
    vkp_fd_close(&entry->stat_fd);
    vkp_process_unref(entry->process);
    g_free(entry);
}

gboolean vkp_table_is_young(const VkpTable *table, const VkpProcess *process)
{
    guint64 born = vkp_ticks_to_usec(process->identity.start_ticks,
                                     vkp_reader_ticks_per_second(table->reader));
    return born + table->young_usec > vkp_reader_uptime_usec(table->reader);
}

void vkp_table_close_stat(VkpTable *table, VkpTableEntry *entry)
{
    if (entry->stat_fd < 0)
        return;
    vkp_fd_close(&entry->stat_fd);
    table->n_kept--;
}

void vkp_table_keep_stat(VkpTable *table, VkpTableEntry *entry)
{
    if (entry->stat_fd >= 0 || table->n_kept >= table->kept_max)
        return;
    /* The number may have passed on since the look: then the next look shows it. */
    entry->stat_fd = vkp_reader_open_stat(table->reader, entry->process->identity.pid, NULL);
    if (entry->stat_fd >= 0)
        table->n_kept++;
}

static void remove_entry(VkpTable *table, pid_t pid)
{
    VkpTableEntry *entry = vkp_table_entry(table, pid);
    if (!entry)
        return;
    vkp_table_close_stat(table, entry);
    g_ptr_array_remove_index(table->entries, find_index(table, pid));
    table->is_changed = TRUE;
}

void vkp_table_drop(VkpTable *table, pid_t pid)
{
    vkp_scanner_forget(table->scanner, pid);
    remove_entry(table, pid);
}

static VkpTableEntry *add_entry(VkpTable *table, const VkpProcess *process)
{
    pid_t pid = process->identity.pid;
    VkpTableEntry *entry = g_new0(VkpTableEntry, 1);
    entry->pid = pid;
    entry->stat_fd = -1;
    g_ptr_array_insert(table->entries, (gint)find_index(table, pid), entry);
    table->is_changed = TRUE;
    if (vkp_table_is_young(table, process))
        g_array_append_val(table->young, pid);
    return entry;
}

/* Whether the roster could come out differently. */
static gboolean structure_differs(const VkpProcess *a, const VkpProcess *b)
{
    return !vkp_identity_equal(a->identity, b->identity) || a->parent_pid != b->parent_pid ||
           a->group != b->group || a->session != b->session || a->uid != b->uid ||
           a->is_kernel_thread != b->is_kernel_thread || a->image != b->image ||
           a->folder != b->folder || vkp_process_is_dead(a) != vkp_process_is_dead(b) ||
           (a->state == 'Z') != (b->state == 'Z') || g_strcmp0(a->name, b->name) != 0;
}

/* A kept stat stays its process's; the number may be somebody else's by now. */
static VkpProcess *read_process(VkpTable *table, pid_t pid, GError **error)
{
    VkpTableEntry *entry = vkp_table_entry(table, pid);
    if (entry && entry->stat_fd >= 0) {
        VkpProcess *process = vkp_scanner_look(table->scanner, pid, entry->stat_fd, NULL);
        if (process)
            return process;
        vkp_table_close_stat(table, entry);
    }
    return vkp_scanner_look(table->scanner, pid, -1, error);
}

/* Takes the process. */
static void take_in(VkpTable *table, VkpProcess *process, guint64 clock_nsec)
{
    pid_t pid = process->identity.pid;
    VkpTableEntry *entry = vkp_table_entry(table, pid);
    if (entry && !vkp_identity_equal(entry->process->identity, process->identity)) {
        remove_entry(table, pid);
        entry = NULL;
    }
    if (entry)
        table->is_changed |= structure_differs(entry->process, process);
    else
        entry = add_entry(table, process);
    vkp_process_unref(entry->process);
    entry->process = process;
    entry->clock_nsec = clock_nsec;
    entry->looked_at_usec = table->now_usec;
    entry->is_sampled = FALSE;
    table->has_stirred |= entry->is_followed;
}

gboolean vkp_table_look(VkpTable *table, pid_t pid, guint64 clock_nsec, GError **error)
{
    GError *failure = NULL;
    VkpProcess *process = read_process(table, pid, &failure);
    if (process) {
        take_in(table, process, clock_nsec);
        return TRUE;
    }
    if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    g_error_free(failure);
    vkp_table_drop(table, pid);
    return TRUE;
}

gboolean vkp_table_look_afresh(VkpTable *table, pid_t pid, GError **error)
{
    guint64 clock_nsec = 0;
    if (table->has_cpu_clocks)
        (void)vkp_reader_read_cpu_clock(pid, &clock_nsec);
    return vkp_table_look(table, pid, clock_nsec, error);
}

/* One of ours is without a command line and an environment only while they cannot be read, and a
 * folder without a chain only while its file system does not answer. */
static gboolean is_incomplete(const VkpTable *table, const VkpProcess *process)
{
    gboolean lacks_chain = process->folder && process->folder->n_chain == 0;
    return (!process->image || lacks_chain) && !process->is_kernel_thread &&
           !vkp_process_is_dead(process) &&
           (table->uid == VKP_SCANNER_ANY_UID || process->uid == table->uid);
}

/* A percentage falls to 0 only by being looked at again; and in disk sleep not all could be seen.
 */
static gboolean still_stands(const VkpTable *table, const VkpTableEntry *entry, gint64 max_age_usec)
{
    if (entry->process->state == 'D' || is_incomplete(table, entry->process) ||
        (entry->is_sampled && !table->may_sample))
        return FALSE;
    if (entry->is_followed && entry->process->cpu_percent > 0)
        return FALSE;
    return table->now_usec - entry->looked_at_usec < max_age_usec;
}

/* Who has run is read anew at every tick: what it used, its parent, its program. Where it is and
 * whose it is can wait until the next full look; but not of who is young, nor when somebody asks.
 */
static gboolean sample(VkpTable *table, VkpTableEntry *entry, guint64 clock_nsec,
                       gint64 max_age_usec)
{
    gint64 looked_at_usec = entry->looked_at_usec;
    if (!table->may_sample || !entry->is_followed || entry->stat_fd < 0 ||
        table->now_usec - looked_at_usec >= max_age_usec ||
        vkp_table_is_young(table, entry->process))
        return FALSE;
    VkpProcess *process = vkp_scanner_sample(table->scanner, entry->process, entry->stat_fd);
    if (!process)
        return FALSE;
    take_in(table, process, clock_nsec);
    entry->looked_at_usec = looked_at_usec;
    entry->is_sampled = TRUE;
    return TRUE;
}

gboolean vkp_table_glance(VkpTable *table, pid_t pid, gint64 max_age_usec, GError **error)
{
    VkpTableEntry *entry = vkp_table_entry(table, pid);
    guint64 clock_nsec = 0;
    if (!entry)
        return TRUE;
    gboolean has_clock = table->has_cpu_clocks && vkp_reader_read_cpu_clock(pid, &clock_nsec);
    if (has_clock && clock_nsec == entry->clock_nsec && still_stands(table, entry, max_age_usec))
        return TRUE;
    if (has_clock && sample(table, entry, clock_nsec, max_age_usec))
        return TRUE;
    return vkp_table_look(table, pid, clock_nsec, error);
}
