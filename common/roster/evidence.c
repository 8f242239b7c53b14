/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/evidence.h"

#include "common/roster/claim.h"
#include "common/roster/shelter.h"

static const VkpClaim no_claim = {.evidence = VKP_EVIDENCE_NONE};

/* What speaks for the process, strongest kind first. */
typedef struct {
    VkpClaim own;     /* its marks */
    VkpClaim group;   /* the group or session of a registered process */
    VkpClaim kin;     /* its nearest ancestor */
    VkpClaim session; /* a session that a member leads */
    VkpClaim memory;
    VkpClaim place;
} Claims;

static VkpClaim weaker(VkpClaim claim, VkpEvidence evidence, guint confidence)
{
    claim.evidence = evidence;
    claim.confidence = MIN(claim.confidence, confidence);
    return claim;
}

/* Who comes from the server has the server's own group and session from it, and the server may have
 * them from the agent that started it: an editor that the server opened is nobody's tool. */
static gboolean has_from_server(const VkpInquiry *inquiry, const VkpSubject *subject, pid_t leader)
{
    const VkpSubject *server = vkp_subject_at(inquiry, subject->server_above);
    if (server)
        return server->process->group == leader || server->process->session == leader;
    return subject->has_borrowed_marks &&
           (subject->server_group == leader || subject->server_session == leader);
}

/* What a registered leader's group or session says. */
typedef struct {
    VkpClaim claim;
    pid_t leader;
    guint64 since_ticks; /* not after it began */
    gboolean is_session;
} Following;

static Following follow(const VkpInquiry *inquiry, const VkpSubject *subject, gint leader_index,
                        pid_t leader_pid)
{
    Following following = {.claim = no_claim, .leader = leader_pid};
    const VkpSubject *leader = vkp_subject_at(inquiry, leader_index);
    if (leader == subject || has_from_server(inquiry, subject, leader_pid))
        return following;
    if (leader) {
        following.since_ticks = leader->process->identity.start_ticks;
        if (leader->claim.evidence == VKP_EVIDENCE_REGISTERED)
            following.claim = leader->claim;
        return following;
    }
    const VkpOrphanGroup *orphans = (const VkpOrphanGroup *)g_hash_table_lookup(
        inquiry->orphan_groups, GINT_TO_POINTER(leader_pid));
    if (!orphans || !orphans->is_bound)
        return following;
    following.since_ticks = orphans->oldest_ticks;
    following.claim = orphans->claim;
    return following;
}

static Following find_following(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpProcess *process = subject->process;
    Following following = follow(inquiry, subject, subject->group_leader, process->group);
    if (following.claim.evidence == VKP_EVIDENCE_NONE) {
        following = follow(inquiry, subject, subject->session_leader, process->session);
        following.is_session = TRUE;
    }
    if (following.claim.evidence != VKP_EVIDENCE_NONE)
        following.claim =
            weaker(following.claim, VKP_EVIDENCE_PROCESS_GROUP, VKP_CONFIDENCE_PROCESS_GROUP);
    return following;
}

static VkpClaim find_kin_claim(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpSubject *source = vkp_subject_at(inquiry, subject->source);
    if (!source)
        return no_claim;
    return weaker(source->claim, VKP_EVIDENCE_DESCENDANT, VKP_CONFIDENCE_DESCENDANT);
}

/* A session cannot be joined, only inherited: whoever is in it descends from its leader, even when
 * all between have died and it was adopted. */
static VkpClaim find_session_claim(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpSubject *leader = vkp_subject_at(inquiry, subject->session_leader);
    if (!leader || leader == subject || leader->is_shared || !vkp_subject_hands_on(leader) ||
        has_from_server(inquiry, subject, leader->process->identity.pid))
        return no_claim;
    return weaker(leader->claim, VKP_EVIDENCE_DESCENDANT, VKP_CONFIDENCE_DESCENDANT);
}

static VkpClaim find_memory_claim(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpMemory *memory = inquiry->input->memory;
    const VkpRemembered *seen =
        memory ? vkp_memory_lookup(memory, subject->process->identity) : NULL;
    if (!seen)
        return no_claim;
    VkpClaim claim = {.evidence = VKP_EVIDENCE_REMEMBERED,
                      .confidence = VKP_CONFIDENCE_REMEMBERED,
                      .attempt_id = seen->attempt_id,
                      .execution_id = seen->execution_id};
    return vkp_claim_fill(inquiry, subject, &claim) ? claim : no_claim;
}

static VkpClaim find_place_claim(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpAttempt *attempt = vkp_claim_find_place(inquiry, subject);
    if (!attempt)
        return no_claim;
    return (VkpClaim){.evidence = VKP_EVIDENCE_WORKING_DIRECTORY,
                      .confidence = VKP_CONFIDENCE_WORKING_DIRECTORY,
                      .attempt_id = attempt->id,
                      .attempt = attempt};
}

static gboolean names_other_execution(const VkpClaim *a, const VkpClaim *b)
{
    return !vkp_claim_agrees(a, b) ||
           (a->execution && b->execution && a->execution != b->execution);
}

/* Whether the marks came down through `ancestor`, which itself belongs elsewhere by something
 * nearer: then they tell about somebody further out. */
static gboolean came_through(const VkpSubject *subject, const VkpClaim *own,
                             const VkpSubject *ancestor)
{
    if (!ancestor || ancestor == subject || !vkp_claim_share_marks(subject, ancestor) ||
        ancestor->claim.confidence < VKP_CONFIDENCE_HEREDITARY)
        return FALSE;
    return names_other_execution(own, &ancestor->claim);
}

/* The inner one of group and ancestry counts: an execution that was started out of another's
 * group has its own descendants. An ancestor that is in the group itself, without leading it, has
 * it from the leader and so stands nearer. */
static gboolean is_nearer(const VkpSubject *source, const Following *following)
{
    const VkpProcess *process = source->process;
    if (process->identity.pid == following->leader)
        return FALSE;
    pid_t shared = following->is_session ? process->session : process->group;
    return shared == following->leader || process->identity.start_ticks > following->since_ticks;
}

static Claims collect(const VkpInquiry *inquiry, const VkpSubject *subject, const VkpClaim *own)
{
    Following following = find_following(inquiry, subject);
    Claims claims = {.own = *own,
                     .group = following.claim,
                     .kin = find_kin_claim(inquiry, subject),
                     .session = find_session_claim(inquiry, subject),
                     .memory = find_memory_claim(inquiry, subject),
                     .place = find_place_claim(inquiry, subject)};
    const VkpSubject *source = vkp_subject_at(inquiry, subject->source);
    if (came_through(subject, own, source) ||
        came_through(subject, own, vkp_subject_at(inquiry, subject->group_leader)))
        claims.own = no_claim;
    if (source && claims.group.evidence != VKP_EVIDENCE_NONE &&
        names_other_execution(&claims.group, &claims.kin) && is_nearer(source, &following))
        claims.group = no_claim;
    return claims;
}

/* A weaker kind of evidence may know the execution where the stronger one only names the attempt.
 */
static void complete(VkpClaim *claim, const VkpClaim *by)
{
    if (!vkp_uuid_is_nil(&claim->execution_id) || vkp_uuid_is_nil(&claim->attempt_id) ||
        by->evidence == VKP_EVIDENCE_NONE || !vkp_uuid_equal(&claim->attempt_id, &by->attempt_id))
        return;
    claim->execution_id = by->execution_id;
    claim->execution = by->execution;
}

/* The strongest claim, of those that agree with the process's own marks if it has any. */
static VkpClaim choose(const Claims *claims)
{
    const VkpClaim *const ranked[] = {&claims->own,     &claims->group,  &claims->kin,
                                      &claims->session, &claims->memory, &claims->place};
    gboolean has_own = claims->own.evidence != VKP_EVIDENCE_NONE;
    VkpClaim best = no_claim;
    for (guint i = 0; i < G_N_ELEMENTS(ranked); i++)
        if (ranked[i]->confidence > best.confidence &&
            (!has_own || vkp_claim_agrees(&claims->own, ranked[i])))
            best = *ranked[i];
    if (best.evidence == VKP_EVIDENCE_NONE)
        return no_claim;
    complete(&best, &claims->kin);
    complete(&best, &claims->group);
    complete(&best, &claims->session);
    complete(&best, &claims->memory);
    return best;
}

/* Whoever may belong elsewhere, only not surely, has what is below him from there as well: not from
 * the surer one above. */
static gboolean parts_from_above(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpSubject *above = vkp_subject_at(inquiry, subject->source);
    return above && subject->claim.evidence != VKP_EVIDENCE_NONE &&
           !vkp_claim_agrees(&subject->claim, &above->claim);
}

static void inherit(const VkpInquiry *inquiry, VkpSubject *subject)
{
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    if (!parent)
        return;
    if (parent->is_shared || parent->is_boundary || parent->is_foreign)
        subject->source = VKP_NOBODY;
    else if (vkp_subject_hands_on(parent) || parts_from_above(inquiry, parent))
        subject->source = subject->parent;
    else
        subject->source = parent->source;
}

/* Names are anybody's to take, on the bus as well. Somebody whom more than a folder ties to a task
 * has only taken one: it is neither spared for it nor stands in the way of its descendants. */
static void see_through_name(VkpSubject *subject)
{
    VkpEvidence evidence = subject->claim.evidence;
    if (subject->protection == VKP_PROTECTION_SURE || evidence == VKP_EVIDENCE_NONE ||
        evidence == VKP_EVIDENCE_WORKING_DIRECTORY)
        return;
    subject->protection = VKP_PROTECTION_NONE;
    subject->is_boundary = subject->is_server;
}

void vkp_evidence_decide(const VkpInquiry *inquiry, VkpSubject *subject)
{
    inherit(inquiry, subject);
    vkp_shelter_inherit(inquiry, subject);
    if (subject->claim.evidence == VKP_EVIDENCE_REGISTERED) {
        see_through_name(subject);
        subject->is_shared = FALSE; /* the execution's own process, whatever its name */
        vkp_shelter_leave(subject);
        return;
    }
    if (!subject->is_candidate)
        return;
    VkpClaim own = no_claim;
    if (vkp_claim_read_marks(inquiry, subject, &own) == VKP_MARKS_FOREIGN) {
        subject->is_foreign = TRUE;
        return;
    }
    Claims claims = collect(inquiry, subject, &own);
    subject->claim = choose(&claims);
    see_through_name(subject);
    if (subject->claim.evidence == VKP_EVIDENCE_ENVIRONMENT &&
        claims.group.evidence == VKP_EVIDENCE_NONE && claims.session.evidence == VKP_EVIDENCE_NONE)
        vkp_shelter_guess(inquiry, subject);
    if (subject->is_shared || vkp_shelter_holds(inquiry, subject, &own))
        subject->claim.confidence = MIN(subject->claim.confidence, VKP_CONFIDENCE_DOUBTFUL);
    else
        vkp_shelter_leave(subject);
}
