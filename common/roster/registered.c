/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/registered.h"

#include "common/roster/claim.h"

/* A row is written before its process is spawned, at most this much. */
#define SPAWN_DELAY_USEC (30 * G_TIME_SPAN_SECOND)

/* Two clocks and two roundings. */
#define CLOCK_SLACK_USEC (2 * G_TIME_SPAN_SECOND)

/* Start times come in ticks of 10 ms, and rows are rounded too: of two rows so near to each other
 * the distance says nothing, but rows are written in the order of their processes. */
#define SAME_MOMENT_USEC (100 * G_TIME_SPAN_MILLISECOND)

gboolean vkp_start_is_too_old(guint64 start_usec, gint64 started_at_usec)
{
    return (gint64)start_usec < started_at_usec - CLOCK_SLACK_USEC;
}

gboolean vkp_start_fits(guint64 start_usec, gint64 started_at_usec)
{
    return started_at_usec > 0 && !vkp_start_is_too_old(start_usec, started_at_usec) &&
           (gint64)start_usec <= started_at_usec + SPAWN_DELAY_USEC;
}

gboolean vkp_execution_is_over(const VkpExecution *execution, guint64 start_usec)
{
    return execution->completed_at_usec > 0 && (gint64)start_usec > execution->completed_at_usec;
}

static gboolean execution_fits(const VkpExecution *execution, guint64 start_usec)
{
    return vkp_start_fits(start_usec, execution->started_at_usec) &&
           !vkp_execution_is_over(execution, start_usec);
}

gboolean vkp_start_can_be_of_this_boot(const VkpSnapshot *snapshot, gint64 started_at_usec)
{
    gint64 boot_usec = (gint64)vkp_snapshot_boot_time_usec(snapshot);
    return started_at_usec > 0 && started_at_usec + SPAWN_DELAY_USEC >= boot_usec;
}

VkpClaim vkp_registered_claim(const VkpInquiry *inquiry, const VkpExecution *execution)
{
    const VkpBoard *board = inquiry->input->board;
    return (VkpClaim){.evidence = VKP_EVIDENCE_REGISTERED,
                      .confidence = VKP_CONFIDENCE_REGISTERED,
                      .attempt_id = execution->attempt_id,
                      .attempt = vkp_board_lookup_attempt(board, &execution->attempt_id),
                      .execution_id = execution->id,
                      .execution = execution};
}

/* What memory has of the process for the registered execution; NULL: nothing. */
static const VkpRemembered *find_seen(const VkpInquiry *inquiry,
                                      const VkpRegistration *registration)
{
    const VkpMemory *memory = inquiry->input->memory;
    const VkpRemembered *seen = memory ? vkp_memory_lookup(memory, registration->identity) : NULL;
    return seen && vkp_uuid_equal(&seen->execution_id, &registration->execution_id) ? seen : NULL;
}

/* A row that was read before it was written, as it seems, tells nothing: the clock has been set
 * back in between. */
static gboolean is_older_than_row(const VkpInquiry *inquiry, const VkpProcess *process,
                                  const VkpExecution *execution)
{
    gint64 read_at_usec = (gint64)inquiry->input->board_current_usec;
    return vkp_start_is_too_old(process->start_time_usec, execution->started_at_usec) &&
           execution->started_at_usec <= read_at_usec + CLOCK_SLACK_USEC;
}

/* Marks of one attempt, and of no other execution than the claim's. */
static const VkpMarks *find_fitting_marks(const VkpInquiry *inquiry, const VkpSubject *subject,
                                          const VkpClaim *claim)
{
    VkpClaim own = {0};
    if (vkp_claim_read_marks(inquiry, subject, &own) != VKP_MARKS_CLAIM ||
        !vkp_uuid_is_nil(&own.marks->other_attempt_id))
        return NULL;
    const VkpUuid *execution_id = &own.marks->execution_id;
    return vkp_uuid_is_nil(execution_id) || vkp_uuid_equal(execution_id, &claim->execution_id)
               ? own.marks
               : NULL;
}

/* The attempt of an execution that the board lacks: as its row once said, else as the marks do. */
static void recall_attempt(const VkpInquiry *inquiry, const VkpRegistration *registration,
                           const VkpSubject *subject, VkpClaim *claim)
{
    if (vkp_board_lookup_execution(inquiry->input->board, &registration->execution_id))
        return;
    const VkpRemembered *seen = find_seen(inquiry, registration);
    const VkpMarks *marks = find_fitting_marks(inquiry, subject, claim);
    if (seen)
        claim->attempt_id = seen->attempt_id;
    if (!marks || (!vkp_uuid_is_nil(&claim->attempt_id) &&
                   !vkp_uuid_equal(&claim->attempt_id, &marks->attempt_id)))
        return;
    claim->attempt_id = marks->attempt_id;
    claim->marks = marks;
}

/* The registration names the very process, so a late start is no sign of a reused pid: who
 * registers may have taken time. But nobody runs an execution before it exists. */
static void take_registration(VkpInquiry *inquiry, const VkpRegistration *registration)
{
    VkpSubject *subject =
        vkp_subject_at(inquiry, vkp_inquiry_find(inquiry, registration->identity.pid));
    if (!subject || !subject->is_candidate ||
        !vkp_identity_equal(subject->process->identity, registration->identity))
        return;
    VkpClaim claim = {.evidence = VKP_EVIDENCE_REGISTERED,
                      .confidence = VKP_CONFIDENCE_REGISTERED,
                      .execution_id = registration->execution_id};
    recall_attempt(inquiry, registration, subject, &claim);
    if (!vkp_claim_fill(inquiry, subject, &claim))
        return;
    /* What was taken once stays: when the clock has been set back since, a start seems too old that
     * was not. */
    if (claim.execution && !find_seen(inquiry, registration) &&
        is_older_than_row(inquiry, subject->process, claim.execution))
        return;
    subject->claim = claim;
}

static gint64 distance(const VkpSubject *subject, const VkpExecution *execution)
{
    return ABS((gint64)subject->process->start_time_usec - execution->started_at_usec);
}

static void take_pid_column(VkpInquiry *inquiry, const VkpExecution *execution)
{
    VkpSubject *subject = vkp_subject_at(inquiry, vkp_inquiry_find(inquiry, execution->pid));
    if (!subject || !subject->is_candidate ||
        !execution_fits(execution, subject->process->start_time_usec))
        return;
    const VkpClaim *claim = &subject->claim;
    /* Our registry knows better; of two rows with one pid the nearer one is meant. */
    if (claim->evidence == VKP_EVIDENCE_REGISTERED &&
        (!claim->execution || claim->execution->pid != execution->pid ||
         distance(subject, claim->execution) <= distance(subject, execution)))
        return;
    subject->claim = vkp_registered_claim(inquiry, execution);
}

/* The attempt of an execution's own process as the server has just started it. Terminals and
 * editors are children of the server too: they have no marks, and a session of their own or the
 * server's group. */
static const VkpAttempt *find_spawned_attempt(const VkpInquiry *inquiry, const VkpSubject *subject,
                                              const VkpSubject *server)
{
    VkpClaim own = {0};
    switch (vkp_claim_read_marks(inquiry, subject, &own)) {
    case VKP_MARKS_FOREIGN:
        return NULL;
    case VKP_MARKS_CLAIM:
        return own.attempt;
    case VKP_MARKS_SILENT:
        break;
    }
    const VkpImage *image = subject->process->image;
    const VkpImage *server_image = server->process->image;
    gboolean is_terminal =
        image && image->marks.is_terminal && !(server_image && server_image->marks.is_terminal);
    if (is_terminal || subject->process->session != server->process->session)
        return NULL;
    return vkp_claim_find_place(inquiry, subject);
}

static gboolean is_better(const VkpSubject *subject, const VkpExecution *execution,
                          const VkpExecution *than)
{
    gboolean runs = execution->status == VKP_EXECUTION_RUNNING;
    if (runs != (than->status == VKP_EXECUTION_RUNNING))
        return runs;
    if (ABS(execution->started_at_usec - than->started_at_usec) <= SAME_MOMENT_USEC)
        return execution->started_at_usec < than->started_at_usec;
    return distance(subject, execution) < distance(subject, than);
}

/* Running rows first, then the one whose start is nearest; the mark, if it names one, decides. The
 * children come in the order of their start. */
static const VkpExecution *find_spawned_execution(const VkpInquiry *inquiry,
                                                  const VkpSubject *subject,
                                                  const VkpAttempt *attempt, GHashTable *taken)
{
    const GPtrArray *executions = vkp_board_executions_of(inquiry->input->board, &attempt->id);
    const VkpImage *image = subject->process->image;
    const VkpExecution *best = NULL;
    for (guint i = 0; i < executions->len; i++) {
        const VkpExecution *execution = (const VkpExecution *)executions->pdata[i];
        if (!execution_fits(execution, subject->process->start_time_usec) ||
            g_hash_table_contains(taken, &execution->id))
            continue;
        if (image && vkp_uuid_equal(&image->marks.execution_id, &execution->id))
            return execution;
        if (!best || is_better(subject, execution, best))
            best = execution;
    }
    return best;
}

static void take_child(VkpInquiry *inquiry, VkpSubject *subject, const VkpSubject *server,
                       GHashTable *taken)
{
    const VkpProcess *process = subject->process;
    if (!subject->is_candidate || subject->is_server || process->group != process->identity.pid ||
        subject->claim.evidence == VKP_EVIDENCE_REGISTERED || vkp_process_is_dead(process))
        return;
    const VkpAttempt *attempt = find_spawned_attempt(inquiry, subject, server);
    const VkpExecution *execution =
        attempt ? find_spawned_execution(inquiry, subject, attempt, taken) : NULL;
    if (!execution)
        return;
    subject->claim = vkp_registered_claim(inquiry, execution);
    g_hash_table_add(taken, (gpointer)&execution->id);
}

static void take_children(VkpInquiry *inquiry, const VkpSubject *server, GHashTable *taken)
{
    pid_t pid = server->process->identity.pid;
    const GPtrArray *children = vkp_snapshot_children(inquiry->input->snapshot, pid);
    for (guint i = 0; i < children->len; i++) {
        const VkpProcess *child = (const VkpProcess *)children->pdata[i];
        VkpSubject *subject =
            vkp_subject_at(inquiry, vkp_inquiry_find(inquiry, child->identity.pid));
        if (subject)
            take_child(inquiry, subject, server, taken);
    }
}

static void take_all_children(VkpInquiry *inquiry)
{
    g_autoptr(GHashTable) taken = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    for (guint i = 0; i < inquiry->n; i++)
        if (inquiry->subjects[i].claim.evidence == VKP_EVIDENCE_REGISTERED)
            g_hash_table_add(taken, &inquiry->subjects[i].claim.execution_id);
    for (guint i = 0; i < inquiry->n; i++)
        if (inquiry->subjects[i].is_server)
            take_children(inquiry, &inquiry->subjects[i], taken);
}

void vkp_registered_find(VkpInquiry *inquiry)
{
    const GArray *registrations = inquiry->input->registrations;
    for (guint i = 0; registrations && i < registrations->len; i++)
        take_registration(inquiry, &g_array_index(registrations, VkpRegistration, i));
    for (guint i = 0; i < vkp_board_n_executions(inquiry->input->board); i++) {
        const VkpExecution *execution = vkp_board_execution_at(inquiry->input->board, i);
        if (execution->pid > 0)
            take_pid_column(inquiry, execution);
    }
    take_all_children(inquiry);
}
