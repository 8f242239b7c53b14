/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* The evidence in a process itself: its marks and its working directory. */

/* Completes a claim that has ids by what the board knows of them. The confidence is lowered if the
 * board does not know the attempt and it cannot be told that it was deleted, and if the attempt may
 * be that of a copy of the board. FALSE when it is another board's. */
gboolean vkp_claim_fill(const VkpInquiry *inquiry, const VkpSubject *subject, VkpClaim *claim);

/* Notes the ids in marks of processes that started before the board was last known to be current.
 * To be called before all claims. */
void vkp_claim_note_old_ids(VkpInquiry *inquiry);

/* Notes which subjects have borrowed marks (see VkpBorrowedMarks), from the server above them or
 * one that has ended since. To be called before all claims. */
void vkp_claim_note_borrowed(VkpInquiry *inquiry);

/* What memory must keep of a subject with borrowed marks. */
VkpBorrowedMarks vkp_claim_borrowed(const VkpSubject *subject);

/* Whether both are for the same attempt; for the same execution where no attempt is known. */
gboolean vkp_claim_agrees(const VkpClaim *a, const VkpClaim *b);

typedef enum {
    VKP_MARKS_SILENT,  /* no marks, or borrowed ones, which prove nothing */
    VKP_MARKS_CLAIM,   /* an id that our board knows or may have known */
    VKP_MARKS_FOREIGN, /* an id of another board */
} VkpMarksVerdict;

/* Reads the process's own marks; *claim is set for VKP_MARKS_CLAIM. */
VkpMarksVerdict vkp_claim_read_marks(const VkpInquiry *inquiry, const VkpSubject *subject,
                                     VkpClaim *claim);

/* Whether both have the same marks (not none): one may have inherited them from the other. */
gboolean vkp_claim_share_marks(const VkpSubject *a, const VkpSubject *b);

/* The ids among its marks; nil where there are none. */
VkpMarkIds vkp_claim_mark_ids(const VkpSubject *subject);

/* Whether its marks are known and have exactly these ids. */
gboolean vkp_claim_has_marks(const VkpSubject *subject, const VkpMarkIds *ids);

/* The attempt in whose worktree the process's working directory is, according to the current board;
 * NULL: none. */
const VkpAttempt *vkp_claim_find_place(const VkpInquiry *inquiry, const VkpSubject *subject);
