/* SPDX-License-Identifier: Apache-2.0 */
#include "service/holder-search.h"

#include "common/roster/server-name.h"
#include "service/database.h"
#include "service/hidden-holders.h"
#include "service/lost-holders.h"
#include "service/movers.h"
#include "service/openers.h"

/* The processes among which a new holder is to be expected: it opens its database when it starts.
 */
#define YOUNG_SECONDS 15

struct VkpHolderSearch {
    VkpReader *reader;
    uid_t uid;
    VkpMovers *movers;     /* since everybody was last asked */
    VkpMovers *young;      /* since the young were */
    VkpSnapshot *snapshot; /* the last one; NULL: none */
    guint64 newest_ticks;  /* when the youngest of it was born */
};

VkpHolderSearch *vkp_holder_search_new(VkpReader *reader, uid_t uid)
{
    VkpHolderSearch *search = g_new0(VkpHolderSearch, 1);
    search->reader = reader;
    search->uid = uid;
    search->movers = vkp_movers_new(reader);
    search->young = vkp_movers_new(reader);
    return search;
}

void vkp_holder_search_free(VkpHolderSearch *search)
{
    if (!search)
        return;
    vkp_movers_free(search->movers);
    vkp_movers_free(search->young);
    vkp_snapshot_unref(search->snapshot);
    g_free(search);
}

static void take_snapshot(VkpHolderSearch *search, VkpSnapshot *snapshot)
{
    if (search->snapshot == snapshot)
        return;
    vkp_snapshot_unref(search->snapshot);
    search->snapshot = vkp_snapshot_ref(snapshot);
    search->newest_ticks = 0;
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++)
        search->newest_ticks =
            MAX(search->newest_ticks, vkp_snapshot_at(snapshot, i)->identity.start_ticks);
}

static VkpSnapshot *new_snapshot_like(const VkpSnapshot *other)
{
    return vkp_snapshot_new(vkp_snapshot_boot_time_usec(other),
                            vkp_snapshot_ticks_per_second(other));
}

static guint64 young_since_ticks(const VkpHolderSearch *search)
{
    guint64 age = (guint64)YOUNG_SECONDS * vkp_reader_ticks_per_second(search->reader);
    guint64 now = vkp_reader_uptime_ticks(search->reader);
    return now > age ? now - age : 0;
}

/* Who is known to hold one. */
static GArray *list_known(const GPtrArray *databases)
{
    GArray *known = g_array_new(FALSE, FALSE, sizeof(pid_t));
    for (guint i = 0; i < databases->len; i++)
        vkp_database_append_holders(g_ptr_array_index(databases, i), known);
    return known;
}

/* NULL when nobody is young. Those known are asked whether they still do: what was just forked is
 * no holder any more when it has executed its program. */
static VkpSnapshot *dup_young_movers(const VkpHolderSearch *search, const GPtrArray *databases)
{
    guint64 since = young_since_ticks(search);
    if (search->newest_ticks < since)
        return NULL;
    g_autoptr(VkpSnapshot) young = new_snapshot_like(search->snapshot);
    for (guint i = 0; i < vkp_snapshot_size(search->snapshot); i++) {
        VkpProcess *process = vkp_snapshot_at(search->snapshot, i);
        if (process->identity.start_ticks >= since)
            vkp_snapshot_add(young, vkp_process_ref(process));
    }
    vkp_snapshot_seal(young);
    g_autoptr(GArray) known = list_known(databases);
    return vkp_movers_dup(search->young, young, known);
}

/* Who is known to hold one is asked whether it still does. */
static VkpSnapshot *dup_movers(const VkpHolderSearch *search, const GPtrArray *databases)
{
    g_autoptr(GArray) known = list_known(databases);
    return vkp_movers_dup(search->movers, search->snapshot, known);
}

static gboolean is_any_due(const GPtrArray *databases)
{
    for (guint i = 0; i < databases->len; i++)
        if (vkp_holders_is_due(((VkpDatabase *)g_ptr_array_index(databases, i))->holders))
            return TRUE;
    return FALSE;
}

/* Drops who has ended. Returns whether any file is another one than last time: then anybody may
 * hold it. */
static gboolean follow_files(const VkpHolderSearch *search, const GPtrArray *databases)
{
    gboolean is_any_other = FALSE;
    for (guint i = 0; i < databases->len; i++) {
        VkpDatabase *database = g_ptr_array_index(databases, i);
        is_any_other |= vkp_database_follow_file(database);
        vkp_holders_keep_living(database->holders, search->snapshot);
        vkp_holders_keep_living(database->lost, search->snapshot);
        vkp_holders_keep_living(database->once_lost, search->snapshot);
    }
    return is_any_other;
}

/* The next run asks everybody. */
static void forget_files(const GPtrArray *databases)
{
    for (guint i = 0; i < databases->len; i++)
        ((VkpDatabase *)g_ptr_array_index(databases, i))->inode = (VkpInode){0};
}

/* One look for all databases together leaves few to be asked about each. Appends to `refused` whom
 * it could not ask. NULL when it can't be had. */
static VkpSnapshot *dup_suspects(const VkpHolderSearch *search, const GPtrArray *databases,
                                 VkpSnapshot *among, GArray *refused)
{
    if (databases->len == 1)
        return vkp_snapshot_ref(among);
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    for (guint i = 0; i < databases->len; i++) {
        const VkpDatabase *database = g_ptr_array_index(databases, i);
        g_ptr_array_add(paths, (gpointer)vkp_store_path(database->store));
    }
    g_ptr_array_add(paths, NULL);
    g_autoptr(GArray) pids =
        vkp_openers_find(search->reader, among, search->uid,
                         (const char *const *)(const void *)paths->pdata, refused);
    if (!pids)
        return NULL;
    VkpSnapshot *suspects = new_snapshot_like(among);
    for (guint i = 0; i < pids->len; i++) {
        VkpProcess *process = vkp_snapshot_lookup(among, g_array_index(pids, pid_t, i));
        vkp_snapshot_add(suspects, vkp_process_ref(process));
    }
    vkp_snapshot_seal(suspects);
    return suspects;
}

/* An agent's MCP server, or its SQLite shell, is the agent's, whatever it has open: protected, it
 * would shield the agent above it. */
static void drop_clients(const VkpSnapshot *among, GArray *found)
{
    for (guint i = found->len; i-- > 0;) {
        const VkpProcess *process = vkp_snapshot_lookup(among, g_array_index(found, pid_t, i));
        if (process && vkp_server_name_is_client(process->name))
            g_array_remove_index(found, i);
    }
}

/* FALSE when they can't all be asked: what is known of the holders stands. */
static gboolean ask(const VkpHolderSearch *search, const GPtrArray *databases, VkpSnapshot *among,
                    gboolean are_all)
{
    g_autoptr(GArray) refused = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_autoptr(VkpSnapshot) suspects = dup_suspects(search, databases, among, refused);
    for (guint i = 0; suspects && i < databases->len; i++) {
        VkpDatabase *database = g_ptr_array_index(databases, i);
        const char *const paths[] = {vkp_store_path(database->store), NULL};
        g_autoptr(GArray) found =
            vkp_openers_find(search->reader, suspects, search->uid, paths, refused);
        if (!found)
            return FALSE;
        vkp_hidden_holders_append(search->reader, among, refused, database, found);
        drop_clients(among, found);
        g_autoptr(GArray) lost =
            vkp_lost_holders_find(search->reader, among, search->uid, database);
        drop_clients(among, lost);
        vkp_holders_see(database->holders, among, found, are_all);
        vkp_holders_see(database->lost, among, lost, are_all);
        vkp_holders_see(database->once_lost, among, lost, FALSE);
    }
    return suspects != NULL;
}

void vkp_holder_search_run(VkpHolderSearch *search, const GPtrArray *databases,
                           VkpSnapshot *snapshot, gboolean among_all)
{
    take_snapshot(search, snapshot);
    gboolean is_due = among_all || is_any_due(databases);
    g_autoptr(VkpSnapshot) some =
        is_due ? dup_movers(search, databases) : dup_young_movers(search, databases);
    gboolean at_all = follow_files(search, databases);
    if (!at_all && !some)
        return;
    if (!ask(search, databases, at_all ? snapshot : some, at_all || is_due))
        forget_files(databases);
}
