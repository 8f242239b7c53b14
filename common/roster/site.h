/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/file.h"
#include "common/base/mounts.h"

/* A site is a path with what it leads to on this machine. */

typedef struct {
    char *path;          /* absolute, without ".", ".." and needless slashes; owned */
    char *canonical;     /* symlinks resolved as far as it exists; owned, NULL: not looked at yet */
    VkpInode inode;      /* unknown: not there, hidden from us, or its server does not respond */
    gboolean is_missing; /* certainly not there */
    guint64 subject;     /* for vkp_guard_run(), if it is on a remote mount; else 0 */
} VkpSite;

/* NULL for a path that is not absolute. */
VkpSite *vkp_site_new(const char *path);
void vkp_site_free(VkpSite *site); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSite, vkp_site_free)

/* Looks at many sites, thousands of which may be in a few folders, whose results are cached. */
typedef struct VkpSiteSeer VkpSiteSeer;

/* `mounts` may be NULL: then nothing counts as remote, and looking may block. Borrowed. */
VkpSiteSeer *vkp_site_seer_new(VkpMounts *mounts);
void vkp_site_seer_free(VkpSiteSeer *seer); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSiteSeer, vkp_site_seer_free)

/* FALSE if the path leads over a remote mount, which was not touched: it is to be passed to
 * vkp_site_seer_look_remote(). */
gboolean vkp_site_seer_look(VkpSiteSeer *seer, VkpSite *site);

/* Looks at such sites together, for at most 100 ms per file system; those whose server does not
 * respond keep their path as it is, and are neither there nor missing. */
void vkp_site_seer_look_remote(VkpSiteSeer *seer, const GPtrArray *sites);
