/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A file system that takes requests and never answers: whoever touches a file in it sleeps
 * uninterruptibly, past any signal, until it is released. */
typedef struct VkpStuck VkpStuck;

/* Mounts it on `folder`, in a mount namespace that this program must have for itself. NULL and
 * the reason where that is not possible. */
VkpStuck *vkp_stuck_mount(const char *folder, const char **reason);

/* Waits until somebody's request was taken, for 10 s at most. */
void vkp_stuck_await(VkpStuck *stuck);

/* Aborts all requests and unmounts. Takes NULL. */
void vkp_stuck_release(VkpStuck *stuck);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpStuck, vkp_stuck_release)
