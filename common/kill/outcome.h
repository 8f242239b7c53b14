/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/crew.h"

/* Appends what a job reports in the end: one result per target. Processes found by rescans that
 * ended before a pidfd could be opened are left out. Looks at those still alive once more. */
void vkp_outcome_append(GPtrArray *results, const VkpCrew *crew, VkpReader *reader);

/* The state of every target while the job runs, none left out: NONE for those that the job may
 * still signal, the final outcome for the others. As VkpResult; the caller frees it. */
GPtrArray *vkp_outcome_list_standing(const VkpCrew *crew, VkpReader *reader);

/* What vkp_outcome_append() would append if the job ended now: all that are alive have survived,
 * even those not signalled yet. */
void vkp_outcome_append_so_far(GPtrArray *results, const VkpCrew *crew, VkpReader *reader);
