/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* What a process says by itself: its marks and its folder. */

/* A claim by ids, with what the board knows about them. For an attempt that it does not know the
 * confidence is lowered as far as the id may mean something else than a deleted attempt, and so it
 * is for one that may be meant by a copy of the board; FALSE when it is another board's. */
gboolean vkp_claim_fill(const VkpInquiry *inquiry, const VkpSubject *subject, VkpClaim *claim);

/* Notes which ids are borne by processes that are older than our view of the board. Before all
 * claims. */
void vkp_claim_note_old_ids(VkpInquiry *inquiry);

/* Notes whose marks are those of the server above, or of one that has ended since. Before all
 * claims. */
void vkp_claim_note_borrowed(VkpInquiry *inquiry);

/* What memory has to know of a process with such marks. */
VkpBorrowedMarks vkp_claim_borrowed(const VkpSubject *subject);

/* Whether both speak of the same attempt; of the same execution where no attempt is known. */
gboolean vkp_claim_agrees(const VkpClaim *a, const VkpClaim *b);

typedef enum {
    VKP_MARKS_SILENT,  /* none, or none that proves anything */
    VKP_MARKS_CLAIM,   /* an id that our board knows, or once knew */
    VKP_MARKS_FOREIGN, /* another board's */
} VkpMarksVerdict;

/* Reads the process's own marks; *claim is set for VKP_MARKS_CLAIM. */
VkpMarksVerdict vkp_claim_read_marks(const VkpInquiry *inquiry, const VkpSubject *subject,
                                     VkpClaim *claim);

/* Whether both carry marks, and the same ones: one may have them from the other. */
gboolean vkp_claim_share_marks(const VkpSubject *a, const VkpSubject *b);

/* The ids among its marks; nil where there are none. */
VkpMarkIds vkp_claim_mark_ids(const VkpSubject *subject);

/* Whether its marks are known and name just these. */
gboolean vkp_claim_has_marks(const VkpSubject *subject, const VkpMarkIds *ids);

/* The attempt whose worktree holds the process's folder, as the board has it now; NULL: none. */
const VkpAttempt *vkp_claim_find_place(const VkpInquiry *inquiry, const VkpSubject *subject);
