/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Folders that processes are in, each walked once for all who share it, and forgotten with the last
 * of them. */
typedef struct VkpFolderCache VkpFolderCache;

VkpFolderCache *vkp_folder_cache_new(void);
void vkp_folder_cache_free(VkpFolderCache *cache); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpFolderCache, vkp_folder_cache_free)

typedef struct {
    VkpFolderLook look; /* what it was walked from */
    VkpFolder *folder;
    guint n_users;
} VkpCachedFolder;

/* The folder of that look with one user more, or NULL when it is not there. */
VkpCachedFolder *vkp_folder_cache_acquire(VkpFolderCache *cache, const VkpFolderLook *look);

/* Keeps a folder that was not there, for one user. Takes the look's contents and the folder. */
VkpCachedFolder *vkp_folder_cache_add(VkpFolderCache *cache, VkpFolderLook *look,
                                      VkpFolder *folder);

/* One user less; takes NULL. */
void vkp_folder_cache_release(VkpFolderCache *cache, VkpCachedFolder *cached);
