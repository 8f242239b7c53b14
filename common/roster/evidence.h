/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Decides the claim of one subject from all evidence. Its parent, its session leader and all
 * registered processes must have been decided before. */
void vkp_evidence_decide(const VkpInquiry *inquiry, VkpSubject *subject);
