/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/image-guard.h"
#include "common/proc/reader.h"
#include "common/roster/member.h"

typedef enum {
    VKP_PROOF_STANDS,
    VKP_PROOF_UNSEEN, /* nothing speaks against it, but it can't be seen: in the midst of an exec */
    VKP_PROOF_WAITS,  /* nor speaks anything for it yet: its memory could not be read in time */
    VKP_PROOF_FALLS,
} VkpProof;

/* Whether the evidence that made a member of a process still stands when the process, which is held
 * by a pidfd by now, is read once more. A pid and a start tick alone can be forced to meet again in
 * another process within one tick. `stat` was read after the pidfd was opened. The memory of who
 * has several threads is read through the guard (NULL: there is none, and nobody minds waiting). */
VkpProof vkp_proof_check(const VkpMember *member, const VkpStat *stat, VkpReader *reader,
                         VkpImageGuard *guard);
