/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/memory.h"

typedef struct {
    VkpRemembered seen; /* its identity is also the key */
    pid_t first_parent; /* when we first saw it; 0 unknown. Not kept beyond this run. */
} Entry;

struct VkpMemory {
    GHashTable *entries;  /* Entry, by its identity */
    GHashTable *borrowed; /* VkpBorrowedMarks, by its identity */
    GHashTable *shelters; /* VkpShelter, by its identity */
};

static GHashTable *new_table(void)
{
    return g_hash_table_new_full(vkp_identity_hash, vkp_identity_equal_keys, NULL, g_free);
}

VkpMemory *vkp_memory_new(void)
{
    VkpMemory *memory = g_new0(VkpMemory, 1);
    memory->entries = new_table();
    memory->borrowed = new_table();
    memory->shelters = new_table();
    return memory;
}

void vkp_memory_free(VkpMemory *memory)
{
    if (!memory)
        return;
    g_hash_table_unref(memory->entries);
    g_hash_table_unref(memory->borrowed);
    g_hash_table_unref(memory->shelters);
    g_free(memory);
}

static Entry *find(const VkpMemory *memory, VkpIdentity identity)
{
    return (Entry *)g_hash_table_lookup(memory->entries, &identity);
}

const VkpRemembered *vkp_memory_lookup(const VkpMemory *memory, VkpIdentity identity)
{
    const Entry *entry = find(memory, identity);
    return entry ? &entry->seen : NULL;
}

pid_t vkp_memory_first_parent(const VkpMemory *memory, VkpIdentity identity)
{
    const Entry *entry = find(memory, identity);
    return entry ? entry->first_parent : 0;
}

const VkpBorrowedMarks *vkp_memory_lookup_borrowed(const VkpMemory *memory, VkpIdentity identity)
{
    return (const VkpBorrowedMarks *)g_hash_table_lookup(memory->borrowed, &identity);
}

const VkpShelter *vkp_memory_lookup_shelter(const VkpMemory *memory, VkpIdentity identity)
{
    return (const VkpShelter *)g_hash_table_lookup(memory->shelters, &identity);
}

static void take_in(VkpMemory *memory, const VkpRemembered *seen, pid_t first_parent)
{
    Entry *entry = g_new0(Entry, 1);
    entry->seen = *seen;
    entry->first_parent = first_parent;
    g_hash_table_replace(memory->entries, &entry->seen.identity, entry);
}

void vkp_memory_load(VkpMemory *memory, const GArray *remembered)
{
    for (guint i = 0; i < remembered->len; i++) {
        const VkpRemembered *seen = &g_array_index(remembered, VkpRemembered, i);
        if (!find(memory, seen->identity))
            take_in(memory, seen, 0);
    }
}

/* Returns whether what would be stored changed. */
static gboolean learn(VkpMemory *memory, const VkpMember *member)
{
    const VkpProcess *process = member->process;
    VkpRemembered now = {.identity = process->identity,
                         .attempt_id = member->tie.attempt_id,
                         .execution_id = member->tie.execution_id};
    Entry *entry = find(memory, process->identity);
    if (!entry) {
        take_in(memory, &now, process->parent_pid);
        return TRUE;
    }
    if (entry->first_parent == 0)
        entry->first_parent = process->parent_pid;
    if (vkp_uuid_equal(&entry->seen.attempt_id, &now.attempt_id) &&
        vkp_uuid_equal(&entry->seen.execution_id, &now.execution_id))
        return FALSE;
    entry->seen = now;
    return TRUE;
}

static void learn_borrowed(VkpMemory *memory, const GArray *borrowed)
{
    for (guint i = 0; i < borrowed->len; i++) {
        VkpBorrowedMarks *one =
            g_memdup2(&g_array_index(borrowed, VkpBorrowedMarks, i), sizeof(VkpBorrowedMarks));
        g_hash_table_replace(memory->borrowed, &one->identity, one);
    }
}

static void learn_shelters(VkpMemory *memory, const GArray *shelters)
{
    for (guint i = 0; i < shelters->len; i++) {
        VkpShelter *one = g_memdup2(&g_array_index(shelters, VkpShelter, i), sizeof(VkpShelter));
        g_hash_table_replace(memory->shelters, &one->identity, one);
    }
}

gboolean vkp_memory_learn(VkpMemory *memory, const VkpRoster *roster)
{
    learn_borrowed(memory, vkp_roster_borrowed(roster));
    learn_shelters(memory, vkp_roster_shelters(roster));
    gboolean changed = FALSE;
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        const VkpMember *member = vkp_roster_at(roster, i);
        if (!vkp_member_is_weak(member) && learn(memory, member))
            changed = TRUE;
    }
    return changed;
}

/* Returns how many. */
static guint forget_from(GHashTable *table, VkpMemoryHasEnded has_ended, void *data)
{
    guint n_before = g_hash_table_size(table);
    GHashTableIter iter;
    gpointer key = NULL;
    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (has_ended(*(const VkpIdentity *)key, data))
            g_hash_table_iter_remove(&iter);
    return n_before - g_hash_table_size(table);
}

gboolean vkp_memory_forget(VkpMemory *memory, VkpMemoryHasEnded has_ended, void *data)
{
    forget_from(memory->borrowed, has_ended, data);
    forget_from(memory->shelters, has_ended, data);
    return forget_from(memory->entries, has_ended, data) > 0;
}

GArray *vkp_memory_to_array(const VkpMemory *memory)
{
    GArray *array = g_array_new(FALSE, FALSE, sizeof(VkpRemembered));
    GHashTableIter iter;
    gpointer entry = NULL;
    g_hash_table_iter_init(&iter, memory->entries);
    while (g_hash_table_iter_next(&iter, NULL, &entry))
        g_array_append_val(array, ((const Entry *)entry)->seen);
    return array;
}
