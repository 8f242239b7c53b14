/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/claim.h"

static gboolean is_in_other_board(const VkpInquiry *inquiry, const VkpUuid *id)
{
    GHashTable *foreign = inquiry->input->foreign_ids;
    return foreign && !vkp_uuid_is_nil(id) && g_hash_table_contains(foreign, id);
}

/* The marks that came along tell as well: another board may have deleted the attempt since, and
 * still hold its task. */
static gboolean is_foreign(const VkpInquiry *inquiry, const VkpSubject *subject,
                           const VkpClaim *claim)
{
    if (subject->other_server_above != VKP_NOBODY)
        return TRUE;
    if (!claim->attempt && is_in_other_board(inquiry, &claim->attempt_id))
        return TRUE;
    if (!claim->execution && is_in_other_board(inquiry, &claim->execution_id))
        return TRUE;
    return claim->marks && !vkp_board_knows_task(inquiry->input->board, &claim->marks->task_id) &&
           is_in_other_board(inquiry, &claim->marks->task_id);
}

/* The row is written before the process starts, and start times are cut to a clock tick. */
static gboolean is_older_than_our_view(const VkpInquiry *inquiry, const VkpProcess *process)
{
    guint ticks_per_second = vkp_snapshot_ticks_per_second(inquiry->input->snapshot);
    guint64 tick_usec = G_USEC_PER_SEC / MAX(ticks_per_second, 1);
    return process->start_time_usec + tick_usec <= inquiry->input->board_current_usec;
}

/* The one id that stands for what a claim is about. */
static const VkpUuid *main_id(const VkpClaim *claim)
{
    return vkp_uuid_is_nil(&claim->attempt_id) ? &claim->execution_id : &claim->attempt_id;
}

static void note_bearer(VkpInquiry *inquiry, const VkpUuid *id)
{
    if (!vkp_uuid_is_nil(id))
        g_hash_table_add(inquiry->old_ids, (gpointer)id);
}

void vkp_claim_note_old_ids(VkpInquiry *inquiry)
{
    for (guint i = 0; i < inquiry->n; i++) {
        const VkpSubject *subject = &inquiry->subjects[i];
        const VkpMarks *marks = vkp_process_marks(subject->process);
        if (!subject->is_candidate || !marks || !is_older_than_our_view(inquiry, subject->process))
            continue;
        note_bearer(inquiry, &marks->attempt_id);
        note_bearer(inquiry, &marks->other_attempt_id);
        note_bearer(inquiry, &marks->execution_id);
    }
}

/* A row is written before its process is given its marks, but whoever registers may be faster: an
 * execution that is named by a registration alone may not have had its row yet. */
static gboolean is_word_of_registrar(const VkpClaim *claim)
{
    return claim->evidence == VKP_EVIDENCE_REGISTERED && vkp_uuid_is_nil(&claim->attempt_id);
}

/* Whether an id that the board lacks has lost its row, and is not merely new: some process that
 * bears it is older than our view of the board. */
static gboolean is_deleted(const VkpInquiry *inquiry, const VkpSubject *subject,
                           const VkpClaim *claim)
{
    if (vkp_board_is_cut(inquiry->input->board) || inquiry->input->board_may_lack_ids)
        return FALSE;
    if (g_hash_table_contains(inquiry->old_ids, main_id(claim)))
        return TRUE;
    return !is_word_of_registrar(claim) && is_older_than_our_view(inquiry, subject->process);
}

/* The id may be another board's, or its row one that could not be read. */
static gboolean is_doubtful(const VkpInquiry *inquiry)
{
    const GArray *others = inquiry->input->other_servers;
    return (others && others->len > 0) || vkp_board_n_skipped(inquiry->input->board) > 0;
}

static void weaken_unknown(const VkpInquiry *inquiry, const VkpSubject *subject, VkpClaim *claim)
{
    claim->is_deleted = is_deleted(inquiry, subject, claim);
    claim->confidence = MIN(claim->confidence, VKP_CONFIDENCE_ENVIRONMENT);
    if (!claim->is_deleted || is_doubtful(inquiry))
        claim->confidence = MIN(claim->confidence, VKP_CONFIDENCE_DOUBTFUL);
}

/* An execution of another attempt is a mark that was inherited from further out. */
static void look_up_ids(const VkpBoard *board, VkpClaim *claim)
{
    if (!vkp_uuid_is_nil(&claim->execution_id))
        claim->execution = vkp_board_lookup_execution(board, &claim->execution_id);
    if (claim->execution && vkp_uuid_is_nil(&claim->attempt_id))
        claim->attempt_id = claim->execution->attempt_id;
    if (!vkp_uuid_is_nil(&claim->attempt_id))
        claim->attempt = vkp_board_lookup_attempt(board, &claim->attempt_id);
    if (claim->execution && !vkp_uuid_equal(&claim->execution->attempt_id, &claim->attempt_id)) {
        claim->execution = NULL;
        claim->execution_id = (VkpUuid){0};
    }
}

/* The server of a copy of our board has gone on with the attempt: unless the execution is one of
 * ours, what is said of the attempt may be said of theirs. */
static void doubt_if_continued(const VkpInquiry *inquiry, VkpClaim *claim)
{
    GHashTable *continued = inquiry->input->continued_ids;
    if (continued && !claim->execution && g_hash_table_contains(continued, &claim->attempt_id))
        claim->confidence = MIN(claim->confidence, VKP_CONFIDENCE_DOUBTFUL);
}

gboolean vkp_claim_fill(const VkpInquiry *inquiry, const VkpSubject *subject, VkpClaim *claim)
{
    look_up_ids(inquiry->input->board, claim);
    doubt_if_continued(inquiry, claim);
    gboolean lacks_execution = !claim->execution && !vkp_uuid_is_nil(&claim->execution_id);
    gboolean lacks_attempt = !claim->attempt && !vkp_uuid_is_nil(&claim->attempt_id);
    if (!lacks_execution && !lacks_attempt)
        return TRUE;
    if (is_foreign(inquiry, subject, claim))
        return FALSE;
    if (!claim->attempt)
        weaken_unknown(inquiry, subject, claim);
    return TRUE;
}

gboolean vkp_claim_agrees(const VkpClaim *a, const VkpClaim *b)
{
    if (a->evidence == VKP_EVIDENCE_NONE || b->evidence == VKP_EVIDENCE_NONE)
        return FALSE;
    if (vkp_uuid_is_nil(&a->attempt_id) && vkp_uuid_is_nil(&b->attempt_id))
        return vkp_uuid_equal(&a->execution_id, &b->execution_id);
    return vkp_uuid_equal(&a->attempt_id, &b->attempt_id);
}

static const VkpMarks *marks_of(const VkpSubject *subject)
{
    return vkp_process_marks(subject->process);
}

static gboolean names_something(const VkpMarks *marks)
{
    return marks &&
           (!vkp_uuid_is_nil(&marks->attempt_id) || !vkp_uuid_is_nil(&marks->execution_id));
}

VkpMarkIds vkp_claim_mark_ids(const VkpSubject *subject)
{
    const VkpMarks *marks = marks_of(subject);
    return marks ? (VkpMarkIds){marks->attempt_id, marks->other_attempt_id, marks->execution_id}
                 : (VkpMarkIds){0};
}

gboolean vkp_claim_has_marks(const VkpSubject *subject, const VkpMarkIds *ids)
{
    const VkpMarks *marks = marks_of(subject);
    return marks && vkp_uuid_equal(&marks->attempt_id, &ids->attempt_id) &&
           vkp_uuid_equal(&marks->other_attempt_id, &ids->other_attempt_id) &&
           vkp_uuid_equal(&marks->execution_id, &ids->execution_id);
}

gboolean vkp_claim_share_marks(const VkpSubject *a, const VkpSubject *b)
{
    VkpMarkIds ids = vkp_claim_mark_ids(b);
    return names_something(marks_of(b)) && vkp_claim_has_marks(a, &ids);
}

static void note_lender(VkpSubject *subject, pid_t group, pid_t session)
{
    subject->has_borrowed_marks = TRUE;
    subject->server_group = group;
    subject->server_session = session;
}

/* A server that was started inside a worktree hands the marks of that worktree's attempt on to
 * everything it starts. They tell where the server came from, also when it has ended; and so they
 * do on whatever is started by those that have them from it. */
static void note_if_borrowed(const VkpInquiry *inquiry, VkpSubject *subject)
{
    const VkpMemory *memory = inquiry->input->memory;
    const VkpSubject *server = vkp_subject_at(inquiry, subject->server_above);
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    const VkpBorrowedMarks *before =
        memory ? vkp_memory_lookup_borrowed(memory, subject->process->identity) : NULL;
    if (server && vkp_claim_share_marks(server, subject))
        note_lender(subject, server->process->group, server->process->session);
    else if (before && vkp_claim_has_marks(subject, &before->marks))
        note_lender(subject, before->server_group, before->server_session);
    else if (parent && parent->has_borrowed_marks && vkp_claim_share_marks(parent, subject))
        note_lender(subject, parent->server_group, parent->server_session);
}

void vkp_claim_note_borrowed(VkpInquiry *inquiry)
{
    for (guint i = 0; i < inquiry->n; i++) {
        VkpSubject *subject = &inquiry->subjects[inquiry->order[i]];
        if (subject->is_candidate && names_something(marks_of(subject)))
            note_if_borrowed(inquiry, subject);
    }
}

VkpBorrowedMarks vkp_claim_borrowed(const VkpSubject *subject)
{
    return (VkpBorrowedMarks){.identity = subject->process->identity,
                              .marks = vkp_claim_mark_ids(subject),
                              .server_group = subject->server_group,
                              .server_session = subject->server_session};
}

/* Which of two attempts that the marks name is the inner one, if some ancestor was tied by the
 * other alone, or is tied to one with the same two marks. */
static gboolean find_inner(const VkpSubject *ancestor, const VkpMarks *marks, VkpUuid *inner)
{
    if (!ancestor)
        return FALSE;
    const VkpUuid *one = &marks->attempt_id;
    const VkpUuid *other = &marks->other_attempt_id;
    const VkpMarks *earlier = marks_of(ancestor);
    if (names_something(earlier) && vkp_uuid_is_nil(&earlier->other_attempt_id)) {
        if (vkp_uuid_equal(&earlier->attempt_id, one)) {
            *inner = *other;
            return TRUE;
        }
        if (vkp_uuid_equal(&earlier->attempt_id, other)) {
            *inner = *one;
            return TRUE;
        }
    }
    const VkpUuid *tied = &ancestor->claim.attempt_id;
    if (!vkp_uuid_equal(tied, one) && !vkp_uuid_equal(tied, other))
        return FALSE;
    *inner = *tied;
    return TRUE;
}

/* Marks of two attempts: an agent of one board runs a server of another, which marks by other
 * names. Unless an ancestor tells which came first, nothing is sure but that it is one of them. */
static void settle_double(const VkpInquiry *inquiry, const VkpSubject *subject, VkpClaim *claim)
{
    const VkpMarks *marks = claim->marks;
    if (vkp_uuid_is_nil(&marks->other_attempt_id) ||
        find_inner(vkp_subject_at(inquiry, subject->server_above), marks, &claim->attempt_id) ||
        find_inner(vkp_subject_at(inquiry, subject->source), marks, &claim->attempt_id))
        return;
    claim->confidence = VKP_CONFIDENCE_DOUBTFUL;
    if (!vkp_board_lookup_attempt(inquiry->input->board, &claim->attempt_id))
        claim->attempt_id = marks->other_attempt_id;
}

/* An id of another board among them says that the inner one is that board's: our server does not
 * run what carries foreign marks. Boards may be copies of each other; then an id that both know is
 * the other's if its server has set it. */
static gboolean names_other_board(const VkpInquiry *inquiry, const VkpSubject *subject,
                                  const VkpMarks *marks)
{
    const VkpBoard *board = inquiry->input->board;
    const VkpSubject *other = vkp_subject_at(inquiry, subject->other_server_above);
    gboolean is_set_by_other = other && !vkp_claim_share_marks(other, subject);
    const VkpUuid *ids[] = {&marks->attempt_id, &marks->other_attempt_id};
    for (guint i = 0; i < G_N_ELEMENTS(ids); i++)
        if (is_in_other_board(inquiry, ids[i]) &&
            (is_set_by_other || !vkp_board_lookup_attempt(board, ids[i])))
            return TRUE;
    return FALSE;
}

VkpMarksVerdict vkp_claim_read_marks(const VkpInquiry *inquiry, const VkpSubject *subject,
                                     VkpClaim *claim)
{
    const VkpMarks *marks = marks_of(subject);
    if (!names_something(marks))
        return VKP_MARKS_SILENT;
    if (subject->has_borrowed_marks)
        return VKP_MARKS_SILENT;
    if (names_other_board(inquiry, subject, marks))
        return VKP_MARKS_FOREIGN;
    VkpClaim own = {.evidence = VKP_EVIDENCE_ENVIRONMENT,
                    .confidence = VKP_CONFIDENCE_ENVIRONMENT,
                    .attempt_id = marks->attempt_id,
                    .execution_id = marks->execution_id,
                    .marks = marks};
    settle_double(inquiry, subject, &own);
    if (!vkp_claim_fill(inquiry, subject, &own))
        return VKP_MARKS_FOREIGN;
    *claim = own;
    return VKP_MARKS_CLAIM;
}

const VkpAttempt *vkp_claim_find_place(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpFolder *folder = subject->process->folder;
    if (!folder || !inquiry->input->places)
        return NULL;
    const VkpAttempt *attempt = vkp_places_match(inquiry->input->places, folder);
    /* The places may have been resolved for an earlier board. */
    return attempt ? vkp_board_lookup_attempt(inquiry->input->board, &attempt->id) : NULL;
}
