/* SPDX-License-Identifier: Apache-2.0 */
#include "service/lost-holders.h"

#include <stdlib.h>

#include "common/base/error.h"
#include "common/roster/server-name.h"

/* What the kernel calls the file in /proc/PID/fd when its name has been taken away: links on the
 * way are resolved there. */
static char *dup_deleted_path(const VkpDatabase *database)
{
    const char *path = vkp_store_path(database->store);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    char *resolved = realpath(path, NULL);
    char *resolved_folder = resolved ? NULL : realpath(folder, NULL);
    char *deleted = resolved ? g_strconcat(resolved, " (deleted)", NULL)
                             : g_strconcat(resolved_folder ? resolved_folder : folder, "/", name,
                                           " (deleted)", NULL);
    free(resolved);
    free(resolved_folder);
    return deleted;
}

typedef struct {
    VkpReader *reader;
    const VkpDatabase *database;
    char *deleted_path;
    VkpInode inode;         /* what is at its path; unknown: nothing */
    GArray *known;          /* pid_t: who has had it open */
    guint n_without_former; /* of these */
    GError *failure;        /* the last one */
} Search;

static Search begin_search(VkpReader *reader, const VkpDatabase *database)
{
    Search search = {.reader = reader, .database = database};
    search.deleted_path = dup_deleted_path(database);
    search.inode = vkp_file_inode(vkp_store_path(database->store));
    search.known = g_array_new(FALSE, FALSE, sizeof(pid_t));
    vkp_database_append_holders(database, search.known);
    return search;
}

static void search_clear(Search *search)
{
    g_free(search->deleted_path);
    g_array_unref(search->known);
    g_clear_error(&search->failure);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Search, search_clear)

/* On some file systems (FUSE, NFS) the kernel forgets the name of a file that is still there. */
static gboolean is_still_there(const Search *search, const VkpOpenFile *file)
{
    return !vkp_inode_is_unknown(search->inode) && vkp_inode_equal(search->inode, file->inode);
}

static gboolean has_deleted_open(Search *search, pid_t pid)
{
    const char *const paths[] = {search->deleted_path, NULL};
    g_clear_error(&search->failure);
    g_autoptr(GPtrArray) files = vkp_reader_list_files(
        search->reader, pid, &(VkpPathPattern){.paths = paths}, &search->failure);
    return files && files->len > 0 && !is_still_there(search, files->pdata[0]);
}

static gboolean has_former_open(Search *search, pid_t pid)
{
    const VkpInode *former = &search->database->former;
    gboolean is_open = FALSE;
    g_clear_error(&search->failure);
    if (!vkp_inode_is_unknown(*former))
        vkp_reader_check_files_open(search->reader, pid, former, 1, &is_open, &search->failure);
    if (!is_open && !g_error_matches(search->failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED))
        search->n_without_former++;
    return is_open;
}

static gboolean is_lost(Search *search, pid_t pid, const char *name)
{
    gboolean is_known = vkp_pids_contain(search->known, pid);
    return (is_known && has_former_open(search, pid)) ||
           ((is_known || vkp_server_name_may_be(name)) && has_deleted_open(search, pid));
}

/* When those who had it have closed it, nobody can open it any more, and another file may get its
 * number: a new server's journal, say. */
static void forget_former(const Search *search, VkpDatabase *database)
{
    if (search->n_without_former == search->known->len)
        database->former = (VkpInode){0};
}

GArray *vkp_lost_holders_find(VkpReader *reader, const VkpSnapshot *among, uid_t uid,
                              VkpDatabase *database)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_auto(Search) search = begin_search(reader, database);
    for (guint i = 0; i < vkp_snapshot_size(among); i++) {
        const VkpProcess *process = vkp_snapshot_at(among, i);
        pid_t pid = process->identity.pid;
        if (process->uid == uid && !vkp_process_is_dead(process) &&
            is_lost(&search, pid, process->name))
            g_array_append_val(found, pid);
    }
    forget_former(&search, database);
    return found;
}

gboolean vkp_lost_holders_check(VkpReader *reader, const VkpDatabase *database, pid_t pid,
                                gboolean *is_included, GError **error)
{
    VkpStat stat;
    g_auto(Search) search = begin_search(reader, database);
    *is_included = vkp_reader_read_stat(reader, pid, &stat, &search.failure) &&
                   is_lost(&search, pid, stat.comm);
    if (*is_included || !g_error_matches(search.failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED))
        return TRUE;
    g_propagate_error(error, g_steal_pointer(&search.failure));
    return FALSE;
}
