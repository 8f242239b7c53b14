/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Which processes are sheltered by a shared daemon (see VkpShelter): what ties them to a task may
 * come from the daemon, which that task only happened to start first, and so is weak. */

/* Sets the subject's shelter, or its former one, from its parent and from memory. The parent must
 * have been decided before. */
void vkp_shelter_inherit(const VkpInquiry *inquiry, VkpSubject *subject);

/* Notes the shared daemons that have marks. To be called once the registered processes, which are
 * none, were found, before all decisions. */
void vkp_shelter_note_daemons(VkpInquiry *inquiry);

/* For a subject that only its marks tie, and that is a descendant neither of its task's processes
 * nor of a shared daemon: looks for a shared daemon with the same marks, which may have started it.
 */
void vkp_shelter_guess(const VkpInquiry *inquiry, VkpSubject *subject);

/* Whether the shelter still applies to a subject whose own marks give the claim `own`. */
gboolean vkp_shelter_holds(const VkpInquiry *inquiry, const VkpSubject *subject,
                           const VkpClaim *own);

/* Removes its shelter, so that its descendants do not inherit it either. */
void vkp_shelter_leave(VkpSubject *subject);

static inline gboolean vkp_shelter_has(const VkpSubject *subject)
{
    return subject->shelter != VKP_NOBODY || subject->former_shelter != NULL;
}

/* What memory must keep of a decided subject; FALSE: nothing. */
gboolean vkp_shelter_describe(const VkpInquiry *inquiry, const VkpSubject *subject,
                              VkpShelter *shelter);
