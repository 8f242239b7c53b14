/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Fills the tie from what was decided about the subject, with the names that the board has for it;
 * for an attempt that the board does not know, with those in the marks. */
void vkp_tie_fill(VkpTie *tie, const VkpSubject *subject);
