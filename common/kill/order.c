/* SPDX-License-Identifier: Apache-2.0 */
/* Parents first: a supervisor that hears of its own end before its children's does not replace
 * them. Pids say nothing about that (they wrap), nor do start times within one tick: only the links
 * do. */
#include "common/kill/plan.h"

#define UNKNOWN_DEPTH (-1)

typedef struct {
    VkpMember *member;
    int parent; /* index, or -1: none among these */
    int depth;
} Place;

static GHashTable *index_by_pid(const Place *places, guint n_places)
{
    GHashTable *by_pid = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < n_places; i++)
        g_hash_table_insert(by_pid, GINT_TO_POINTER(places[i].member->process->identity.pid),
                            GUINT_TO_POINTER(i + 1));
    return by_pid;
}

static void link_parents(Place *places, guint n_places)
{
    g_autoptr(GHashTable) by_pid = index_by_pid(places, n_places);
    for (guint i = 0; i < n_places; i++) {
        const VkpProcess *process = places[i].member->process;
        gpointer found = g_hash_table_lookup(by_pid, GINT_TO_POINTER(process->parent_pid));
        guint parent = GPOINTER_TO_UINT(found);
        /* Who started later than its child only has a pid that was used before. */
        if (parent > 0 && places[parent - 1].member->process->identity.start_ticks <=
                              process->identity.start_ticks)
            places[i].parent = (int)parent - 1;
    }
}

/* Climbs to the first ancestor of known depth and comes back, so that each place is climbed over
 * once; a circle, which only forged data has, ends by the count. */
static void measure_depth(Place *places, guint n_places, int place)
{
    g_autoptr(GArray) climbed = g_array_new(FALSE, FALSE, sizeof(int));
    while (place >= 0 && places[place].depth == UNKNOWN_DEPTH && climbed->len <= n_places) {
        g_array_append_val(climbed, place);
        place = places[place].parent;
    }
    int depth = place >= 0 && places[place].depth != UNKNOWN_DEPTH ? places[place].depth + 1 : 0;
    for (guint i = climbed->len; i-- > 0;)
        places[g_array_index(climbed, int, i)].depth = depth++;
}

static gint compare_places(gconstpointer a, gconstpointer b)
{
    const Place *left = (const Place *)a;
    const Place *right = (const Place *)b;
    if (left->depth != right->depth)
        return left->depth < right->depth ? -1 : 1;
    return vkp_identity_compare_start(left->member->process->identity,
                                      right->member->process->identity);
}

void vkp_plan_sort(GPtrArray *members)
{
    guint n_places = members->len;
    if (n_places < 2)
        return;
    g_autofree Place *places = g_new(Place, n_places);
    for (guint i = 0; i < n_places; i++)
        places[i] = (Place){g_ptr_array_index(members, i), -1, UNKNOWN_DEPTH};
    link_parents(places, n_places);
    for (guint i = 0; i < n_places; i++)
        measure_depth(places, n_places, (int)i);
    qsort(places, n_places, sizeof *places, compare_places);
    for (guint i = 0; i < n_places; i++)
        members->pdata[i] = places[i].member;
}
