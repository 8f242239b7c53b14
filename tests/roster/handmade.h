/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/roster.h"

/* A member by its environment (90) of attempt 1, alone and asleep. */
VkpMember *handmade_member(pid_t pid, guint64 start_ticks);

/* Takes the members, up to NULL. */
VkpRoster *handmade_roster(VkpMember *first, ...);
