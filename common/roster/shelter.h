/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Whom a shared daemon shelters: what ties it to a task may come from the daemon, which the task
 * only happened to start first, and is weak. */

/* Sets the subject's shelter, or its former one, by its parent and by memory. The parent is decided
 * already. */
void vkp_shelter_inherit(const VkpInquiry *inquiry, VkpSubject *subject);

/* Notes the shared daemons that carry marks. Before all decisions. */
void vkp_shelter_note_daemons(VkpInquiry *inquiry);

/* For a subject that only its marks tie, seen neither below its task nor below a shared daemon:
 * finds one that it may come from, whose marks are the same. */
void vkp_shelter_guess(const VkpInquiry *inquiry, VkpSubject *subject);

/* Whether the shelter holds for a subject whose own marks say `own`. */
gboolean vkp_shelter_holds(const VkpInquiry *inquiry, const VkpSubject *subject,
                           const VkpClaim *own);

/* It has none; nor have its descendants by it. */
void vkp_shelter_leave(VkpSubject *subject);

static inline gboolean vkp_shelter_has(const VkpSubject *subject)
{
    return subject->shelter != VKP_NOBODY || subject->former_shelter != NULL;
}

/* What memory has to know of a decided subject; FALSE: nothing. */
gboolean vkp_shelter_describe(const VkpInquiry *inquiry, const VkpSubject *subject,
                              VkpShelter *shelter);
