/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/usage.h"

typedef struct {
    VkpIdentity identity; /* also the key */
    double cpu_percent;
    guint64 memory_bytes;
} Entry;

struct VkpUsage {
    GHashTable *entries; /* Entry, by its identity */
};

VkpUsage *vkp_usage_new(void)
{
    VkpUsage *usage = g_new0(VkpUsage, 1);
    usage->entries =
        g_hash_table_new_full(vkp_identity_hash, vkp_identity_equal_keys, NULL, g_free);
    return usage;
}

void vkp_usage_free(VkpUsage *usage)
{
    if (!usage)
        return;
    g_hash_table_unref(usage->entries);
    g_free(usage);
}

void vkp_usage_set(VkpUsage *usage, VkpIdentity identity, double cpu_percent, guint64 memory_bytes)
{
    Entry *entry = g_hash_table_lookup(usage->entries, &identity);
    if (!entry) {
        entry = g_new0(Entry, 1);
        entry->identity = identity;
        g_hash_table_insert(usage->entries, &entry->identity, entry);
    }
    entry->cpu_percent = cpu_percent;
    entry->memory_bytes = memory_bytes;
}

void vkp_usage_remove(VkpUsage *usage, VkpIdentity identity)
{
    g_hash_table_remove(usage->entries, &identity);
}

void vkp_usage_clear(VkpUsage *usage)
{
    g_hash_table_remove_all(usage->entries);
}

gboolean vkp_usage_lookup(const VkpUsage *usage, VkpIdentity identity, double *cpu_percent,
                          guint64 *memory_bytes)
{
    const Entry *entry = g_hash_table_lookup(usage->entries, &identity);
    if (!entry)
        return FALSE;
    *cpu_percent = entry->cpu_percent;
    *memory_bytes = entry->memory_bytes;
    return TRUE;
}
