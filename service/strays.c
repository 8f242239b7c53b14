/* SPDX-License-Identifier: Apache-2.0 */
#include "service/strays.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "common/base/error.h"
#include "common/proc/image.h"
#include "common/roster/server-name.h"
#include "common/roster/site.h"
#include "service/holders.h"
#include "service/movers.h"
#include "service/stray-files.h"

/* A server's pool may have had its file closed for a moment. */
#define AGAIN_USEC (30 * G_TIME_SPAN_SECOND)

/* Each is read at every look, like any neighbour. Those with a name that anything may have leave
 * room for the others. */
#define MAX_PATHS 16
#define MAX_LIKELY_PATHS 8

/* A file that turned out to be no board. It may become one: a server's new file is empty at first.
 */
typedef struct {
    VkpInode inode;
    off_t size;
} Dismissed;

struct VkpStrays {
    VkpReader *reader;
    uid_t uid;
    VkpMovers *movers;        /* since everybody was last asked */
    VkpMovers *likely_movers; /* since the likely servers were */
    GPtrArray *paths;         /* char * */
    GArray *dismissed;        /* Dismissed */
    VkpHolders *remote;       /* of what cannot be reached from here */
    VkpHolders *crowded_out;  /* of what found no room at the last search */
    VkpSnapshot *snapshot;    /* the last one; NULL: none */
    GHashTable *unknown;      /* set of VkpUuid *: borne by somebody of it, and in no board */
    GHashTable *likely;       /* set of pids of it: likely servers */
    gint64 asked_at_usec;     /* monotonic; 0: not yet */
};

VkpStrays *vkp_strays_new(VkpReader *reader, uid_t uid)
{
    VkpStrays *strays = g_new0(VkpStrays, 1);
    strays->reader = reader;
    strays->uid = uid;
    strays->movers = vkp_movers_new(reader);
    strays->likely_movers = vkp_movers_new(reader);
    strays->paths = g_ptr_array_new_with_free_func(g_free);
    strays->dismissed = g_array_new(FALSE, FALSE, sizeof(Dismissed));
    strays->remote = vkp_holders_new();
    strays->crowded_out = vkp_holders_new();
    strays->unknown = vkp_uuid_set_new();
    strays->likely = g_hash_table_new(NULL, NULL);
    return strays;
}

void vkp_strays_free(VkpStrays *strays)
{
    if (!strays)
        return;
    vkp_movers_free(strays->movers);
    vkp_movers_free(strays->likely_movers);
    g_ptr_array_unref(strays->paths);
    g_array_unref(strays->dismissed);
    vkp_holders_free(strays->remote);
    vkp_holders_free(strays->crowded_out);
    vkp_snapshot_unref(strays->snapshot);
    g_hash_table_unref(strays->unknown);
    g_hash_table_unref(strays->likely);
    g_free(strays);
}

static gboolean note_if_unknown(const VkpStraysInput *input, const VkpUuid *id,
                                gboolean is_on_board, GHashTable *unknown)
{
    if (is_on_board || vkp_uuid_is_nil(id) || g_hash_table_contains(input->foreign_ids, id))
        return FALSE;
    (void)vkp_uuid_set_add(unknown, id);
    return TRUE;
}

/* Returns whether there is one among them. */
static gboolean note_unknown(const VkpStraysInput *input, const VkpMarks *marks,
                             GHashTable *unknown)
{
    const VkpUuid *const attempts[] = {&marks->attempt_id, &marks->other_attempt_id};
    gboolean is_any = FALSE;
    for (guint i = 0; i < G_N_ELEMENTS(attempts); i++)
        is_any |=
            note_if_unknown(input, attempts[i],
                            vkp_board_lookup_attempt(input->board, attempts[i]) != NULL, unknown);
    return note_if_unknown(input, &marks->execution_id,
                           vkp_board_lookup_execution(input->board, &marks->execution_id) != NULL,
                           unknown) ||
           is_any;
}

/* Who has the same marks has them from further up, and is a bearer himself. Each is passed once. */
static void note_likely_above(VkpStrays *strays, const VkpSnapshot *snapshot,
                              const VkpProcess *bearer)
{
    const VkpProcess *above = bearer;
    while ((above = vkp_snapshot_parent(snapshot, above))) {
        const VkpMarks *marks = vkp_process_marks(above);
        if ((marks && vkp_marks_equal(marks, vkp_process_marks(bearer))) ||
            !g_hash_table_add(strays->likely, GINT_TO_POINTER(above->identity.pid)))
            return;
    }
}

static gboolean is_likely(const VkpStrays *strays, const VkpProcess *process)
{
    return vkp_server_name_may_be(process->name) ||
           g_hash_table_contains(strays->likely, GINT_TO_POINTER(process->identity.pid));
}

static gboolean is_candidate(const VkpStrays *strays, const VkpProcess *process)
{
    return process->uid == strays->uid && !process->is_kernel_thread &&
           !vkp_process_is_dead(process);
}

/* Returns whether there is one that was not there the last time. */
static gboolean find_unknown(VkpStrays *strays, const VkpStraysInput *input)
{
    g_autoptr(GHashTable) before = g_steal_pointer(&strays->unknown);
    strays->unknown = vkp_uuid_set_new();
    g_hash_table_remove_all(strays->likely);
    for (guint i = 0; i < vkp_snapshot_size(input->snapshot); i++) {
        const VkpProcess *process = vkp_snapshot_at(input->snapshot, i);
        const VkpMarks *marks = vkp_process_marks(process);
        if (is_candidate(strays, process) && marks && note_unknown(input, marks, strays->unknown))
            note_likely_above(strays, input->snapshot, process);
    }
    GHashTableIter iterator;
    gpointer id;
    g_hash_table_iter_init(&iterator, strays->unknown);
    while (g_hash_table_iter_next(&iterator, &id, NULL))
        if (!g_hash_table_contains(before, id))
            return TRUE;
    return FALSE;
}

static gboolean must_ask(VkpStrays *strays, const VkpStraysInput *input)
{
    gboolean is_new = FALSE;
    if (input->snapshot != strays->snapshot || input->have_boards_changed) {
        vkp_snapshot_unref(strays->snapshot);
        strays->snapshot = vkp_snapshot_ref(input->snapshot);
        vkp_holders_keep_living(strays->remote, input->snapshot);
        vkp_holders_keep_living(strays->crowded_out, input->snapshot);
        is_new = find_unknown(strays, input);
    }
    if (g_hash_table_size(strays->unknown) == 0)
        return FALSE;
    return is_new || input->is_thorough || strays->asked_at_usec == 0 ||
           g_get_monotonic_time() - strays->asked_at_usec >= AGAIN_USEC;
}

static Dismissed *find_dismissed(const VkpStrays *strays, const GStatBuf *status)
{
    VkpInode inode = {status->st_dev, status->st_ino};
    for (guint i = 0; i < strays->dismissed->len; i++) {
        Dismissed *one = &g_array_index(strays->dismissed, Dismissed, i);
        if (vkp_inode_equal(one->inode, inode))
            return one;
    }
    return NULL;
}

static gboolean is_dismissed(const VkpStrays *strays, const char *path)
{
    GStatBuf status;
    if (g_stat(path, &status) < 0)
        return FALSE;
    const Dismissed *one = find_dismissed(strays, &status);
    return one && one->size == status.st_size;
}

static gboolean is_settled(const VkpStrays *strays, const char *path)
{
    return is_dismissed(strays, path) ||
           g_ptr_array_find_with_equal_func(strays->paths, path, g_str_equal, NULL);
}

/* One round of asking. */
typedef struct {
    VkpStrays *strays;
    VkpSiteSeer *seer;
    gboolean among_likely; /* servers, for files of any name */
    GArray *remote;        /* pid_t */
    GArray *crowded_out;   /* pid_t */
    gboolean is_news;
    gboolean is_complete;
} Search;

/* Nothing may keep us waiting, neither the file nor, where its path leads over another file system
 * here than there, the way to it. */
static gboolean is_within_reach(const Search *search, const VkpOpenFile *file)
{
    const VkpMounts *mounts = vkp_reader_mounts(search->strays->reader);
    g_autoptr(VkpSite) site = vkp_site_new(file->path);
    return site && !vkp_mounts_is_remote_device(mounts, file->inode.device) &&
           vkp_site_seer_look(search->seer, site) && vkp_inode_equal(file->inode, site->inode);
}

static void take_file(Search *search, pid_t pid, const VkpOpenFile *file)
{
    GPtrArray *paths = search->strays->paths;
    if (vkp_inode_is_unknown(file->inode))
        return;
    if (!is_within_reach(search, file)) {
        g_array_append_val(search->remote, pid);
        return;
    }
    if (is_settled(search->strays, file->path))
        return;
    if (paths->len >= (search->among_likely ? MAX_LIKELY_PATHS : MAX_PATHS)) {
        g_array_append_val(search->crowded_out, pid);
        return;
    }
    g_ptr_array_add(paths, g_strdup(file->path));
    search->is_news = TRUE;
}

static void ask_one(Search *search, pid_t pid)
{
    VkpReader *reader = search->strays->reader;
    g_autoptr(GError) failure = NULL;
    g_autoptr(GPtrArray) files = search->among_likely
                                     ? vkp_stray_files_list_likely(reader, pid, &failure)
                                     : vkp_stray_files_list_named(reader, pid, &failure);
    for (guint i = 0; files && i < files->len; i++)
        take_file(search, pid, files->pdata[i]);
    if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED))
        search->is_complete = FALSE;
}

static void ask_all(Search *search, const VkpSnapshot *snapshot)
{
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++)
        ask_one(search, vkp_snapshot_at(snapshot, i)->identity.pid);
}

static VkpSnapshot *dup_candidates(const VkpStrays *strays, const VkpSnapshot *snapshot,
                                   gboolean likely_only)
{
    VkpSnapshot *found = vkp_snapshot_new(vkp_snapshot_boot_time_usec(snapshot),
                                          vkp_snapshot_ticks_per_second(snapshot));
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++) {
        VkpProcess *process = vkp_snapshot_at(snapshot, i);
        if (is_candidate(strays, process) && (!likely_only || is_likely(strays, process)))
            vkp_snapshot_add(found, vkp_process_ref(process));
    }
    vkp_snapshot_seal(found);
    return found;
}

/* Those who have a file under one of our names first: they are sure to find room. */
static void ask(Search *search, const VkpSnapshot *snapshot)
{
    VkpStrays *strays = search->strays;
    g_autoptr(VkpSnapshot) candidates = dup_candidates(strays, snapshot, FALSE);
    g_autoptr(VkpSnapshot) movers = vkp_movers_dup(strays->movers, candidates, NULL);
    ask_all(search, movers);
    search->among_likely = TRUE;
    g_autoptr(VkpSnapshot) likely = dup_candidates(strays, snapshot, TRUE);
    g_autoptr(VkpSnapshot) likely_movers = vkp_movers_dup(strays->likely_movers, likely, NULL);
    ask_all(search, likely_movers);
}

static void renew_movers(VkpStrays *strays)
{
    vkp_movers_free(strays->movers);
    vkp_movers_free(strays->likely_movers);
    strays->movers = vkp_movers_new(strays->reader);
    strays->likely_movers = vkp_movers_new(strays->reader);
}

/* Whoever could not be asked is asked the next time, and so is, when it is time again, who has
 * files that found no room: what is no board has left by then. */
static void settle(VkpStrays *strays, const Search *search, const VkpSnapshot *snapshot)
{
    vkp_holders_see(strays->remote, snapshot, search->remote, FALSE);
    vkp_holders_free(strays->crowded_out);
    strays->crowded_out = vkp_holders_new();
    vkp_holders_see(strays->crowded_out, snapshot, search->crowded_out, FALSE);
    if (!search->is_complete || search->crowded_out->len > 0)
        renew_movers(strays);
    strays->asked_at_usec = search->is_complete ? g_get_monotonic_time() : 0;
}

static guint n_obscure(const VkpStrays *strays)
{
    return vkp_holders_size(strays->remote) + vkp_holders_size(strays->crowded_out);
}

gboolean vkp_strays_search(VkpStrays *strays, const VkpStraysInput *input)
{
    if (!must_ask(strays, input))
        return FALSE;
    guint n_before = n_obscure(strays);
    g_autoptr(GArray) remote = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(GArray) crowded_out = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(VkpSiteSeer) seer = vkp_site_seer_new(vkp_reader_mounts(strays->reader));
    Search search = {
        .strays = strays,
        .seer = seer,
        .remote = remote,
        .crowded_out = crowded_out,
        .is_complete = TRUE,
    };
    ask(&search, input->snapshot);
    settle(strays, &search, input->snapshot);
    return search.is_news || n_obscure(strays) != n_before;
}

const GPtrArray *vkp_strays_paths(const VkpStrays *strays)
{
    return strays->paths;
}

static void note_dismissed(VkpStrays *strays, const GStatBuf *status)
{
    Dismissed *known = find_dismissed(strays, status);
    Dismissed one = {{status->st_dev, status->st_ino}, status->st_size};
    if (known)
        *known = one;
    else
        g_array_append_val(strays->dismissed, one);
}

void vkp_strays_dismiss(VkpStrays *strays, const char *path)
{
    GStatBuf status;
    if (g_stat(path, &status) == 0)
        note_dismissed(strays, &status);
    guint index;
    if (g_ptr_array_find_with_equal_func(strays->paths, path, g_str_equal, &index))
        g_ptr_array_remove_index(strays->paths, index);
}

void vkp_strays_drop_missing(VkpStrays *strays)
{
    for (guint i = strays->paths->len; i-- > 0;)
        if (vkp_inode_is_unknown(vkp_file_inode(strays->paths->pdata[i])))
            g_ptr_array_remove_index(strays->paths, i);
}

void vkp_strays_note_obscure(VkpStrays *strays, const GArray *pids)
{
    if (strays->snapshot)
        vkp_holders_see(strays->remote, strays->snapshot, pids, FALSE);
}

void vkp_strays_append_obscure(const VkpStrays *strays, GArray *pids)
{
    vkp_holders_append_pids(strays->remote, pids);
    vkp_holders_append_pids(strays->crowded_out, pids);
}
