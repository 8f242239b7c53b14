/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Weighs everything that ties one process to an attempt. Its parent and its session leader are
 * decided already, and so are all registered processes. */
void vkp_evidence_decide(const VkpInquiry *inquiry, VkpSubject *subject);
