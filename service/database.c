/* SPDX-License-Identifier: Apache-2.0 */
#include "service/database.h"

#include <errno.h>
#include <sys/stat.h>

#include "common/base/error.h"
#include "common/roster/server-name.h"
#include "common/store/fingerprint.h"
#include "service/hidden-holders.h"
#include "service/lost-holders.h"

/* The clock may have been wrong at first. */
#define CLOCK_SLACK_USEC G_TIME_SPAN_HOUR

VkpDatabase *vkp_database_new(const char *path)
{
    VkpDatabase *database = g_new0(VkpDatabase, 1);
    database->store = vkp_store_new(path);
    database->holders = vkp_holders_new();
    database->lost = vkp_holders_new();
    database->once_lost = vkp_holders_new();
    return database;
}

void vkp_database_free(VkpDatabase *database)
{
    vkp_store_free(database->store);
    vkp_holders_free(database->holders);
    vkp_holders_free(database->lost);
    vkp_holders_free(database->once_lost);
    g_free(database);
}

gboolean vkp_database_refresh(VkpDatabase *database, VkpReader *reader)
{
    guint64 looked_at_usec = vkp_reader_uptime_usec(reader);
    gint64 before_usec = g_get_monotonic_time();
    gboolean has_changed = vkp_store_refresh(database->store);
    /* Not the state: that stays ok for a while when the file is locked. */
    if (vkp_store_read_at_usec(database->store) >= before_usec)
        database->current_at_usec = looked_at_usec;
    return has_changed;
}

gboolean vkp_database_is_held(const VkpDatabase *database)
{
    return vkp_holders_size(database->holders) > 0 || vkp_holders_size(database->lost) > 0;
}

void vkp_database_append_holders(const VkpDatabase *database, GArray *pids)
{
    vkp_holders_append_pids(database->holders, pids);
    g_autoptr(GArray) lost = g_array_new(FALSE, FALSE, sizeof(pid_t));
    vkp_holders_append_pids(database->lost, lost);
    for (guint i = 0; i < lost->len; i++)
        if (!vkp_pids_contain(pids, g_array_index(lost, pid_t, i)))
            g_array_append_vals(pids, &g_array_index(lost, pid_t, i), 1);
}

/* Who starts a process writes its row before. */
static gboolean has_changed_since_boot(const VkpDatabase *database, VkpReader *reader)
{
    VkpFingerprint seen;
    if (vkp_fingerprint_take(vkp_store_path(database->store), &seen) != 0)
        return TRUE;
    gint64 boot_usec = g_get_real_time() - (gint64)vkp_reader_uptime_usec(reader);
    gint64 changed_usec =
        MAX(vkp_fingerprint_changed_usec(&seen), seen.journal.modified_nsec / 1000);
    return changed_usec >= boot_usec - CLOCK_SLACK_USEC;
}

/* One that is damaged or may not be read serves nobody of ours, and one that an old release has
 * left behind nobody who lives. */
static gboolean is_closed_book(const VkpDatabase *database, VkpReader *reader)
{
    VkpDatabaseState state = vkp_store_state(database->store);
    gboolean is_unread = vkp_store_read_at_usec(database->store) == 0 &&
                         (state == VKP_DATABASE_LOCKED || state == VKP_DATABASE_NEEDS_RECOVERY);
    return (is_unread || vkp_board_is_cut(vkp_store_board(database->store))) &&
           has_changed_since_boot(database, reader);
}

gboolean vkp_database_may_lack_ids(const GPtrArray *all, const VkpDatabase *ours, VkpReader *reader)
{
    if (vkp_holders_size(ours->once_lost) > 0)
        return TRUE;
    for (guint i = 0; i < all->len; i++) {
        const VkpDatabase *database = g_ptr_array_index(all, i);
        if (database != ours && is_closed_book(database, reader))
            return TRUE;
    }
    return FALSE;
}

gboolean vkp_database_is_away(const VkpDatabase *database, gint64 usec)
{
    struct stat status;
    if (stat(vkp_store_path(database->store), &status) == 0)
        return FALSE;
    return (errno != ENOENT && errno != ENOTDIR) ||
           (database->seen_at_usec > 0 && g_get_monotonic_time() - database->seen_at_usec < usec);
}

gboolean vkp_database_is_any_at(const GPtrArray *all, VkpInode inode)
{
    for (guint i = 0; !vkp_inode_is_unknown(inode) && i < all->len; i++) {
        const VkpDatabase *database = g_ptr_array_index(all, i);
        if (vkp_inode_equal(vkp_file_inode(vkp_store_path(database->store)), inode))
            return TRUE;
    }
    return FALSE;
}

gboolean vkp_database_follow_file(VkpDatabase *database)
{
    VkpInode inode = vkp_file_inode(vkp_store_path(database->store));
    if (!vkp_inode_is_unknown(inode))
        database->seen_at_usec = g_get_monotonic_time();
    if (vkp_inode_equal(inode, database->inode))
        return FALSE;
    if (!vkp_inode_is_unknown(database->inode))
        database->former = database->inode;
    if (vkp_inode_equal(inode, database->former)) { /* back, with all that was written to it */
        database->former = (VkpInode){0};
        vkp_holders_free(database->once_lost);
        database->once_lost = vkp_holders_new();
    }
    database->inode = inode;
    return TRUE;
}

static gboolean is_client(VkpReader *reader, pid_t pid)
{
    VkpStat stat;
    return vkp_reader_read_stat(reader, pid, &stat, NULL) && vkp_server_name_is_client(stat.comm);
}

gboolean vkp_database_check_held_by(const VkpDatabase *database, VkpReader *reader, pid_t pid,
                                    gboolean *is_held, GError **error)
{
    VkpInode inode = vkp_file_inode(vkp_store_path(database->store));
    gboolean is_open = FALSE;
    GError *failure = NULL;
    if (!vkp_inode_is_unknown(inode))
        vkp_reader_check_files_open(reader, pid, &inode, 1, &is_open, &failure);
    if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED)) {
        g_propagate_error(error, failure);
        return FALSE;
    }
    if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED))
        is_open = vkp_hidden_holders_include(reader, pid, database);
    g_clear_error(&failure);
    if (!is_open && !vkp_lost_holders_check(reader, database, pid, &is_open, error))
        return FALSE;
    *is_held = is_open && !is_client(reader, pid);
    return TRUE;
}

void vkp_database_note_held(VkpDatabase *database, gint64 now_usec)
{
    if (!vkp_database_is_held(database)) {
        database->held_since_usec = 0;
        return;
    }
    database->held_at_usec = now_usec;
    if (database->held_since_usec == 0)
        database->held_since_usec = now_usec;
}

gboolean vkp_database_was_held_within(const VkpDatabase *database, gint64 usec)
{
    return database->held_at_usec > 0 && g_get_monotonic_time() - database->held_at_usec < usec;
}

VkpDatabase *vkp_database_find_held(const GPtrArray *all)
{
    for (guint i = 0; i < all->len; i++) {
        VkpDatabase *database = g_ptr_array_index(all, i);
        if (!database->is_stray && vkp_database_is_held(database))
            return database;
    }
    return NULL;
}

static gboolean succeeds(const VkpDatabase *database, const VkpDatabase *before)
{
    g_autofree char *folder = g_path_get_dirname(vkp_store_path(database->store));
    g_autofree char *folder_before = g_path_get_dirname(vkp_store_path(before->store));
    gboolean was_held_before =
        database->held_since_usec > 0 && database->held_since_usec <= before->held_at_usec;
    return database != before && vkp_database_is_held(database) && !was_held_before &&
           !vkp_database_is_held(before) && g_str_equal(folder, folder_before);
}

VkpDatabase *vkp_database_find_successor(const GPtrArray *all, const VkpDatabase *before)
{
    for (guint i = 0; i < all->len; i++) {
        VkpDatabase *database = g_ptr_array_index(all, i);
        if (!database->is_stray && succeeds(database, before))
            return database;
    }
    return NULL;
}
