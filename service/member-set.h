/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/member.h"

/* Members by their identity, each once: VkpIdentity * -> VkpMember. */
GHashTable *vkp_member_set_new(void);

/* Takes a reference to the member. */
void vkp_member_set_add(GHashTable *set, VkpMember *member);

/* Removes and returns all members, parents first. */
GPtrArray *vkp_member_set_take_all(GHashTable *set);
