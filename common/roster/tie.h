/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Writes out what was decided about the process, with the names that the board has for it; for an
 * attempt that the board does not know, those that the marks carry. */
void vkp_tie_fill(VkpTie *tie, const VkpSubject *subject);
