/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/folder-cache.h"

struct VkpFolderCache {
    GHashTable *folders; /* &VkpCachedFolder.look -> VkpCachedFolder */
};

static guint hash_look(gconstpointer data)
{
    const VkpFolderLook *look = data;
    guint64 number = (guint64)look->inode.inode * 31 + look->mount_id;
    return g_str_hash(look->link) ^ (guint)number ^ (guint)(number >> 32);
}

static gboolean looks_equal(gconstpointer a, gconstpointer b)
{
    const VkpFolderLook *first = a;
    const VkpFolderLook *second = b;
    return vkp_folder_look_equal(first, second);
}

static void free_cached(gpointer data)
{
    VkpCachedFolder *cached = data;
    vkp_folder_look_clear(&cached->look);
    vkp_folder_unref(cached->folder);
    g_free(cached);
}

VkpFolderCache *vkp_folder_cache_new(void)
{
    VkpFolderCache *cache = g_new0(VkpFolderCache, 1);
    cache->folders = g_hash_table_new_full(hash_look, looks_equal, NULL, free_cached);
    return cache;
}

void vkp_folder_cache_free(VkpFolderCache *cache)
{
    if (!cache)
        return;
    g_hash_table_unref(cache->folders);
    g_free(cache);
}

VkpCachedFolder *vkp_folder_cache_acquire(VkpFolderCache *cache, const VkpFolderLook *look)
{
    VkpCachedFolder *cached = g_hash_table_lookup(cache->folders, look);
    if (cached)
        cached->n_users++;
    return cached;
}

VkpCachedFolder *vkp_folder_cache_add(VkpFolderCache *cache, VkpFolderLook *look, VkpFolder *folder)
{
    VkpCachedFolder *cached = g_new0(VkpCachedFolder, 1);
    cached->look = *look;
    *look = (VkpFolderLook){0};
    cached->folder = folder;
    cached->n_users = 1;
    g_hash_table_insert(cache->folders, &cached->look, cached);
    return cached;
}

void vkp_folder_cache_release(VkpFolderCache *cache, VkpCachedFolder *cached)
{
    if (cached && --cached->n_users == 0)
        g_hash_table_remove(cache->folders, &cached->look);
}
