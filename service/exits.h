/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/loop.h"
#include "common/proc/reader.h"
#include "common/roster/roster.h"

/* Watches the members of a roster by their pidfds, so that an exit is known at once and not at the
 * next tick. Without pidfds (another proc file system, no descriptors left) the ticks must do. */
typedef struct VkpExits VkpExits;

/* Called from the loop for a member that is gone: exited and collected by its parent. One that
 * stays a zombie is not. May call vkp_exits_follow(). */
typedef void (*VkpGone)(VkpIdentity identity, void *data);

/* `reader` is borrowed and outlives the exits. */
VkpExits *vkp_exits_new(VkpReader *reader, VkpLoop loop, VkpGone gone, void *data);
void vkp_exits_free(VkpExits *exits); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpExits, vkp_exits_free)

/* Watches members of this roster from now on, and nobody else: the living ones, a quarter of our
 * descriptors and 1,024 at most, and of those watched so far who has become a zombie. Never calls
 * `gone` itself. */
void vkp_exits_follow(VkpExits *exits, const VkpRoster *roster);
