/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/crew.h"

/* What a job tells in the end: one result a process, from what was seen of it. Processes found on
 * the way that ended before they could be held are left out. Looks at the living once more. */
void vkp_outcome_append(GPtrArray *results, const VkpCrew *crew, VkpReader *reader);

/* How it stands while the job goes on, with each process, nobody left out: NONE for whom the job
 * may still signal, for the others how they will have ended. As VkpResult; the caller frees it. */
GPtrArray *vkp_outcome_list_standing(const VkpCrew *crew, VkpReader *reader);

/* What vkp_outcome_append() would tell if the job ended now: whoever lives has survived, also who
 * has not been signalled yet. */
void vkp_outcome_append_so_far(GPtrArray *results, const VkpCrew *crew, VkpReader *reader);
