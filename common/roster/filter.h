/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"
#include "common/roster/roster.h"

/* An id to filter by; nil matches no process. */
typedef struct {
    gboolean is_set; /* FALSE: any */
    VkpUuid id;
} VkpWantedId;

/* The filter of a List: a member must meet all conditions that are set. All zero: every member. */
typedef struct {
    VkpWantedId project_id;
    VkpWantedId task_id;
    VkpWantedId attempt_id;
    VkpWantedId execution_id;
    gboolean executors_only;
    gboolean leftovers_only;
    pid_t pid;               /* that process and its descendants; 0: any */
    char *working_directory; /* at or under that folder, in its shortest form; NULL: any. Owned. */
} VkpFilter;

void vkp_filter_clear(VkpFilter *filter);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpFilter, vkp_filter_clear)

/* The members that match, in the roster's order; borrowed from the roster, the caller frees the
 * array. `snapshot` is the one from which the roster was made; processes that ended since may be
 * missing in the roster. Pure: folders are compared as text, by whole components. */
GPtrArray *vkp_filter_apply(const VkpFilter *filter, const VkpRoster *roster,
                            const VkpSnapshot *snapshot);
