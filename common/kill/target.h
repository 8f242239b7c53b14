/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/job.h"

/* One process that a job is to end, and how far it has come with it. */

typedef enum {
    VKP_TARGET_PENDING,   /* not held: to be adopted, now or in a later turn */
    VKP_TARGET_HELD,      /* its pidfd is ours and was checked: from now on only that counts */
    VKP_TARGET_DEAD,      /* seen dead through the pidfd */
    VKP_TARGET_SET_ASIDE, /* decided without a signal, see `decided` */
} VkpTargetStage;

typedef struct {
    VkpIdentity identity;
    pid_t group; /* when it was last seen */
    pid_t session;
    VkpMember *member;
    VkpTargetStage stage;
    gboolean is_planned;      /* the plan named it; else it was found on the way */
    int pidfd;                /* -1: not held */
    void *watch;              /* of the job's loop, on the pidfd; cancelled before that is closed */
    VkpKillJob *job;          /* for the watch's callback */
    guint doubt;              /* grows when its evidence does not stand at the second look */
    gboolean is_contradicted; /* and what was seen spoke against it: more than not being seen */
    gboolean lacks_descriptor;
    gboolean keeps_waiting; /* its memory could not be read in time */
    gint64 not_before_usec; /* monotonic: when to try again then */
    gboolean is_asked;      /* was sent SIGTERM */
    gboolean is_listed;     /* among those who may be frozen, on disk */
    gboolean is_frozen;     /* was sent SIGSTOP */
    gboolean is_at_rest;    /* and was seen stopped */
    gboolean keeps_group;   /* from being orphaned, by its parent, when it was to be frozen */
    gboolean is_killed;     /* was sent SIGKILL, by whatever job */
    gboolean is_denied;     /* the kernel does not let us */
    VkpOutcome decided;     /* NONE unless set aside, or spared while held */
    char *detail;
} VkpTarget;

/* Takes a reference to the member. */
VkpTarget *vkp_target_new(VkpMember *member, gboolean is_planned);
void vkp_target_free(VkpTarget *target); /* takes NULL; its watch must be cancelled */

/* Tries to hold a pending target: reads stat, opens the pidfd, reads stat again, checks the
 * evidence, reads stat once more. It may stay pending (doubts, no descriptor) or be set aside.
 * Descriptors from `fd_limit` on are left to others. */
void vkp_target_adopt(VkpTarget *target, const VkpKillContext *context, int fd_limit);

/* Whether a held target is dead by now; notes it. */
gboolean vkp_target_look(VkpTarget *target);

/* Sends a signal to a held target, through its pidfd; FALSE if it could not be. Notes a denial, and
 * a death that came before. */
gboolean vkp_target_signal(VkpTarget *target, int signal_number);

/* Held and neither denied nor spared: we may still do something about it. */
gboolean vkp_target_is_in_hand(const VkpTarget *target);

/* In hand, or still to be adopted: the job is not done with it. */
gboolean vkp_target_is_open(const VkpTarget *target);

/* Whether waiting for a frozen target to stop makes sense no more: it has, or it can't be seen to.
 */
gboolean vkp_target_rests(VkpTarget *target, VkpReader *reader);

/* Leaves a held target alone from now on, as protected; it goes on if we had frozen it. */
void vkp_target_spare(VkpTarget *target);

/* Sets aside a pending target for which there is no more time: its evidence was seen not to hold
 * any more, or else it has survived, for it could not be seen. */
void vkp_target_give_up(VkpTarget *target);

void vkp_target_set_aside(VkpTarget *target, VkpOutcome outcome, const char *detail);
