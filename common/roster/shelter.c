/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/shelter.h"

#include "common/roster/claim.h"

/* A parent changes by its death alone: until then it tells whether it comes from a shared daemon,
 * and afterwards only memory does. Who was known for a task's own at any time had but a parent that
 * took a daemon's name meanwhile. */
static const VkpShelter *find_former(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpMemory *memory = inquiry->input->memory;
    const VkpProcess *process = subject->process;
    const VkpShelter *seen = memory ? vkp_memory_lookup_shelter(memory, process->identity) : NULL;
    if (!seen || seen->parent_pid == process->parent_pid ||
        vkp_memory_lookup(memory, process->identity))
        return NULL;
    return seen;
}

/* What holds a container together is a subreaper. */
static gboolean holds_container(const VkpProcess *process)
{
    static const char *const names[] = {"conmon", "containerd-shim", NULL};
    return process->name && g_strv_contains(names, process->name);
}

/* The user's systemd is one by its name, but it adopts whoever has lost a parent: nothing comes
 * from it to those. */
static gboolean is_source(const VkpSubject *parent)
{
    return parent->is_shared && !holds_container(parent->process) &&
           !(parent->is_boundary && vkp_protect_is_manager(parent->process));
}

void vkp_shelter_inherit(const VkpInquiry *inquiry, VkpSubject *subject)
{
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    subject->former_shelter = find_former(inquiry, subject);
    if (!parent)
        return;
    if (is_source(parent)) {
        subject->shelter = subject->parent;
    } else if (!parent->is_server) {
        subject->shelter = parent->shelter;
        if (!subject->former_shelter)
            subject->former_shelter = parent->former_shelter;
    }
}

void vkp_shelter_note_daemons(VkpInquiry *inquiry)
{
    for (gint i = 0; i < (gint)inquiry->n; i++) {
        const VkpSubject *subject = &inquiry->subjects[i];
        if (subject->is_shared && subject->claim.evidence != VKP_EVIDENCE_REGISTERED &&
            !vkp_process_is_dead(subject->process) && vkp_claim_share_marks(subject, subject))
            g_array_append_val(inquiry->marked_daemons, i);
    }
}

/* What was started in a pane of tmux or screen knows its server, what comes from a service of
 * systemd the first process of that. */
static gboolean may_come_from(const VkpInquiry *inquiry, const VkpSubject *subject,
                              const VkpSubject *daemon)
{
    const VkpIdentity identity = daemon->process->identity;
    const VkpMarks *marks = &subject->process->image->marks;
    return subject != daemon && vkp_claim_share_marks(subject, daemon) &&
           identity.start_ticks <= subject->process->identity.start_ticks &&
           (marks->tmux == identity.pid || marks->screen == identity.pid ||
            marks->service == identity.pid ||
            vkp_shared_daemons_start_jobs(inquiry->input->shared_daemons, daemon->process));
}

/* A job whose parent has died before anybody looked: `(setsid job &)`. A living parent with the
 * same marks handed them on, and is asked itself; what a server runs has them from the server. */
void vkp_shelter_guess(const VkpInquiry *inquiry, VkpSubject *subject)
{
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    const VkpMemory *memory = inquiry->input->memory;
    if (vkp_shelter_has(subject) || subject->server_above != VKP_NOBODY ||
        (parent && vkp_claim_share_marks(parent, subject)) ||
        (memory && vkp_memory_lookup(memory, subject->process->identity)))
        return;
    for (guint i = 0; i < inquiry->marked_daemons->len; i++) {
        gint index = g_array_index(inquiry->marked_daemons, gint, i);
        const VkpSubject *daemon = vkp_subject_at(inquiry, index);
        if (!daemon || !may_come_from(inquiry, subject, daemon))
            continue;
        subject->shelter = index;
        subject->is_shelter_guessed = TRUE;
        return;
    }
}

/* Marks that the daemon does not carry were given to this process by whoever asked the daemon for
 * it; all else may stem from the task that started the daemon first. */
gboolean vkp_shelter_holds(const VkpInquiry *inquiry, const VkpSubject *subject,
                           const VkpClaim *own)
{
    const VkpSubject *daemon = vkp_subject_at(inquiry, subject->shelter);
    if (own->evidence == VKP_EVIDENCE_NONE)
        return vkp_shelter_has(subject);
    return (daemon && vkp_claim_share_marks(subject, daemon)) ||
           (subject->former_shelter &&
            vkp_claim_has_marks(subject, &subject->former_shelter->marks));
}

void vkp_shelter_leave(VkpSubject *subject)
{
    subject->shelter = VKP_NOBODY;
    subject->is_shelter_guessed = FALSE;
    subject->former_shelter = NULL;
}

/* A daemon that nothing ties to a task has no tie to hand on. What memory knows already stays as it
 * is, with the parent that has died. */
gboolean vkp_shelter_describe(const VkpInquiry *inquiry, const VkpSubject *subject,
                              VkpShelter *shelter)
{
    const VkpSubject *daemon = vkp_subject_at(inquiry, subject->shelter);
    const VkpShelter *former = subject->former_shelter;
    VkpIdentity identity = subject->process->identity;
    if (!subject->is_candidate)
        return FALSE;
    *shelter = (VkpShelter){.identity = identity};
    if (!subject->is_shelter_guessed)
        shelter->parent_pid = subject->process->parent_pid;
    if (daemon && daemon->claim.evidence != VKP_EVIDENCE_NONE)
        shelter->marks = vkp_claim_mark_ids(daemon);
    else if (former && !vkp_identity_equal(former->identity, identity))
        shelter->marks = former->marks;
    else
        return FALSE;
    return TRUE;
}
