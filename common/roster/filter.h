/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"
#include "common/roster/roster.h"

/* An id that is asked for, nil included, which nobody carries. */
typedef struct {
    gboolean is_set; /* FALSE: any */
    VkpUuid id;
} VkpWantedId;

/* What a List asks for; all set conditions hold together. Zeroed means everything. */
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

/* The members that fit, in the roster's order; borrowed from the roster, the caller frees the
 * array. The snapshot is the one that the roster was made of; who has gone since may be missing in
 * the roster. Pure: folders are compared as text by whole components. */
GPtrArray *vkp_filter_apply(const VkpFilter *filter, const VkpRoster *roster,
                            const VkpSnapshot *snapshot);
