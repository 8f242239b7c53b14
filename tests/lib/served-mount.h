/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A file system of one folder, "inside", that the test serves by FUSE and can leave unanswered, as
 * if its server were gone: whoever asks then sleeps past any signal. The kernel ends all that when
 * the test ends, whatever happens. The test itself must not touch what is in it. */
typedef struct VkpServedMount VkpServedMount;

/* Mounts it on `folder`, in a mount namespace that the test must have for itself; answers at first.
 * The kernel asks for permissions, too. NULL and the reason where that is not possible. */
VkpServedMount *vkp_served_mount_new(const char *folder, const char **reason);

/* Leaves everything unanswered that comes from now on; or answers that and all to come. */
void vkp_served_mount_fall_silent(VkpServedMount *served);
void vkp_served_mount_answer(VkpServedMount *served);

/* How many requests wait for an answer. Those from outside of our pid namespace do not count: who
 * looks at all processes of the machine comes by, too. */
guint vkp_served_mount_n_waiting(VkpServedMount *served);

/* Unmounts it, and ends whatever waits with an error. Takes NULL. */
void vkp_served_mount_free(VkpServedMount *served);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpServedMount, vkp_served_mount_free)
