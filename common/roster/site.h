/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/file.h"
#include "common/base/mounts.h"

/* Where paths lead on this machine. */

typedef struct {
    char *path;          /* absolute, without ".", ".." and needless slashes; owned */
    char *canonical;     /* symlinks resolved as far as it exists; owned, NULL: not looked at yet */
    VkpInode inode;      /* unknown: not there, hidden from us, or nobody answered */
    gboolean is_missing; /* certainly not there */
    guint64 subject;     /* for the guard, if it must be looked at with care; 0: need not */
} VkpSite;

/* NULL for a path that is not absolute. */
VkpSite *vkp_site_new(const char *path);
void vkp_site_free(VkpSite *site); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSite, vkp_site_free)

/* Looks at many, of which thousands may share a few folders. */
typedef struct VkpSiteSeer VkpSiteSeer;

/* `mounts` may be NULL: then nothing is taken for remote, and a look waits as long as it takes.
 * Borrowed. */
VkpSiteSeer *vkp_site_seer_new(VkpMounts *mounts);
void vkp_site_seer_free(VkpSiteSeer *seer); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSiteSeer, vkp_site_seer_free)

/* FALSE if the way there leads over something remote, which was not touched: it is for
 * vkp_site_seer_look_remote(). */
gboolean vkp_site_seer_look(VkpSiteSeer *seer, VkpSite *site);

/* Looks at such sites together, a moment for each file system; those of which nobody answers keep
 * their path as it is, and are neither there nor missing. */
void vkp_site_seer_look_remote(VkpSiteSeer *seer, const GPtrArray *sites);
