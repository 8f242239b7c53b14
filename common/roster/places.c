/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/places.h"

#include <string.h>

#include "common/base/path.h"
#include "common/roster/site.h"

/* A worktree, or a folder of worktrees, where the machine has it. */
typedef struct {
    const VkpAttempt *attempt; /* of the board */
    VkpInode inode;            /* unknown: not there, or hidden from us */
    gboolean is_missing;       /* certainly not there */
    gint64 last_used_usec;     /* start of the attempt's latest execution */
} Place;

struct VkpPlaces {
    VkpBoard *board;
    GPtrArray *all;         /* owned Place */
    GHashTable *by_inode;   /* VkpInode * inside a Place -> Place */
    GHashTable *by_path;    /* owned canonical path -> Place */
    GHashTable *present;    /* set of VkpUuid * of attempts with a place that may be there */
    GHashTable *missing;    /* ... and of those with one that is certainly not */
    GHashTable *refused;    /* set of owned canonical paths: the root, the home and what is above */
    GPtrArray *refused_all; /* owned VkpSite: the same by inode */
    gboolean has_unseen;    /* some place has no inode, so that paths must be compared */
};

static guint hash_inode(gconstpointer key)
{
    const VkpInode *inode = (const VkpInode *)key;
    return (guint)inode->inode ^ (guint)(inode->inode >> 32) ^ (guint)inode->device * 40503u;
}

static gboolean equal_inodes(gconstpointer a, gconstpointer b)
{
    return vkp_inode_equal(*(const VkpInode *)a, *(const VkpInode *)b);
}

typedef enum { PLACE_OF_BOARD, PLACE_UNDER_ROOT } PlaceOrigin;

/* A path of the board's on its way to become a place. */
typedef struct {
    const VkpAttempt *attempt;
    PlaceOrigin origin;
    VkpSite *site; /* owned */
} Candidate;

static void candidate_free(Candidate *candidate)
{
    vkp_site_free(candidate->site);
    g_free(candidate);
}

typedef struct {
    VkpPlaces *places;
    VkpSiteSeer *seer;
    GPtrArray *remote; /* owned Candidate: not looked at yet */
} Resolving;

/* The folder and all that it is in. */
static void refuse_up_from(Resolving *resolving, const char *path)
{
    g_autoptr(GPtrArray) remote = g_ptr_array_new();
    g_autofree char *at = g_strdup(path);
    do {
        VkpSite *site = vkp_site_new(*at ? at : "/");
        g_ptr_array_add(resolving->places->refused_all, site);
        g_hash_table_add(resolving->places->refused, g_strdup(at));
        if (!vkp_site_seer_look(resolving->seer, site))
            g_ptr_array_add(remote, site);
    } while (vkp_path_cut_component(at));
    vkp_site_seer_look_remote(resolving->seer, remote);
}

/* Whatever holds the whole home cannot be one attempt's worktree. */
static void refuse_home(Resolving *resolving, const char *home)
{
    refuse_up_from(resolving, "");
    g_autoptr(VkpSite) site = vkp_site_new(home);
    if (!site)
        return;
    if (!vkp_site_seer_look(resolving->seer, site)) {
        g_autoptr(GPtrArray) remote = g_ptr_array_new();
        g_ptr_array_add(remote, site);
        vkp_site_seer_look_remote(resolving->seer, remote);
    }
    refuse_up_from(resolving, site->path);
    refuse_up_from(resolving, site->canonical);
}

static gboolean is_refused(const VkpPlaces *places, const char *canonical, VkpInode inode)
{
    if (canonical[0] == '\0' || strcmp(canonical, "/") == 0 ||
        g_hash_table_contains(places->refused, canonical))
        return TRUE;
    for (guint i = 0; i < places->refused_all->len; i++) {
        const VkpSite *refused = (const VkpSite *)g_ptr_array_index(places->refused_all, i);
        if (!vkp_inode_is_unknown(inode) && vkp_inode_equal(refused->inode, inode))
            return TRUE;
    }
    return FALSE;
}

/* Two attempts may name one folder: the one in use lately is meant, a deleted one is not. */
static gboolean is_better(const Place *place, const Place *than)
{
    if (!than)
        return TRUE;
    if (place->attempt->is_worktree_deleted != than->attempt->is_worktree_deleted)
        return than->attempt->is_worktree_deleted;
    return place->last_used_usec > than->last_used_usec;
}

static gint64 last_use_of(const VkpPlaces *places, const VkpAttempt *attempt)
{
    const GPtrArray *executions = vkp_board_executions_of(places->board, &attempt->id);
    if (executions->len == 0)
        return 0;
    return ((const VkpExecution *)executions->pdata[executions->len - 1])->started_at_usec;
}

static void add_place(VkpPlaces *places, const Candidate *candidate)
{
    VkpSite *site = candidate->site;
    const VkpAttempt *attempt = candidate->attempt;
    if (is_refused(places, site->canonical, site->inode))
        return;

    Place *place = g_new0(Place, 1);
    *place = (Place){attempt, site->inode, site->is_missing, last_use_of(places, attempt)};
    gboolean is_there = !vkp_inode_is_unknown(site->inode);
    g_ptr_array_add(places->all, place);
    places->has_unseen |= !is_there;
    if (candidate->origin == PLACE_OF_BOARD || !site->is_missing)
        g_hash_table_add(site->is_missing ? places->missing : places->present,
                         (gpointer)&attempt->id);
    if (is_there && is_better(place, (Place *)g_hash_table_lookup(places->by_inode, &place->inode)))
        g_hash_table_replace(places->by_inode, &place->inode, place);
    if (is_better(place, (Place *)g_hash_table_lookup(places->by_path, site->canonical)))
        g_hash_table_replace(places->by_path, g_steal_pointer(&site->canonical), place);
}

static void consider(Resolving *resolving, const VkpAttempt *attempt, const char *path,
                     PlaceOrigin origin)
{
    Candidate candidate = {attempt, origin, vkp_site_new(path)};
    if (!candidate.site)
        return;
    if (!vkp_site_seer_look(resolving->seer, candidate.site)) {
        g_ptr_array_add(resolving->remote, g_memdup2(&candidate, sizeof candidate));
        return;
    }
    add_place(resolving->places, &candidate);
    vkp_site_free(candidate.site);
}

static void add_remote(Resolving *resolving)
{
    g_autoptr(GPtrArray) sites = g_ptr_array_new();
    for (guint i = 0; i < resolving->remote->len; i++)
        g_ptr_array_add(sites, ((Candidate *)resolving->remote->pdata[i])->site);
    vkp_site_seer_look_remote(resolving->seer, sites);
    for (guint i = 0; i < resolving->remote->len; i++)
        add_place(resolving->places, (const Candidate *)resolving->remote->pdata[i]);
}

static VkpPlaces *places_new(VkpBoard *board)
{
    VkpPlaces *places = g_new0(VkpPlaces, 1);
    places->board = vkp_board_ref(board);
    places->all = g_ptr_array_new_with_free_func(g_free);
    places->by_inode = g_hash_table_new(hash_inode, equal_inodes);
    places->by_path = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    places->present = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    places->missing = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    places->refused = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    places->refused_all = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_site_free);
    return places;
}

/* The name is one folder's: what the board says must not lead out of the root. */
static void consider_under_roots(Resolving *resolving, const VkpAttempt *attempt,
                                 const char *const *roots)
{
    g_autofree char *name = g_path_get_basename(attempt->folder);
    if (g_str_equal(name, "/") || g_str_equal(name, ".") || g_str_equal(name, ".."))
        return;
    for (; roots && *roots; roots++) {
        g_autofree char *path = g_build_filename(*roots, name, NULL);
        consider(resolving, attempt, path, PLACE_UNDER_ROOT);
    }
}

static void consider_attempt(Resolving *resolving, const VkpAttempt *attempt,
                             const char *const *roots)
{
    if (attempt->folder) {
        consider(resolving, attempt, attempt->folder, PLACE_OF_BOARD);
        consider_under_roots(resolving, attempt, roots);
    }
    for (char **path = attempt->worktrees; path && *path; path++)
        if (g_strcmp0(*path, attempt->folder) != 0)
            consider(resolving, attempt, *path, PLACE_OF_BOARD);
}

VkpPlaces *vkp_places_resolve(VkpBoard *board, const char *home, const char *const *roots,
                              VkpMounts *mounts)
{
    VkpPlaces *places = places_new(board);
    g_autoptr(VkpSiteSeer) seer = vkp_site_seer_new(mounts);
    g_autoptr(GPtrArray) remote = g_ptr_array_new_with_free_func((GDestroyNotify)candidate_free);
    Resolving resolving = {places, seer, remote};
    refuse_home(&resolving, home);
    for (guint i = 0; i < vkp_board_n_attempts(board); i++)
        consider_attempt(&resolving, vkp_board_attempt_at(board, i), roots);
    add_remote(&resolving);
    return places;
}

void vkp_places_free(VkpPlaces *places)
{
    if (!places)
        return;
    g_hash_table_unref(places->by_inode);
    g_hash_table_unref(places->by_path);
    g_hash_table_unref(places->present);
    g_hash_table_unref(places->missing);
    g_hash_table_unref(places->refused);
    g_ptr_array_unref(places->refused_all);
    g_ptr_array_unref(places->all);
    vkp_board_unref(places->board);
    g_free(places);
}

static gboolean is_same_place(const Place *a, const Place *b)
{
    return a->attempt == b->attempt && vkp_inode_equal(a->inode, b->inode) &&
           !a->is_missing == !b->is_missing;
}

static gboolean is_other_path(gpointer key, gpointer value, gpointer data)
{
    const VkpPlaces *other = (const VkpPlaces *)data;
    const Place *place = (const Place *)g_hash_table_lookup(other->by_path, key);
    return !place || !is_same_place((const Place *)value, place);
}

gboolean vkp_places_equal(const VkpPlaces *a, const VkpPlaces *b)
{
    if (a->board != b->board || a->all->len != b->all->len ||
        g_hash_table_size(a->by_path) != g_hash_table_size(b->by_path))
        return FALSE;
    for (guint i = 0; i < a->all->len; i++)
        if (!is_same_place((const Place *)g_ptr_array_index(a->all, i),
                           (const Place *)g_ptr_array_index(b->all, i)))
            return FALSE;
    return !g_hash_table_find(a->by_path, is_other_path, (gpointer)b);
}

/* The innermost place by inode; *depth is how many folders up it stands. */
static const Place *match_chain(const VkpPlaces *places, const VkpFolder *folder, guint *depth)
{
    for (guint i = 0; i < folder->n_chain; i++) {
        const Place *place =
            (const Place *)g_hash_table_lookup(places->by_inode, &folder->chain[i]);
        if (place && !vkp_inode_is_unknown(folder->chain[i])) {
            *depth = i;
            return place;
        }
    }
    return NULL;
}

/* Down to the root, so that inodes tell all. */
static gboolean is_seen_whole(const VkpFolder *folder)
{
    guint n_components = 0;
    for (const char *at = folder->path; *at; at++)
        n_components += *at == '/' && at[1] != '\0';
    return !folder->deleted && folder->n_chain > n_components;
}

/* The innermost place by text, among those above `depth`. What can be seen of the folder and can be
 * seen of the place was compared by inode already: then the same text means another mount
 * namespace. */
static const Place *match_path(const VkpPlaces *places, const VkpFolder *folder, guint depth)
{
    if (!folder->path || (!places->has_unseen && is_seen_whole(folder)))
        return NULL;
    g_autofree char *path = g_strdup(folder->path);
    for (guint i = 0; i < depth && *path; i++) {
        const Place *place = (const Place *)g_hash_table_lookup(places->by_path, path);
        gboolean is_visible = i < folder->n_chain && !folder->deleted;
        if (place && (!is_visible || vkp_inode_is_unknown(place->inode)))
            return place;
        if (!vkp_path_cut_component(path))
            break;
    }
    return NULL;
}

static const Place *match(const VkpPlaces *places, const VkpFolder *folder, gboolean *by_path)
{
    guint depth = G_MAXUINT;
    const Place *place = match_chain(places, folder, &depth);
    const Place *named = match_path(places, folder, depth);
    *by_path = named != NULL;
    return named ? named : place;
}

const VkpAttempt *vkp_places_match(const VkpPlaces *places, const VkpFolder *folder)
{
    gboolean by_path = FALSE;
    const Place *place = match(places, folder, &by_path);
    return place ? place->attempt : NULL;
}

gboolean vkp_places_is_lost(const VkpPlaces *places, const VkpFolder *folder)
{
    gboolean by_path = FALSE;
    const Place *place = match(places, folder, &by_path);
    return place && by_path && (folder->deleted || place->is_missing);
}

gboolean vkp_places_is_gone(const VkpPlaces *places, const VkpUuid *attempt_id)
{
    return g_hash_table_contains(places->missing, attempt_id) &&
           !g_hash_table_contains(places->present, attempt_id);
}
