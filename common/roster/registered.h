/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Gives every execution's own process, as far as it is there, its claim: by our registry, by the
 * board's pid column, or as a child of the server. */
void vkp_registered_find(VkpInquiry *inquiry);

/* The claim of an execution's own process. */
VkpClaim vkp_registered_claim(const VkpInquiry *inquiry, const VkpExecution *execution);

/* Whether a process that started then can be the one for which the row was written: from 2 s before
 * it to 30 s after it, all in µs since the epoch. FALSE for a row without a start. */
gboolean vkp_start_fits(guint64 start_usec, gint64 started_at_usec);

/* Whether the row was completed before the process started. */
gboolean vkp_execution_is_over(const VkpExecution *execution, guint64 start_usec);

/* Whether it is older than the row. */
gboolean vkp_start_is_too_old(guint64 start_usec, gint64 started_at_usec);

/* FALSE for rows of before the boot: their pids mean nothing any more. */
gboolean vkp_start_can_be_of_this_boot(const VkpSnapshot *snapshot, gint64 started_at_usec);
