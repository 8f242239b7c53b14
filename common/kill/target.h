/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/kill/job.h"

/* A target: one process that a job has to end, and how far the job has come with it. */

typedef enum {
    VKP_TARGET_PENDING,   /* to be adopted, now or in a later turn */
    VKP_TARGET_HELD,      /* adopted: we have its pidfd, which was checked and identifies it now */
    VKP_TARGET_DEAD,      /* seen dead through the pidfd */
    VKP_TARGET_SET_ASIDE, /* decided without a signal, see `decided` */
} VkpTargetStage;

typedef struct {
    VkpIdentity identity;
    pid_t group; /* when it was last seen */
    pid_t session;
    VkpMember *member;
    VkpTargetStage stage;
    gboolean is_planned;      /* it is in the plan; else it was found by a rescan */
    int pidfd;                /* -1: not held */
    void *watch;              /* of the job's loop, on the pidfd; cancelled before that is closed */
    VkpKillJob *job;          /* for the watch's callback */
    guint doubt;              /* grows each time its evidence is not seen again, see proof.h */
    gboolean is_contradicted; /* and what was seen contradicts it */
    gboolean lacks_descriptor; /* there was none left for its pidfd */
    gboolean keeps_waiting;    /* its memory could not be read in time */
    gint64 not_before_usec;    /* monotonic: then it is not tried again before */
    gboolean is_asked;         /* was sent SIGTERM */
    gboolean is_listed;        /* is on the list on disk, so that it may be frozen */
    gboolean is_frozen;        /* was sent SIGSTOP */
    gboolean is_at_rest;       /* and was seen stopped */
    gboolean keeps_group; /* keeps its process group from being orphaned, by its parent; as of its
                             freezing */
    pid_t parent_group;   /* the process group of that parent */
    guint nesting;        /* of its process group, while the order of deaths is being made */
    gboolean is_killed;   /* was sent SIGKILL, by this or another job */
    gboolean is_denied;   /* the kernel does not let us signal it */
    VkpOutcome decided;   /* NONE unless set aside, or spared while held */
    char *detail;
} VkpTarget;

/* Takes a reference to the member. */
VkpTarget *vkp_target_new(VkpMember *member, gboolean is_planned);
void vkp_target_free(VkpTarget *target); /* takes NULL; its watch must be cancelled */

/* Tries to adopt a pending target, so that it is held: reads stat, opens the pidfd, reads stat
 * again, checks the evidence, reads stat once more. It may stay pending (evidence not seen, no
 * descriptor) or be set aside. Descriptors from `fd_limit` on are left to the rest of the program.
 */
void vkp_target_adopt(VkpTarget *target, const VkpKillContext *context, int fd_limit);

/* Whether a held target is dead by now; if so, notes it. */
gboolean vkp_target_look(VkpTarget *target);

/* Sends a signal to a held target through its pidfd; FALSE on failure: notes that it was denied, or
 * that the target was dead already. */
gboolean vkp_target_signal(VkpTarget *target, int signal_number);

/* In hand: held, and neither denied nor spared, so that the job can still signal it. */
gboolean vkp_target_is_in_hand(const VkpTarget *target);

/* In hand or pending: the job is not done with it. */
gboolean vkp_target_is_open(const VkpTarget *target);

/* Whether a frozen target is at rest: it has stopped, or there is no use in waiting for that, as it
 * cannot be seen. */
gboolean vkp_target_rests(VkpTarget *target, VkpReader *reader);

/* Leaves a held target alone from now on, as protected, and thaws it if we had frozen it. */
void vkp_target_spare(VkpTarget *target);

/* Sets aside a pending target when the time is up: as identity_changed if its evidence was
 * contradicted, else, as it could not be seen, as survived. */
void vkp_target_give_up(VkpTarget *target);

void vkp_target_set_aside(VkpTarget *target, VkpOutcome outcome, const char *detail);
