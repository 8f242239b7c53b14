/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Working directories, each walked up to the root once for all processes in it, and dropped with
 * the last of them. */
typedef struct VkpFolderCache VkpFolderCache;

VkpFolderCache *vkp_folder_cache_new(void);
void vkp_folder_cache_free(VkpFolderCache *cache); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpFolderCache, vkp_folder_cache_free)

typedef struct {
    VkpFolderLook look; /* what it was walked from */
    VkpFolder *folder;
    guint n_users;
} VkpCachedFolder;

/* The cached folder of that look, its use count raised, or NULL when there is none. */
VkpCachedFolder *vkp_folder_cache_acquire(VkpFolderCache *cache, const VkpFolderLook *look);

/* Caches a folder that was not in it, with a use count of 1. Takes the look's contents and the
 * folder. */
VkpCachedFolder *vkp_folder_cache_add(VkpFolderCache *cache, VkpFolderLook *look,
                                      VkpFolder *folder);

/* Lowers the use count; takes NULL. */
void vkp_folder_cache_release(VkpFolderCache *cache, VkpCachedFolder *cached);
