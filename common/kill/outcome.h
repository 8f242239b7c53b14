/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/crew.h"

/* What a job tells in the end: one result a process, from what was seen of it. Processes found on
 * the way that ended before they could be held are left out. Looks at the living once more. */
void vkp_outcome_append(GPtrArray *results, const VkpCrew *crew, VkpReader *reader);

/* The same while the job is under way, of all its processes; see vkp_kill_job_list_standing(). */
GPtrArray *vkp_outcome_list_standing(const VkpCrew *crew, VkpReader *reader);

/* The same in the middle of the job: whose turn to be signalled has not come lives so far, unless
 * it has ended by itself. */
void vkp_outcome_append_so_far(GPtrArray *results, const VkpCrew *crew, VkpReader *reader);
