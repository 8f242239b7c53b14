/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Gives every group or session whose registered leader is gone the claim of that leader. */
void vkp_orphans_find(VkpInquiry *inquiry);
