/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/build.h"

/* The state of one vkp_roster_build(), shared by its steps (see build.c): registered.c, orphans.c,
 * evidence.c with claim.c, executor.c, leftover.c, tie.c. Private to this room. */

/* How sure each kind of evidence is. */
#define VKP_CONFIDENCE_REGISTERED 100u
#define VKP_CONFIDENCE_ENVIRONMENT 90u
#define VKP_CONFIDENCE_PROCESS_GROUP 80u
#define VKP_CONFIDENCE_DESCENDANT 70u
#define VKP_CONFIDENCE_REMEMBERED 60u
#define VKP_CONFIDENCE_DOUBTFUL 50u /* shown, spared by group scopes */
#define VKP_CONFIDENCE_WORKING_DIRECTORY 30u

/* From here on a member hands its tie on to its descendants. */
#define VKP_CONFIDENCE_HEREDITARY 70u

/* That a process belongs to an execution or attempt. evidence NONE: no claim. */
typedef struct {
    VkpEvidence evidence;
    guint confidence;
    VkpUuid attempt_id;            /* nil: unknown */
    VkpUuid execution_id;          /* nil: unknown */
    const VkpAttempt *attempt;     /* NULL: the board does not know the id */
    const VkpExecution *execution; /* likewise */
    const VkpMarks *marks;         /* where an unknown id came from; NULL: elsewhere */
    gboolean is_deleted;           /* the board would know the id if it still stood there */
} VkpClaim;

#define VKP_NOBODY VKP_SNAPSHOT_NOBODY

typedef enum { VKP_VISIT_NEW, VKP_VISIT_OPEN, VKP_VISIT_DONE } VkpVisit;

/* One process of the snapshot. Others are named by their index, VKP_NOBODY if there is none. */
typedef struct {
    VkpProcess *process;
    gint parent;
    gint group_leader;   /* living or dead, but still there, and not younger */
    gint session_leader; /* likewise */
    guint n_children;    /* living ones */

    gboolean is_candidate;    /* the user's own, no kernel thread: may be a member */
    VkpProtection protection; /* by name: until its claim is decided */
    gboolean is_boundary; /* protected, or an adopter of orphans: nothing is inherited through it */
    gboolean is_server;   /* holds our database */
    gboolean is_other_server; /* holds another board's */
    gboolean is_shared;       /* a shared daemon */

    /* What stands above it, all between being alive; known before anything is decided. */
    gint server_above; /* the nearest server */
    gboolean is_run_by_server;
    gboolean has_borrowed_marks; /* see VkpBorrowedMarks; with the server's group and session */
    pid_t server_group;
    pid_t server_session;
    gint other_server_above; /* the nearest one of another board, if nearer than any of ours */
    VkpVisit visit;

    /* What is decided, in vkp_inquiry's order. */
    VkpClaim claim;
    gboolean is_foreign; /* another board's: no member, and nothing is inherited through it */
    gint source;         /* the nearest ancestor that hands its tie on */
    gint shelter;        /* the nearest shared daemon above, which the tie may come from */
    gboolean is_shelter_guessed;      /* it does not stand above, but may have */
    const VkpShelter *former_shelter; /* in memory: of it or an ancestor, once; NULL: none */

    gboolean is_executor;
} VkpSubject;

/* A group or session whose leader is gone from the process table. Its number cannot have been given
 * to a new process while it has members (pid_namespaces keep it taken). */
typedef struct {
    guint64 oldest_ticks; /* start of its oldest member */
    guint64 oldest_usec;
    VkpClaim claim;             /* of the leader; NONE: not a registered one, as far as is known */
    gboolean is_bound;          /* a member proves that it is the leader's own, not a later one's */
    gint64 leader_started_usec; /* when the leader's row or registration says it started */
} VkpOrphanGroup;

typedef struct {
    const VkpRosterInput *input;
    guint n;
    VkpSubject *subjects;      /* ascending by pid */
    gint *order;               /* all of them, parents and session leaders first */
    GHashTable *orphan_groups; /* pid of the leader -> owned VkpOrphanGroup */
    GHashTable *old_ids;       /* set of VkpUuid * in images, see vkp_claim_note_old_ids() */
    GArray *marked_daemons;    /* gint: shared daemons with marks */
} VkpInquiry;

void vkp_inquiry_begin(VkpInquiry *inquiry, const VkpRosterInput *input);
void vkp_inquiry_end(VkpInquiry *inquiry);

/* The index of whoever has the pid now. */
gint vkp_inquiry_find(const VkpInquiry *inquiry, pid_t pid);

/* NULL for VKP_NOBODY. */
static inline VkpSubject *vkp_subject_at(const VkpInquiry *inquiry, gint index)
{
    return index == VKP_NOBODY ? NULL : &inquiry->subjects[index];
}

/* Whether it runs under the server or, while no server is known, under something of its name, as
 * its direct child. */
gboolean vkp_subject_is_child_of_server(const VkpInquiry *inquiry, const VkpSubject *subject);

/* The same for one that leads its own group, as all executions do; what the server has adopted,
 * being pid 1 in a container, mostly does not. */
gboolean vkp_subject_is_spawned_by_server(const VkpInquiry *inquiry, const VkpSubject *subject);

/* Strong enough for descendants, and nothing stands in the way. */
gboolean vkp_subject_hands_on(const VkpSubject *subject);
