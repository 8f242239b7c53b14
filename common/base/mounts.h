/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/guard.h"
#include "common/base/mount-table.h"

/* The mounts that we see, kept current, and a guard (see guard.h) for work on remote ones, whose
 * server may not respond (see mount-table.h). To be used from one thread. */
typedef struct VkpMounts VkpMounts;

/* `path`: of a mountinfo file; NULL: our own. If it cannot be read, everything counts as remote. */
VkpMounts *vkp_mounts_new(const char *path);
void vkp_mounts_free(VkpMounts *mounts); /* takes NULL; waits for nobody */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMounts, vkp_mounts_free)

/* Reads them again if they have changed, which costs one system call to see. To be called before a
 * series of queries. */
void vkp_mounts_refresh(VkpMounts *mounts);

/* Whether walking from a folder on this mount up to the root touches local mounts only. FALSE for a
 * mount that we do not see, as it is in another mount namespace. */
gboolean vkp_mounts_is_local(const VkpMounts *mounts, guint64 mount_id);

/* Whether something remote is mounted at exactly this path; *subject is then its subject for
 * vkp_guard_run(). */
gboolean vkp_mounts_is_remote_point(const VkpMounts *mounts, const char *point, guint64 *subject);

/* Whether files of this device are remote. FALSE for what is not mounted here. */
gboolean vkp_mounts_is_remote_device(const VkpMounts *mounts, dev_t device);

/* Whether a path, judged by its text alone, is on a mount of kind VKP_MOUNT_DISTANT; *subject as
 * above. */
gboolean vkp_mounts_is_distant(const VkpMounts *mounts, const char *path, guint64 *subject);

/* The subject of a file system for vkp_guard_run(). */
guint64 vkp_mounts_subject(dev_t device);

VkpGuard *vkp_mounts_guard(VkpMounts *mounts); /* borrowed */
