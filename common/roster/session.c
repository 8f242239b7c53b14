/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/session.h"

#include "common/roster/claim.h"

/* Their end is the end of all that is in them. */
static const char *const sandboxes[] = {"bwrap", NULL};

/* What stands between a sandbox and its program, waiting for it. */
static const char *const wrappers[] = {"sh", "bash", "dash", "zypak-helper", NULL};

/* What is in a sandbox for its program's sake. */
static const char *const companions[] = {"xdg-dbus-proxy", "chrome_crashpad", "crashhelper", NULL};

static gboolean has_name_of(const VkpSubject *subject, const char *const *names)
{
    return subject->process->name && g_strv_contains(names, subject->process->name);
}

/* systemd and the bus start what they are asked for with an environment of their own, into which a
 * shell of the task may have imported its variables. Marks tell nothing of who has asked. */
static gboolean is_started_by_session(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    static const char *const buses[] = {"dbus-daemon", NULL};
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    if (!subject->is_candidate || !vkp_claim_share_marks(subject, subject))
        return FALSE;
    return vkp_subject_is_service(inquiry, subject) ||
           (parent && parent->is_shared && has_name_of(parent, buses));
}

static void count_as_shared(VkpSubject *subject)
{
    if (!subject->is_server && subject->claim.evidence != VKP_EVIDENCE_REGISTERED)
        subject->is_shared = TRUE;
}

/* The living children of somebody, the companions not counted. */
typedef struct {
    guint n_shared;
    guint n_others;
} Brood;

typedef enum { PART_OTHER, PART_SHARED, PART_COMPANION } Part;

static Part find_part(const VkpSubject *subject, const Brood *brood)
{
    gboolean is_sandbox = has_name_of(subject, sandboxes);
    if (subject->is_shared)
        return PART_SHARED;
    if (has_name_of(subject, companions))
        return PART_COMPANION;
    if (brood->n_others > 0 || !(is_sandbox || has_name_of(subject, wrappers)))
        return PART_OTHER;
    if (brood->n_shared > 0)
        return PART_SHARED;
    return is_sandbox && subject->n_children > 0 ? PART_COMPANION : PART_OTHER;
}

static gboolean has_sandboxes(const VkpInquiry *inquiry)
{
    for (guint i = 0; i < inquiry->n; i++)
        if (has_name_of(&inquiry->subjects[i], sandboxes))
            return TRUE;
    return FALSE;
}

/* From the innermost outwards: sandboxes are within each other. */
static void note_sandboxes(VkpInquiry *inquiry)
{
    if (!has_sandboxes(inquiry))
        return;
    g_autofree Brood *broods = g_new0(Brood, inquiry->n);
    for (guint i = inquiry->n; i-- > 0;) {
        gint index = inquiry->order[i];
        VkpSubject *subject = &inquiry->subjects[index];
        if (!subject->is_candidate || vkp_process_is_dead(subject->process))
            continue;
        Part part = find_part(subject, &broods[index]);
        if (part == PART_SHARED && has_name_of(subject, sandboxes))
            count_as_shared(subject);
        if (subject->parent == VKP_NOBODY)
            continue;
        broods[subject->parent].n_shared += part == PART_SHARED;
        broods[subject->parent].n_others += part == PART_OTHER;
    }
}

void vkp_session_note_services(VkpInquiry *inquiry)
{
    for (guint i = 0; i < inquiry->n; i++) {
        VkpSubject *subject = &inquiry->subjects[inquiry->order[i]];
        if (is_started_by_session(inquiry, subject))
            count_as_shared(subject);
    }
    note_sandboxes(inquiry);
}
