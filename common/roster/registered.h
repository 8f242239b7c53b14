/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Finds the process of each execution and gives it its claim: by our registry, by the pid column of
 * the board's database, or as a child of the server. */
void vkp_registered_find(VkpInquiry *inquiry);

/* The claim of the process of this execution. */
VkpClaim vkp_registered_claim(const VkpInquiry *inquiry, const VkpExecution *execution);

/* Whether a process with this start time can be the one for which the row was written: from 2 s
 * before the row's to 30 s after it, all in µs since the epoch. FALSE for a row without a start
 * time. */
gboolean vkp_start_fits(guint64 start_usec, gint64 started_at_usec);

/* Whether the row was completed before the process started. */
gboolean vkp_execution_is_over(const VkpExecution *execution, guint64 start_usec);

/* Whether a process with this start time is too old for the row. */
gboolean vkp_start_is_too_old(guint64 start_usec, gint64 started_at_usec);

/* FALSE for rows written before the system booted: their pids are meaningless now. */
gboolean vkp_start_can_be_of_this_boot(const VkpSnapshot *snapshot, gint64 started_at_usec);
