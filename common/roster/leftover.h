/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Which attempts and executions are "covered", that is, still have a living executor; computed once
 * for all subjects. Executors must have been flagged. */
typedef struct VkpCoverage VkpCoverage;

VkpCoverage *vkp_coverage_new(const VkpInquiry *inquiry);
void vkp_coverage_free(VkpCoverage *coverage); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpCoverage, vkp_coverage_free)

/* Why the process is a leftover; NONE: it is none. Only processes that a group scope would hit are
 * leftovers (not weak members, shared daemons and what they shelter), with one exception: processes
 * of deleted attempts are leftovers even with a low confidence. Dead and protected processes are
 * none. */
VkpLeftoverReason vkp_leftover_judge(const VkpCoverage *coverage, const VkpSubject *subject);
