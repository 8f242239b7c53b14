/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/target.h"

#include <errno.h>
#include <signal.h>

#include "common/base/error.h"
#include "common/kill/proof.h"
#include "common/proc/pidfd.h"

/* Evidence that changes between two looks (a setsid, an exec) is seen anew in the next roster. Who
 * fails three times is given up; with who only can't be seen there is patience for half a second.
 */
#define LIGHT_DOUBT 1
#define HEAVY_DOUBT 10
#define MAX_DOUBT 30

/* Each try at a memory that keeps readers waiting costs everybody a moment, and a thread. */
#define WAITING_PAUSE_USEC (500 * G_TIME_SPAN_MILLISECOND)

VkpTarget *vkp_target_new(VkpMember *member, gboolean is_planned)
{
    VkpTarget *target = g_new0(VkpTarget, 1);
    target->member = vkp_member_ref(member);
    target->identity = member->process->identity;
    target->group = member->process->group;
    target->session = member->process->session;
    target->is_planned = is_planned;
    target->pidfd = -1;
    return target;
}

void vkp_target_free(VkpTarget *target)
{
    if (!target)
        return;
    vkp_fd_close(&target->pidfd);
    vkp_member_unref(target->member);
    g_free(target->detail);
    g_free(target);
}

void vkp_target_set_aside(VkpTarget *target, VkpOutcome outcome, const char *detail)
{
    target->stage = VKP_TARGET_SET_ASIDE;
    target->decided = outcome;
    g_free(target->detail);
    target->detail = g_strdup(detail);
}

void vkp_target_give_up(VkpTarget *target)
{
    if (target->is_contradicted)
        vkp_target_set_aside(target, VKP_OUTCOME_IDENTITY_CHANGED,
                             "It was not signalled: what made it a target does not hold any more");
    else
        vkp_target_set_aside(target, VKP_OUTCOME_SURVIVED,
                             "It was not signalled: it could not be seen whether it is the process "
                             "that was meant");
}

static void doubt(VkpTarget *target, guint weight)
{
    target->doubt += weight;
    if (target->doubt >= MAX_DOUBT)
        vkp_target_give_up(target);
}

/* FALSE: the target is decided, or stays pending. */
static gboolean prove(VkpTarget *target, const VkpStat *stat, const VkpKillContext *context)
{
    VkpProof proof = vkp_proof_check(target->member, stat, context->reader, context->guard);
    target->keeps_waiting = proof == VKP_PROOF_WAITS;
    target->is_contradicted |= proof == VKP_PROOF_FALLS;
    if (target->keeps_waiting)
        target->not_before_usec = g_get_monotonic_time() + WAITING_PAUSE_USEC;
    else if (proof != VKP_PROOF_STANDS)
        doubt(target, proof == VKP_PROOF_FALLS ? HEAVY_DOUBT : LIGHT_DOUBT);
    return proof == VKP_PROOF_STANDS;
}

/* As long as nobody can be told from the server, nobody is hit. FALSE: the target is decided, or
 * stays pending. */
static gboolean may_be_hit(VkpTarget *target, const VkpKillContext *context)
{
    gboolean must_spare = FALSE;
    if (!context->check_spared)
        return TRUE;
    target->lacks_descriptor = !context->check_spared(target->identity, &must_spare, context->data);
    if (must_spare)
        vkp_target_set_aside(target, VKP_OUTCOME_PROTECTED, NULL);
    return !must_spare && !target->lacks_descriptor;
}

/* FALSE: the target is decided, or stays pending. */
static gboolean read_same_stat(VkpTarget *target, VkpReader *reader, VkpStat *stat)
{
    g_autoptr(GError) error = NULL;
    if (!vkp_reader_read_stat(reader, target->identity.pid, stat, &error)) {
        target->lacks_descriptor = g_error_matches(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
        if (g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_FOUND))
            vkp_target_set_aside(target, VKP_OUTCOME_GONE, NULL);
        else if (!target->lacks_descriptor)
            doubt(target, HEAVY_DOUBT);
        return FALSE;
    }
    if (stat->start_ticks != target->identity.start_ticks) {
        vkp_target_set_aside(target, VKP_OUTCOME_IDENTITY_CHANGED,
                             "It ended, and its number was given to another process");
        return FALSE;
    }
    if (vkp_state_is_dead(stat->state, stat->threads)) {
        vkp_target_set_aside(target, VKP_OUTCOME_GONE, NULL);
        return FALSE;
    }
    return TRUE;
}

static int open_pidfd(VkpTarget *target, VkpReader *reader, int fd_limit)
{
    g_autoptr(GError) error = NULL;
    g_auto(VkpFd) pidfd = vkp_reader_open_pidfd(reader, target->identity.pid, &error);
    target->lacks_descriptor =
        pidfd >= fd_limit || g_error_matches(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    if (pidfd >= 0 && !target->lacks_descriptor)
        return vkp_fd_steal(&pidfd);
    if (g_error_matches(error, VKP_ERROR, VKP_ERROR_NOT_FOUND))
        vkp_target_set_aside(target, VKP_OUTCOME_GONE, NULL);
    else if (!target->lacks_descriptor)
        vkp_target_set_aside(target, VKP_OUTCOME_SURVIVED, error->message);
    return -1;
}

/* The order is what makes this safe. As long as the process behind the pidfd is not dead, its
 * number is its own: whatever is read between opening and the last look is read of that very
 * process. */
void vkp_target_adopt(VkpTarget *target, const VkpKillContext *context, int fd_limit)
{
    VkpStat stat;
    VkpReader *reader = context->reader;
    if (g_get_monotonic_time() < target->not_before_usec)
        return;
    if (!read_same_stat(target, reader, &stat))
        return;
    g_auto(VkpFd) pidfd = open_pidfd(target, reader, fd_limit);
    if (pidfd < 0 || !read_same_stat(target, reader, &stat))
        return;
    if (!prove(target, &stat, context))
        return;
    if (!may_be_hit(target, context))
        return;
    if (!read_same_stat(target, reader, &stat))
        return;
    if (vkp_pidfd_is_dead(pidfd)) {
        vkp_target_set_aside(target, VKP_OUTCOME_GONE, NULL);
        return;
    }
    target->group = stat.group;
    target->session = stat.session;
    target->pidfd = vkp_fd_steal(&pidfd);
    target->stage = VKP_TARGET_HELD;
}

gboolean vkp_target_look(VkpTarget *target)
{
    if (target->stage == VKP_TARGET_HELD && vkp_pidfd_is_dead(target->pidfd))
        target->stage = VKP_TARGET_DEAD;
    return target->stage == VKP_TARGET_DEAD;
}

void vkp_target_spare(VkpTarget *target)
{
    if (target->is_frozen)
        (void)vkp_pidfd_signal(target->pidfd, SIGCONT);
    target->is_frozen = FALSE;
    target->decided = VKP_OUTCOME_PROTECTED;
}

gboolean vkp_target_is_open(const VkpTarget *target)
{
    return target->stage == VKP_TARGET_PENDING || vkp_target_is_in_hand(target);
}

gboolean vkp_target_is_in_hand(const VkpTarget *target)
{
    return target->stage == VKP_TARGET_HELD && !target->is_denied &&
           target->decided == VKP_OUTCOME_NONE;
}

gboolean vkp_target_signal(VkpTarget *target, int signal_number)
{
    /* A zombie takes signals like any other: look first, or its end would be counted as our work.
     */
    if (!vkp_target_is_in_hand(target) || vkp_target_look(target))
        return FALSE;
    int failure = vkp_pidfd_signal(target->pidfd, signal_number);
    if (failure == EPERM)
        target->is_denied = TRUE;
    return failure == 0;
}

gboolean vkp_target_rests(VkpTarget *target, VkpReader *reader)
{
    if (target->is_at_rest || !target->is_frozen || !vkp_target_is_in_hand(target))
        return TRUE;
    VkpStat stat;
    if (!vkp_reader_read_stat(reader, target->identity.pid, &stat, NULL))
        return vkp_target_look(target);
    target->is_at_rest = stat.state == 'T' || stat.state == 't';
    /* Uninterruptible sleep ends in the stop that is waiting. A leader thread that is gone hides
     * what its others do. Both may not hold up the rest. */
    return target->is_at_rest || stat.state == 'D' || stat.state == 'Z' || stat.state == 'X';
}
