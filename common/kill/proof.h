/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/image-guard.h"
#include "common/proc/reader.h"
#include "common/roster/member.h"

typedef enum {
    VKP_PROOF_STANDS, /* the evidence was seen again */
    VKP_PROOF_UNSEEN, /* it could not be seen, for example during an exec; nothing contradicts it */
    VKP_PROOF_WAITS,  /* not known yet: its memory could not be read in time */
    VKP_PROOF_FALLS,  /* it was contradicted */
} VkpProof;

/* Whether the evidence that made the process a member still holds when it is read once more, after
 * a pidfd for it was opened. That is needed because within one clock tick another process can be
 * made to get the same pid and start tick. `stat` was read after the pidfd was opened. If the
 * process has several threads its memory is read through the guard (NULL: directly, which may
 * block). */
VkpProof vkp_proof_check(const VkpMember *member, const VkpStat *stat, VkpReader *reader,
                         VkpImageGuard *guard);
