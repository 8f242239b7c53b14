/* SPDX-License-Identifier: Apache-2.0 */
#include "service/strays.h"

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "common/base/error.h"
#include "common/roster/site.h"
#include "common/store/locate.h"
#include "service/holders.h"
#include "service/movers.h"

/* A server's pool may have had its file closed for a moment. */
#define AGAIN_USEC (30 * G_TIME_SPAN_SECOND)

/* Each is read at every look, like any neighbour. */
#define MAX_PATHS 16

/* A file that turned out to be no board. It may become one: a server's new file is empty at first.
 */
typedef struct {
    VkpInode inode;
    off_t size;
} Dismissed;

struct VkpStrays {
    VkpReader *reader;
    uid_t uid;
    VkpMovers *movers;     /* since everybody was last asked */
    GPtrArray *paths;      /* char * */
    GArray *dismissed;     /* Dismissed */
    VkpHolders *remote;    /* see vkp_strays_append_remote() */
    VkpSnapshot *snapshot; /* the last one; NULL: none */
    GHashTable *unknown;   /* set of VkpUuid *: borne by somebody of it, and in no board */
    gint64 asked_at_usec;  /* monotonic; 0: not yet */
};

static GHashTable *new_ids(void)
{
    return g_hash_table_new_full(vkp_uuid_hash, vkp_uuid_equal, g_free, NULL);
}

VkpStrays *vkp_strays_new(VkpReader *reader, uid_t uid)
{
    VkpStrays *strays = g_new0(VkpStrays, 1);
    strays->reader = reader;
    strays->uid = uid;
    strays->movers = vkp_movers_new(reader);
    strays->paths = g_ptr_array_new_with_free_func(g_free);
    strays->dismissed = g_array_new(FALSE, FALSE, sizeof(Dismissed));
    strays->remote = vkp_holders_new();
    strays->unknown = new_ids();
    return strays;
}

void vkp_strays_free(VkpStrays *strays)
{
    if (!strays)
        return;
    vkp_movers_free(strays->movers);
    g_ptr_array_unref(strays->paths);
    g_array_unref(strays->dismissed);
    vkp_holders_free(strays->remote);
    vkp_snapshot_unref(strays->snapshot);
    g_hash_table_unref(strays->unknown);
    g_free(strays);
}

static void note_if_unknown(const VkpStraysInput *input, const VkpUuid *id, gboolean is_on_board,
                            GHashTable *unknown)
{
    if (!is_on_board && !vkp_uuid_is_nil(id) && !g_hash_table_contains(input->foreign_ids, id))
        g_hash_table_add(unknown, g_memdup2(id, sizeof *id));
}

static void note_unknown(const VkpStraysInput *input, const VkpMarks *marks, GHashTable *unknown)
{
    const VkpUuid *const attempts[] = {&marks->attempt_id, &marks->other_attempt_id};
    for (guint i = 0; i < G_N_ELEMENTS(attempts); i++)
        note_if_unknown(input, attempts[i],
                        vkp_board_lookup_attempt(input->board, attempts[i]) != NULL, unknown);
    note_if_unknown(input, &marks->execution_id,
                    vkp_board_lookup_execution(input->board, &marks->execution_id) != NULL,
                    unknown);
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
    strays->unknown = new_ids();
    for (guint i = 0; i < vkp_snapshot_size(input->snapshot); i++) {
        const VkpProcess *process = vkp_snapshot_at(input->snapshot, i);
        if (is_candidate(strays, process) && process->image && process->image->environment_known)
            note_unknown(input, &process->image->marks, strays->unknown);
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

/* Returns whether it is news. */
static gboolean take_path(VkpStrays *strays, const char *path)
{
    if (strays->paths->len >= MAX_PATHS || is_dismissed(strays, path) ||
        g_ptr_array_find_with_equal_func(strays->paths, path, g_str_equal, NULL))
        return FALSE;
    g_ptr_array_add(strays->paths, g_strdup(path));
    return TRUE;
}

/* One round of asking. */
typedef struct {
    VkpStrays *strays;
    VkpSiteSeer *seer;
    GArray *remote; /* pid_t */
    gboolean is_news;
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

/* FALSE when out of descriptors. */
static gboolean ask_one(Search *search, pid_t pid)
{
    g_autoptr(GError) failure = NULL;
    g_autoptr(GPtrArray) files =
        vkp_reader_list_files_named(search->strays->reader, pid, vkp_locate_names, &failure);
    for (guint i = 0; files && i < files->len; i++) {
        const VkpOpenFile *file = files->pdata[i];
        if (vkp_inode_is_unknown(file->inode))
            continue;
        if (is_within_reach(search, file))
            search->is_news |= take_path(search->strays, file->path);
        else
            g_array_append_val(search->remote, pid);
    }
    return !g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
}

/* Whoever could not be asked is asked the next time. */
static void forget_asking(VkpStrays *strays)
{
    vkp_movers_free(strays->movers);
    strays->movers = vkp_movers_new(strays->reader);
    strays->asked_at_usec = 0;
}

gboolean vkp_strays_search(VkpStrays *strays, const VkpStraysInput *input)
{
    if (!must_ask(strays, input))
        return FALSE;
    strays->asked_at_usec = g_get_monotonic_time();
    guint n_remote = vkp_holders_size(strays->remote);
    gboolean is_complete = TRUE;
    g_autoptr(GArray) remote = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(VkpSiteSeer) seer = vkp_site_seer_new(vkp_reader_mounts(strays->reader));
    Search search = {.strays = strays, .seer = seer, .remote = remote};
    g_autoptr(VkpSnapshot) movers = vkp_movers_dup(strays->movers, input->snapshot, NULL);
    for (guint i = 0; i < vkp_snapshot_size(movers); i++) {
        const VkpProcess *process = vkp_snapshot_at(movers, i);
        if (is_candidate(strays, process))
            is_complete &= ask_one(&search, process->identity.pid);
    }
    if (!is_complete)
        forget_asking(strays);
    vkp_holders_see(strays->remote, input->snapshot, remote, FALSE);
    return search.is_news || vkp_holders_size(strays->remote) > n_remote;
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

void vkp_strays_append_remote(const VkpStrays *strays, GArray *pids)
{
    vkp_holders_append_pids(strays->remote, pids);
}
