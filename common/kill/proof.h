/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/roster/member.h"

/* Whether the evidence that made a member of a process still stands when the process, which is held
 * by a pidfd by now, is read once more. A pid and a start tick alone can be forced to meet again in
 * another process within one tick. `stat` was read after the pidfd was opened. */
gboolean vkp_proof_stands(const VkpMember *member, const VkpStat *stat, VkpReader *reader);
