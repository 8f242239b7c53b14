/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Who still has a living executor, worked out once for all. Executors must be flagged. */
typedef struct VkpCoverage VkpCoverage;

VkpCoverage *vkp_coverage_new(const VkpInquiry *inquiry);
void vkp_coverage_free(VkpCoverage *coverage); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpCoverage, vkp_coverage_free)

/* Why the process is left over; NONE: it is not. Only what a group scope may hit is ever left over
 * (a bystander is not, nor a shared daemon), except that processes of deleted attempts are shown as
 * such even when it is doubtful whose they are. Dead and protected ones are not. */
VkpLeftoverReason vkp_leftover_judge(const VkpCoverage *coverage, const VkpSubject *subject);
