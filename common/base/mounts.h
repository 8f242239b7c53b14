/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/guard.h"
#include "common/base/mount-table.h"

/* The mounts that we see, kept current, and a guard for work on those that may not answer. For one
 * thread's use. */
typedef struct VkpMounts VkpMounts;

/* `path`: of a mountinfo file; NULL: our own. One that cannot be read makes everything remote. */
VkpMounts *vkp_mounts_new(const char *path);
void vkp_mounts_free(VkpMounts *mounts); /* takes NULL; waits for nobody */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMounts, vkp_mounts_free)

/* Reads them anew if they have changed, which one call tells. To be called before a series of
 * questions. */
void vkp_mounts_refresh(VkpMounts *mounts);

/* Whether nobody can keep us waiting from a folder on this mount up to the root. FALSE for a mount
 * that we do not see: another mount namespace's. */
gboolean vkp_mounts_is_local(const VkpMounts *mounts, guint64 mount_id);

/* Whether something remote is mounted at this very path; `subject` then is what to tell the guard.
 */
gboolean vkp_mounts_is_remote_point(const VkpMounts *mounts, const char *point, guint64 *subject);

/* Whether files of this device are remote. FALSE for what is not mounted here. */
gboolean vkp_mounts_is_remote_device(const VkpMounts *mounts, dev_t device);

/* Whether a path, by its text, lies on something that may not even tell what it is. */
gboolean vkp_mounts_is_distant(const VkpMounts *mounts, const char *path, guint64 *subject);

/* What to tell the guard of a file system. */
guint64 vkp_mounts_subject(dev_t device);

VkpGuard *vkp_mounts_guard(VkpMounts *mounts); /* borrowed */
