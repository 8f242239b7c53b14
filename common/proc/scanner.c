/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/scanner.h"

#include <string.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/text.h"
#include "common/proc/scanner-private.h"

/* Measured at every scan, the boot time jitters by a microsecond, and start times must not: they
 * move only when somebody has set the clock. */
#define CLOCK_STEP_USEC G_USEC_PER_SEC

#define NAME_MAX_BYTES 256

VkpScanner *vkp_scanner_new(VkpReader *reader, uid_t uid)
{
    VkpScanner *scanner = g_new0(VkpScanner, 1);
    scanner->reader = reader;
    scanner->uid = uid;
    scanner->ticks_per_second = vkp_reader_ticks_per_second(reader);
    scanner->page_bytes = (guint64)MAX(sysconf(_SC_PAGESIZE), 1);
    scanner->sightings = g_hash_table_new(NULL, NULL);
    scanner->folders = vkp_folder_cache_new();
    scanner->guard = vkp_image_guard_new(reader);
    return scanner;
}

static void free_sighting(VkpScanner *scanner, VkpSighting *sighting)
{
    vkp_image_unref(sighting->image);
    vkp_folder_cache_release(scanner->folders, sighting->folder);
    g_free(sighting);
}

/* Everybody who was not met in this turn has ended. */
static void forget_ended(VkpScanner *scanner)
{
    GHashTableIter iter;
    gpointer value;
    g_hash_table_iter_init(&iter, scanner->sightings);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        VkpSighting *sighting = value;
        if (sighting->turn == scanner->turn)
            continue;
        g_hash_table_iter_remove(&iter);
        free_sighting(scanner, sighting);
    }
}

void vkp_scanner_free(VkpScanner *scanner)
{
    if (!scanner)
        return;
    scanner->turn++;
    forget_ended(scanner);
    g_hash_table_unref(scanner->sightings);
    vkp_folder_cache_free(scanner->folders);
    vkp_image_guard_free(scanner->guard);
    g_free(scanner);
}

static VkpSighting *begin_sighting(VkpScanner *scanner, VkpIdentity identity)
{
    guint64 born = vkp_ticks_to_usec(identity.start_ticks, scanner->ticks_per_second);
    guint64 now = vkp_reader_uptime_usec(scanner->reader);
    VkpSighting *sighting = g_new0(VkpSighting, 1);
    sighting->identity = identity;
    sighting->cpu = vkp_cpu_sample_at_birth(g_get_monotonic_time(), now > born ? now - born : 0);
    return sighting;
}

/* The one that belongs to this stat, new if its pid was somebody else's so far. */
static VkpSighting *sight(VkpScanner *scanner, const VkpStat *stat)
{
    gpointer key = GINT_TO_POINTER(stat->pid);
    VkpIdentity identity = {stat->pid, stat->start_ticks};
    VkpSighting *sighting = g_hash_table_lookup(scanner->sightings, key);
    if (!sighting || !vkp_identity_equal(sighting->identity, identity)) {
        if (sighting)
            free_sighting(scanner, sighting);
        sighting = begin_sighting(scanner, identity);
        g_hash_table_insert(scanner->sightings, key, sighting);
    }
    sighting->turn = scanner->turn;
    return sighting;
}

static guint64 resident_bytes(const VkpScanner *scanner, const VkpStat *stat)
{
    if (stat->resident_pages > G_MAXUINT64 / scanner->page_bytes)
        return G_MAXUINT64;
    return stat->resident_pages * scanner->page_bytes;
}

/* Releases of Node.js since 2025 name their first thread, and what that is called the kernel tells
 * as the name of the process: each dev server would be a "MainThread". */
static gboolean names_thread_only(const char *comm)
{
    return strcmp(comm, "MainThread") == 0 || strcmp(comm, "node-MainThread") == 0;
}

/* Instead of such a name that of the program, as its command has it. */
static char *dup_name(const VkpStat *stat, const VkpImage *image)
{
    const char *name = stat->comm;
    const char *program = image && image->command ? image->command[0] : NULL;
    if (program && names_thread_only(name)) {
        const char *slash = strrchr(program, '/');
        program = slash ? slash + 1 : program;
        name = *program ? program : name;
    }
    return vkp_text_dup_valid(name, strlen(name), NAME_MAX_BYTES);
}

/* All facts but the CPU's. */
static VkpProcess *build_process(const VkpScanner *scanner, const VkpSighting *sighting,
                                 const VkpStat *stat, uid_t uid)
{
    VkpProcess *process = vkp_process_new();
    guint64 age = vkp_ticks_to_usec(stat->start_ticks, scanner->ticks_per_second);
    process->identity = sighting->identity;
    process->parent_pid = stat->parent_pid;
    process->group = stat->group;
    process->session = stat->session;
    process->uid = uid;
    process->state = stat->state;
    process->is_kernel_thread = (stat->flags & VKP_STAT_FLAG_KERNEL_THREAD) != 0;
    process->threads = stat->threads;
    process->memory_bytes = resident_bytes(scanner, stat);
    process->cpu_ticks = stat->user_ticks + stat->system_ticks;
    /* Room is left above for whoever adds to it: a wrapped one would seem old. */
    process->start_time_usec =
        scanner->boot_time_usec + MIN(age, G_MAXINT64 - scanner->boot_time_usec);
    process->name = dup_name(stat, sighting->image);
    process->image = sighting->image ? vkp_image_ref(sighting->image) : NULL;
    process->folder = sighting->folder ? vkp_folder_ref(sighting->folder->folder) : NULL;
    return process;
}

static VkpProcess *build_sampled(const VkpScanner *scanner, VkpSighting *sighting,
                                 const VkpStat *stat, uid_t uid, gint64 now_usec)
{
    VkpProcess *process = build_process(scanner, sighting, stat, uid);
    process->cpu_percent = vkp_cpu_sample_update(&sighting->cpu, process->cpu_ticks, now_usec,
                                                 scanner->ticks_per_second);
    return process;
}

static VkpProcess *look(VkpScanner *scanner, pid_t pid, int stat_fd, GError **error)
{
    VkpStat stat;
    uid_t uid = 0;
    gint64 now_usec = g_get_monotonic_time();
    if (!vkp_reader_read_open_stat(stat_fd, pid, &stat, error))
        return NULL;
    gboolean is_kernel_thread = (stat.flags & VKP_STAT_FLAG_KERNEL_THREAD) != 0;
    if (!is_kernel_thread && !vkp_reader_read_uid(scanner->reader, pid, &uid, error))
        return NULL;
    VkpSighting *sighting = sight(scanner, &stat);
    gboolean is_ours = scanner->uid == VKP_SCANNER_ANY_UID || scanner->uid == uid;
    if (is_kernel_thread || !is_ours)
        vkp_scanner_drop_details(scanner, sighting);
    else if (!vkp_scanner_refresh_details(scanner, sighting, stat_fd, &stat, error))
        return NULL;
    return build_sampled(scanner, sighting, &stat, uid, now_usec);
}

VkpProcess *vkp_scanner_look(VkpScanner *scanner, pid_t pid, int stat_fd, GError **error)
{
    if (stat_fd >= 0)
        return look(scanner, pid, stat_fd, error);
    g_auto(VkpFd) opened = vkp_reader_open_stat(scanner->reader, pid, error);
    return opened < 0 ? NULL : look(scanner, pid, opened, error);
}

VkpProcess *vkp_scanner_sample(VkpScanner *scanner, const VkpProcess *last, int stat_fd)
{
    VkpStat stat;
    gint64 now_usec = g_get_monotonic_time();
    VkpSighting *sighting =
        g_hash_table_lookup(scanner->sightings, GINT_TO_POINTER(last->identity.pid));
    if (!sighting || !vkp_identity_equal(sighting->identity, last->identity) ||
        !vkp_reader_read_open_stat(stat_fd, last->identity.pid, &stat, NULL) ||
        stat.start_ticks != last->identity.start_ticks ||
        vkp_sighting_plan_image(sighting, &stat) != VKP_READ_NOTHING)
        return NULL;
    return build_sampled(scanner, sighting, &stat, last->uid, now_usec);
}

void vkp_scanner_forget(VkpScanner *scanner, pid_t pid)
{
    gpointer sighting = NULL;
    if (g_hash_table_steal_extended(scanner->sightings, GINT_TO_POINTER(pid), NULL, &sighting))
        free_sighting(scanner, sighting);
}

gboolean vkp_scanner_follow_clock(VkpScanner *scanner)
{
    guint64 now = vkp_reader_boot_time_usec(scanner->reader);
    guint64 before = scanner->boot_time_usec;
    if ((now > before ? now - before : before - now) <= CLOCK_STEP_USEC)
        return FALSE;
    scanner->boot_time_usec = now;
    return TRUE;
}

VkpSnapshot *vkp_scanner_new_snapshot(const VkpScanner *scanner)
{
    return vkp_snapshot_new(scanner->boot_time_usec, scanner->ticks_per_second);
}

/* FALSE and error only when descriptors run out; who ended meanwhile is left out. */
static gboolean look_at_listed(VkpScanner *scanner, const GArray *pids, VkpSnapshot *snapshot,
                               GError **error)
{
    for (guint i = 0; i < pids->len; i++) {
        GError *failure = NULL;
        VkpProcess *process =
            vkp_scanner_look(scanner, g_array_index(pids, pid_t, i), -1, &failure);
        if (process) {
            vkp_snapshot_add(snapshot, process);
        } else if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED)) {
            g_propagate_error(error, failure);
            return FALSE;
        } else {
            g_error_free(failure);
        }
    }
    return TRUE;
}

/* The pids of `now` that `before` lacks; both ascending. */
static GArray *dup_newcomers(const GArray *before, const GArray *now)
{
    GArray *newcomers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    guint at = 0;
    for (guint i = 0; i < now->len; i++) {
        pid_t pid = g_array_index(now, pid_t, i);
        while (at < before->len && g_array_index(before, pid_t, at) < pid)
            at++;
        if (at == before->len || g_array_index(before, pid_t, at) != pid)
            g_array_append_val(newcomers, pid);
    }
    return newcomers;
}

/* A process that forks and exits in a hurry is gone when its turn comes, and its child was not
 * listed yet. A second list has few that are new, so they are looked at while they still live. */
static gboolean look_at_newcomers(VkpScanner *scanner, const GArray *pids, VkpSnapshot *snapshot,
                                  GError **error)
{
    g_autoptr(GArray) now = vkp_reader_list_pids(scanner->reader, error);
    if (!now)
        return FALSE;
    g_autoptr(GArray) newcomers = dup_newcomers(pids, now);
    return look_at_listed(scanner, newcomers, snapshot, error);
}

VkpSnapshot *vkp_scanner_scan(VkpScanner *scanner, GError **error)
{
    g_autoptr(GArray) pids = vkp_reader_list_pids(scanner->reader, error);
    if (!pids)
        return NULL;
    scanner->turn++;
    (void)vkp_scanner_follow_clock(scanner);
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_new_snapshot(scanner);
    if (!look_at_listed(scanner, pids, snapshot, error) ||
        !look_at_newcomers(scanner, pids, snapshot, error))
        return NULL;
    forget_ended(scanner);
    vkp_snapshot_seal(snapshot);
    return g_steal_pointer(&snapshot);
}
