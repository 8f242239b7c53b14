/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/member.h"

/* Who belongs to what at one moment: members in order of start time, then pid. Shared and immutable
 * once sealed. */
typedef struct VkpRoster VkpRoster;

VkpRoster *vkp_roster_new(void);
void vkp_roster_add(VkpRoster *roster, VkpMember *member); /* takes the reference */
void vkp_roster_seal(VkpRoster *roster);

VkpRoster *vkp_roster_ref(VkpRoster *roster);
void vkp_roster_unref(VkpRoster *roster); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRoster, vkp_roster_unref)

guint vkp_roster_size(const VkpRoster *roster);
VkpMember *vkp_roster_at(const VkpRoster *roster, guint index);        /* borrowed */
VkpMember *vkp_roster_lookup(const VkpRoster *roster, VkpIdentity id); /* borrowed or NULL */
VkpMember *vkp_roster_lookup_pid(const VkpRoster *roster, pid_t pid);  /* borrowed or NULL */

guint vkp_roster_n_executors(const VkpRoster *roster);
guint vkp_roster_n_leftovers(const VkpRoster *roster);
