/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/loop.h"
#include "common/proc/reader.h"
#include "common/roster/roster.h"

/* Watches the members of a roster through pidfds, so that an exit is noticed at once and not at the
 * next tick. Members without a pidfd (another proc file system, no descriptors left) are noticed
 * then. */
typedef struct VkpExits VkpExits;

/* Called from the loop for a member that is gone: it exited and was reaped by its parent, so that
 * it is no zombie any more. May call vkp_exits_follow(). */
typedef void (*VkpGone)(VkpIdentity identity, void *data);

/* `reader` is borrowed and outlives the exits. */
VkpExits *vkp_exits_new(VkpReader *reader, VkpLoop loop, VkpGone gone, void *data);
void vkp_exits_free(VkpExits *exits); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpExits, vkp_exits_free)

/* Watches the members of this roster from now on, and no others: the living ones, and those watched
 * so far that have become zombies. At most 1,024, and a quarter of the descriptors that we may
 * have. Never calls `gone` itself. */
void vkp_exits_follow(VkpExits *exits, const VkpRoster *roster);
