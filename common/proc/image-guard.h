/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/guard.h"
#include "common/proc/reader.h"

/* Reads command lines and environments of processes that may keep us waiting: whoever reads them
 * needs the lock of their memory, which another of their threads can hold for as long as a disk or
 * a file server does not answer. At most VKP_GUARD_MAX_STUCK are given up at a time; see
 * common/base/guard.h. */
typedef struct VkpImageGuard VkpImageGuard;

/* `reader` is borrowed and outlives the guard. */
VkpImageGuard *vkp_image_guard_new(const VkpReader *reader);
void vkp_image_guard_free(VkpImageGuard *guard); /* takes NULL; waits for nobody */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpImageGuard, vkp_image_guard_free)

/* As vkp_reader_read_image(), within 100 ms. NULL and VKP_ERROR_SYSTEM when that is not enough, or
 * too many wait already, or no thread can be had now: *is_late (may be NULL) tells these from other
 * failures. */
VkpImage *vkp_image_guard_read(VkpImageGuard *guard, pid_t pid, gboolean *is_late, GError **error);
