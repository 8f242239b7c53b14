/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/roster/member.h"

typedef enum {
    VKP_PROOF_STANDS,
    VKP_PROOF_UNSEEN, /* nothing speaks against it, but it can't be seen: in the midst of an exec */
    VKP_PROOF_FALLS,
} VkpProof;

/* Whether the evidence that made a member of a process still stands when the process, which is held
 * by a pidfd by now, is read once more. A pid and a start tick alone can be forced to meet again in
 * another process within one tick. `stat` was read after the pidfd was opened. */
VkpProof vkp_proof_check(const VkpMember *member, const VkpStat *stat, VkpReader *reader);
