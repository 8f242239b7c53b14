/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/build.h"

/* The state of one vkp_roster_build(), shared by its steps (see build.c): registered.c, orphans.c,
 * evidence.c with claim.c, executor.c, leftover.c, tie.c. Private to this directory. In it a
 * "subject" is a process about which it is being decided, and a "claim" what it is tied to so far.
 */

/* The confidence of each kind of evidence. */
#define VKP_CONFIDENCE_REGISTERED 100u
#define VKP_CONFIDENCE_ENVIRONMENT 90u
#define VKP_CONFIDENCE_PROCESS_GROUP 80u
#define VKP_CONFIDENCE_DESCENDANT 70u
#define VKP_CONFIDENCE_REMEMBERED 60u
#define VKP_CONFIDENCE_DOUBTFUL 50u /* listed, but spared by group scopes */
#define VKP_CONFIDENCE_WORKING_DIRECTORY 30u

/* The least confidence with which a member's descendants become members, too. */
#define VKP_CONFIDENCE_HEREDITARY 70u

/* The statement that a process belongs to an execution or attempt. evidence NONE: no claim. */
typedef struct {
    VkpEvidence evidence;
    guint confidence;
    VkpUuid attempt_id;            /* nil: unknown */
    VkpUuid execution_id;          /* nil: unknown */
    const VkpAttempt *attempt;     /* NULL: the board does not know the id */
    const VkpExecution *execution; /* likewise */
    const VkpMarks *marks;         /* that have an id unknown to the board; NULL: not from marks */
    gboolean is_deleted;           /* the id's row is known to have been deleted */
} VkpClaim;

#define VKP_NOBODY VKP_SNAPSHOT_NOBODY

typedef enum { VKP_VISIT_NEW, VKP_VISIT_OPEN, VKP_VISIT_DONE } VkpVisit;

/* One process of the snapshot. It refers to others by their index, VKP_NOBODY if there is none. */
typedef struct {
    VkpProcess *process;
    gint parent;
    gint group_leader;   /* of its process group: alive or zombie, and not younger than it */
    gint session_leader; /* likewise */
    guint n_children;    /* living ones */

    gboolean is_candidate;    /* the user's own, no kernel thread: may be a member */
    VkpProtection protection; /* by name: until its claim is decided */
    gboolean is_boundary;     /* protected, or one to which orphans are reparented (init, the user's
                                 systemd): descendants inherit nothing through it */
    gboolean is_server;       /* has our database open */
    gboolean is_other_server; /* has another board's database open */
    gboolean is_shared;       /* a shared daemon */

    /* Its ancestors, as far as the chain of living parents goes; known before any decision. */
    gint server_above; /* the nearest ancestor that is a server */
    gboolean is_run_by_server;
    gboolean has_borrowed_marks; /* see VkpBorrowedMarks, as are the next two */
    pid_t server_group;
    pid_t server_session;
    gint other_server_above; /* the nearest server of another board, if nearer than any of ours */
    VkpVisit visit;

    /* What is decided, in the order of VkpInquiry.order. */
    VkpClaim claim;
    gboolean is_foreign; /* another board's: no member, and a boundary for its descendants */
    gint source;         /* the nearest ancestor whose tie its descendants inherit */
    gint shelter;        /* the nearest ancestor that is a shared daemon, see VkpShelter */
    gboolean is_shelter_guessed;      /* that daemon is no ancestor now, but may have been one */
    const VkpShelter *former_shelter; /* what memory has of it or an ancestor; NULL: nothing */

    gboolean is_executor;
} VkpSubject;

/* A process group or session whose leader is gone from the process table (an orphan group). While
 * it has members, its id cannot have been assigned to a new process: the kernel keeps the pid
 * taken. */
typedef struct {
    guint64 oldest_ticks; /* start of its oldest member */
    guint64 oldest_usec;
    VkpClaim claim;    /* of the leader; NONE: it was no registered process, as far as known */
    gboolean is_bound; /* proved by a member to be that leader's, not one with a reused pid */
    gint64 leader_started_usec; /* according to the leader's row or registration */
} VkpOrphanGroup;

/* All subjects of one build. */
typedef struct {
    const VkpRosterInput *input;
    guint n;
    VkpSubject *subjects;      /* ascending by pid */
    gint *order;               /* in which they are decided: parents and session leaders first */
    GHashTable *orphan_groups; /* pid of the leader -> owned VkpOrphanGroup */
    GHashTable *old_ids;       /* set of VkpUuid * in images, see vkp_claim_note_old_ids() */
    GArray *marked_daemons;    /* gint: shared daemons with marks */
} VkpInquiry;

void vkp_inquiry_begin(VkpInquiry *inquiry, const VkpRosterInput *input);
void vkp_inquiry_end(VkpInquiry *inquiry);

/* The index of the process that has the pid now, or VKP_NOBODY. */
gint vkp_inquiry_find(const VkpInquiry *inquiry, pid_t pid);

/* NULL for VKP_NOBODY. */
static inline VkpSubject *vkp_subject_at(const VkpInquiry *inquiry, gint index)
{
    return index == VKP_NOBODY ? NULL : &inquiry->subjects[index];
}

/* Whether it is a direct child of the server or, while no server is known, of a process with the
 * server's name. */
gboolean vkp_subject_is_child_of_server(const VkpInquiry *inquiry, const VkpSubject *subject);

/* The same, and it leads its own process group, as all executions do. (A server that is pid 1 of a
 * container also has reparented children, which mostly do not.) */
gboolean vkp_subject_is_spawned_by_server(const VkpInquiry *inquiry, const VkpSubject *subject);

/* Whether it is the first process of a service of systemd, which is told its own pid. */
gboolean vkp_subject_is_service(const VkpInquiry *inquiry, const VkpSubject *subject);

/* Whether its descendants inherit its tie: it is strong enough, and it is no boundary. */
gboolean vkp_subject_hands_on(const VkpSubject *subject);
