/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/guard.h"
#include "common/proc/reader.h"

/* Reads command lines and environments without blocking for ever: to read them the kernel takes the
 * memory lock (mmap_lock) of the process, which one of its threads can hold for as long as a disk
 * or a file server does not respond. See common/base/guard.h. */
typedef struct VkpImageGuard VkpImageGuard;

/* `reader` is borrowed and outlives the guard. */
VkpImageGuard *vkp_image_guard_new(const VkpReader *reader);
void vkp_image_guard_free(VkpImageGuard *guard); /* takes NULL; waits for nobody */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpImageGuard, vkp_image_guard_free)

/* As vkp_reader_read_image(), within 100 ms. NULL and VKP_ERROR_SYSTEM when that is not enough,
 * when too many helper threads are blocked already, or when no thread can be created: *is_late (may
 * be NULL) distinguishes these from other failures. */
VkpImage *vkp_image_guard_read(VkpImageGuard *guard, pid_t pid, gboolean *is_late, GError **error);
