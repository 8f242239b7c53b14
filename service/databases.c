/* SPDX-License-Identifier: Apache-2.0 */
#include "service/databases.h"

#include <string.h>

#include "service/database.h"
#include "service/foreign.h"
#include "service/holder-search.h"
#include "service/strays.h"

/* A server that is started anew, perhaps after an update, gets its board back. One that was away
 * for longer than the second of these is not what it was: its file may be somebody's old copy. */
#define GRACE_USEC G_TIME_SPAN_MINUTE
#define RETURN_USEC G_TIME_SPAN_HOUR

/* A database comes or goes when somebody installs another board: rarely. */
#define LOCATE_USEC (5 * G_TIME_SPAN_SECOND)

/* Found, read, and deleted under somebody who keeps them open. */
#define MAX_GONE_STRAYS 16

struct VkpDatabases {
    VkpReader *reader;
    gint64 grace_usec;
    char *chosen_path;
    char *home;
    char *data_home;
    char *database_path;
    GStrv extra;
    gint64 located_at_usec; /* monotonic; 0: not yet */
    GPtrArray *all;    /* VkpDatabase; the chosen one, then in the order of vkp_locate_candidates(),
                          then strays */
    VkpDatabase *ours; /* one of them */
    VkpDatabase *first; /* the first of them that was ours by its server; NULL: none yet, or gone */
    VkpBoard *board;    /* of ours, as of the last refresh */
    GArray *servers;
    GArray *other_servers;
    GHashTable *foreign_ids;
    GHashTable *continued_ids; /* see vkp_databases_continued_ids() */
    gboolean have_stirred;     /* servers or foreign ids, at the last refresh */
    VkpHolderSearch *search;
    VkpStrays *strays;
};

VkpDatabases *vkp_databases_new(const VkpDatabasesOptions *options)
{
    VkpDatabases *databases = g_new0(VkpDatabases, 1);
    databases->reader = options->reader;
    databases->grace_usec = options->grace_usec ? (gint64)options->grace_usec : GRACE_USEC;
    databases->chosen_path = g_strdup(options->chosen_path);
    databases->home = g_strdup(options->places.home);
    databases->data_home = g_strdup(options->places.data_home);
    databases->database_path = g_strdup(options->places.database_path);
    databases->extra = g_strdupv((GStrv)options->places.extra);
    databases->all = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_database_free);
    databases->servers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    databases->other_servers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    databases->search = vkp_holder_search_new(options->reader, options->uid);
    databases->strays = vkp_strays_new(options->reader, options->uid);
    databases->foreign_ids = vkp_uuid_set_new();
    databases->continued_ids = vkp_uuid_set_new();
    return databases;
}

void vkp_databases_free(VkpDatabases *databases)
{
    if (!databases)
        return;
    g_ptr_array_unref(databases->all);
    g_clear_pointer(&databases->board, vkp_board_unref);
    g_array_unref(databases->servers);
    g_array_unref(databases->other_servers);
    g_hash_table_unref(databases->foreign_ids);
    g_hash_table_unref(databases->continued_ids);
    vkp_holder_search_free(databases->search);
    vkp_strays_free(databases->strays);
    g_free(databases->chosen_path);
    g_free(databases->home);
    g_free(databases->data_home);
    g_free(databases->database_path);
    g_strfreev(databases->extra);
    g_free(databases);
}

/* Moves the database of that path from `known`, or makes a new one. One that is no stray, and may
 * be ours therefore, does not become one. */
static VkpDatabase *take_or_make(GPtrArray *known, const char *path, gboolean is_stray)
{
    for (guint i = 0; i < known->len; i++) {
        VkpDatabase *database = g_ptr_array_index(known, i);
        if (g_str_equal(vkp_store_path(database->store), path)) {
            database->is_stray &= is_stray;
            return g_ptr_array_steal_index(known, i);
        }
    }
    VkpDatabase *database = vkp_database_new(path);
    database->is_stray = is_stray;
    return database;
}

static void drop_if_gone(const VkpDatabases *databases, VkpDatabase **database)
{
    if (*database && !g_ptr_array_find(databases->all, *database, NULL))
        *database = NULL;
}

/* Behind all others. */
static void add_strays(VkpDatabases *databases, GPtrArray *known)
{
    vkp_strays_drop_missing(databases->strays);
    const GPtrArray *paths = vkp_strays_paths(databases->strays);
    for (guint i = 0; i < paths->len; i++) {
        const char *path = paths->pdata[i];
        if (!vkp_database_is_any_at(databases->all, vkp_file_inode(path)))
            g_ptr_array_add(databases->all, take_or_make(known, path, TRUE));
    }
}

/* A board is not over when its file is away: moved by a backup, deleted under its server, out of
 * sight. Another one would be ours at once, which knows none of those that run; and a neighbour's
 * processes would pass for ours. Unless it only bears another name now. */
static gboolean is_in_use(const VkpDatabases *databases, const VkpDatabase *database)
{
    gboolean is_missing = vkp_inode_is_unknown(database->inode);
    if (vkp_database_is_any_at(databases->all, is_missing ? database->former : database->inode))
        return FALSE;
    gboolean may_be_ours = database == databases->ours || database == databases->first;
    return vkp_database_is_held(database) ||
           (may_be_ours && (vkp_database_was_held_within(database, databases->grace_usec) ||
                            vkp_database_is_away(database, databases->grace_usec)));
}

/* Of strays so many only: whose they were is remembered. */
static void keep_used(VkpDatabases *databases, GPtrArray *known)
{
    guint n_strays = 0;
    for (guint i = known->len; i-- > 0;) {
        const VkpDatabase *database = g_ptr_array_index(known, i);
        g_autoptr(GArray) holders = g_array_new(FALSE, FALSE, sizeof(pid_t));
        vkp_database_append_holders(database, holders);
        if (!is_in_use(databases, database))
            continue;
        if (database->is_stray && n_strays++ >= MAX_GONE_STRAYS)
            vkp_strays_note_obscure(databases->strays, holders);
        else
            g_ptr_array_add(databases->all, g_ptr_array_steal_index(known, i));
    }
}

/* Brings `all` in line with the files that are there, keeping what is known of those that stay.
 * Returns whether any came or went. */
static gboolean locate(VkpDatabases *databases, VkpLook look)
{
    gint64 now_usec = g_get_monotonic_time();
    if (look == VKP_LOOK_IN_TURN && databases->located_at_usec > 0 &&
        now_usec - databases->located_at_usec < LOCATE_USEC)
        return FALSE;
    databases->located_at_usec = now_usec;
    VkpLocateOptions places = {
        .home = databases->home,
        .data_home = databases->data_home,
        .database_path = databases->database_path,
        .extra = (const char *const *)databases->extra,
    };
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&places);
    g_autoptr(GPtrArray) known = g_steal_pointer(&databases->all);
    guint n_known = known->len;
    databases->all = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_database_free);

    VkpInode chosen = {0};
    if (databases->chosen_path) {
        g_ptr_array_add(databases->all, take_or_make(known, databases->chosen_path, FALSE));
        chosen = vkp_file_inode(databases->chosen_path);
    }
    for (guint i = 0; i < candidates->len; i++) {
        const VkpCandidate *candidate = g_ptr_array_index(candidates, i);
        if (vkp_inode_is_unknown(chosen) || !vkp_inode_equal(candidate->inode, chosen))
            g_ptr_array_add(databases->all, take_or_make(known, candidate->path, FALSE));
    }
    if (databases->all->len == 0) {
        g_autofree char *expected = vkp_locate_dup_default_path(&places);
        g_ptr_array_add(databases->all, take_or_make(known, expected, FALSE));
    }
    add_strays(databases, known);
    keep_used(databases, known);
    drop_if_gone(databases, &databases->ours);
    drop_if_gone(databases, &databases->first);
    return known->len > 0 || databases->all->len > n_known;
}

/* Two servers on two databases write in turn: what is ours stays ours while its server lives, and
 * for a while after, unless it has a successor; and it is ours again when its server is back. Not
 * held by anybody, it gives way to any that is. */
static VkpDatabase *choose(const VkpDatabases *databases)
{
    VkpDatabase *newest = g_ptr_array_index(databases->all, 0);
    VkpDatabase *ours = databases->ours;
    VkpDatabase *first = databases->first;
    if (databases->chosen_path)
        return newest;
    if (first && vkp_database_is_held(first) &&
        (first == ours || vkp_database_was_held_within(first, RETURN_USEC)))
        return first;
    if (ours && vkp_database_is_held(ours))
        return ours;
    if (ours && vkp_database_was_held_within(ours, databases->grace_usec)) {
        VkpDatabase *successor = vkp_database_find_successor(databases->all, ours);
        return successor ? successor : ours;
    }
    VkpDatabase *held = vkp_database_find_held(databases->all);
    if (held)
        return held;
    return ours && vkp_database_is_away(ours, databases->grace_usec) ? ours : newest;
}

/* After the choice, which asks when they were held before. */
static void note_held(VkpDatabases *databases)
{
    gint64 now_usec = g_get_monotonic_time();
    for (guint i = 0; i < databases->all->len; i++)
        vkp_database_note_held(g_ptr_array_index(databases->all, i), now_usec);
    if (!vkp_database_is_held(databases->ours))
        return;
    if (!databases->first || !vkp_database_was_held_within(databases->first, RETURN_USEC))
        databases->first = databases->ours;
}

static gboolean pids_equal(const GArray *a, const GArray *b)
{
    return a->len == b->len &&
           (a->len == 0 || memcmp(a->data, b->data, a->len * sizeof(pid_t)) == 0);
}

/* Who has ours open and another as well is ours. */
static void drop_pids(GArray *from, const GArray *pids)
{
    for (guint i = from->len; i-- > 0;)
        if (vkp_pids_contain(pids, g_array_index(from, pid_t, i)))
            g_array_remove_index(from, i);
}

static void collect_servers(VkpDatabases *databases)
{
    g_autoptr(GArray) servers = g_array_copy(databases->servers);
    g_autoptr(GArray) other_servers = g_array_copy(databases->other_servers);
    g_array_set_size(databases->servers, 0);
    g_array_set_size(databases->other_servers, 0);
    for (guint i = 0; i < databases->all->len; i++) {
        const VkpDatabase *database = g_ptr_array_index(databases->all, i);
        vkp_database_append_holders(
            database, database == databases->ours ? databases->servers : databases->other_servers);
    }
    vkp_strays_append_obscure(databases->strays, databases->other_servers);
    drop_pids(databases->other_servers, databases->servers);
    databases->have_stirred |= !pids_equal(servers, databases->servers) ||
                               !pids_equal(other_servers, databases->other_servers);
}

/* Of a board that was read before, nothing can be told for now while its server lives. */
static gboolean is_stranger(const VkpDatabase *database)
{
    VkpDatabaseState state = vkp_store_state(database->store);
    gboolean was_board =
        vkp_store_read_at_usec(database->store) > 0 && vkp_database_is_held(database);
    return database->is_stray && !was_board &&
           (state == VKP_DATABASE_UNSUPPORTED || state == VKP_DATABASE_CORRUPT);
}

/* Many a program has a file of such a name. Returns whether there was one. */
static gboolean dismiss_strangers(VkpDatabases *databases)
{
    guint n_before = databases->all->len;
    for (guint i = n_before; i-- > 0;) {
        const VkpDatabase *database = g_ptr_array_index(databases->all, i);
        if (!is_stranger(database))
            continue;
        vkp_strays_dismiss(databases->strays, vkp_store_path(database->store));
        g_ptr_array_remove_index(databases->all, i);
    }
    return databases->all->len < n_before;
}

static void collect_foreign_ids(VkpDatabases *databases)
{
    g_hash_table_remove_all(databases->foreign_ids);
    for (guint i = 0; i < databases->all->len; i++) {
        const VkpDatabase *database = g_ptr_array_index(databases->all, i);
        if (database != databases->ours)
            vkp_foreign_add_ids(databases->foreign_ids, vkp_store_board(database->store));
    }
}

static void collect_continued_ids(VkpDatabases *databases)
{
    g_hash_table_remove_all(databases->continued_ids);
    for (guint i = 0; i < databases->all->len; i++) {
        const VkpDatabase *database = g_ptr_array_index(databases->all, i);
        if (database != databases->ours && vkp_database_is_held(database))
            vkp_foreign_add_continued(databases->continued_ids, databases->board,
                                      vkp_store_board(database->store));
    }
}

/* Returns whether our board is another one than before. */
static gboolean bring_up_to_date(VkpDatabases *databases, VkpSnapshot *snapshot, VkpLook look)
{
    const VkpDatabase *ours_before = databases->ours;
    gboolean foreign_changed = locate(databases, look);
    vkp_holder_search_run(databases->search, databases->all, snapshot, look == VKP_LOOK_ALL);
    VkpDatabase *ours = choose(databases);
    g_assert(ours); /* locate() leaves one at least */
    databases->ours = ours;
    note_held(databases);

    foreign_changed |= ours != ours_before;
    for (guint i = 0; i < databases->all->len; i++) {
        VkpDatabase *database = g_ptr_array_index(databases->all, i);
        if (vkp_database_refresh(database, databases->reader) && database != ours)
            foreign_changed = TRUE;
    }
    foreign_changed |= dismiss_strangers(databases);
    databases->have_stirred = foreign_changed;
    collect_servers(databases);
    if (foreign_changed)
        collect_foreign_ids(databases);

    VkpBoard *board = vkp_store_board(ours->store);
    gboolean is_another_board = board != databases->board;
    g_clear_pointer(&databases->board, vkp_board_unref);
    databases->board = vkp_board_ref(board);
    if (is_another_board || databases->have_stirred)
        collect_continued_ids(databases);
    return is_another_board;
}

gboolean vkp_databases_refresh(VkpDatabases *databases, VkpSnapshot *snapshot, VkpLook look)
{
    gboolean is_another_board = bring_up_to_date(databases, snapshot, look);
    VkpStraysInput input = {
        .snapshot = snapshot,
        .board = databases->board,
        .foreign_ids = databases->foreign_ids,
        .have_boards_changed = is_another_board || databases->have_stirred,
        .is_thorough = look == VKP_LOOK_ALL,
    };
    if (!vkp_strays_search(databases->strays, &input))
        return is_another_board;
    /* Once more, with them. */
    gboolean have_stirred = databases->have_stirred;
    databases->located_at_usec = 0;
    is_another_board |= bring_up_to_date(databases, snapshot, look);
    databases->have_stirred |= have_stirred;
    return is_another_board;
}

gboolean vkp_databases_have_stirred(const VkpDatabases *databases)
{
    return databases->have_stirred;
}

VkpStore *vkp_databases_store(const VkpDatabases *databases)
{
    return databases->ours->store;
}

guint64 vkp_databases_board_current_usec(const VkpDatabases *databases)
{
    return databases->ours->current_at_usec;
}

gboolean vkp_databases_may_lack_ids(const VkpDatabases *databases)
{
    return vkp_database_may_lack_ids(databases->all, databases->ours, databases->reader);
}

const GArray *vkp_databases_servers(const VkpDatabases *databases)
{
    return databases->servers;
}

const GArray *vkp_databases_other_servers(const VkpDatabases *databases)
{
    return databases->other_servers;
}

GHashTable *vkp_databases_foreign_ids(const VkpDatabases *databases)
{
    return databases->foreign_ids;
}

GHashTable *vkp_databases_continued_ids(const VkpDatabases *databases)
{
    return databases->continued_ids;
}

gboolean vkp_databases_check_held_by(const VkpDatabases *databases, pid_t pid, gboolean *is_held,
                                     GError **error)
{
    return vkp_database_check_held_by(databases->ours, databases->reader, pid, is_held, error);
}
