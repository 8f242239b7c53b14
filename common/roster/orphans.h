/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Gives every orphan group (see VkpOrphanGroup) whose leader was a registered process the claim of
 * that leader. */
void vkp_orphans_find(VkpInquiry *inquiry);
