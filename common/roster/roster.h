/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/member.h"

/* Who belongs to what at one moment: members in order of start time, then pid. Shared and immutable
 * once sealed. */
typedef struct VkpRoster VkpRoster;

/* By which marks are told apart, as in VkpMarks. */
typedef struct {
    VkpUuid attempt_id;
    VkpUuid other_attempt_id;
    VkpUuid execution_id;
} VkpMarkIds;

/* A process, member or not, whose marks are those of the server that it comes from: that one was
 * started inside a task itself, and they tell nothing of what it starts. */
typedef struct {
    VkpIdentity identity;
    VkpMarkIds marks;
    pid_t server_group;
    pid_t server_session;
} VkpBorrowedMarks;

/* A process, member or not, that comes from a shared daemon, which some task has started: what ties
 * it to the task may come from the daemon alone. */
typedef struct {
    VkpIdentity identity;
    pid_t parent_pid; /* 0: it has lost its own already */
    VkpMarkIds marks; /* the daemon's */
} VkpShelter;

VkpRoster *vkp_roster_new(void);
void vkp_roster_add(VkpRoster *roster, VkpMember *member); /* takes the reference */
void vkp_roster_add_borrowed(VkpRoster *roster, const VkpBorrowedMarks *borrowed); /* copied */
void vkp_roster_add_shelter(VkpRoster *roster, const VkpShelter *shelter);         /* copied */
void vkp_roster_seal(VkpRoster *roster);

VkpRoster *vkp_roster_ref(VkpRoster *roster);
void vkp_roster_unref(VkpRoster *roster); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpRoster, vkp_roster_unref)

guint vkp_roster_size(const VkpRoster *roster);
VkpMember *vkp_roster_at(const VkpRoster *roster, guint index);        /* borrowed */
VkpMember *vkp_roster_lookup(const VkpRoster *roster, VkpIdentity id); /* borrowed or NULL */
VkpMember *vkp_roster_lookup_pid(const VkpRoster *roster, pid_t pid);  /* borrowed or NULL */

guint vkp_roster_n_executors(const VkpRoster *roster);
guint vkp_roster_n_leftovers(const VkpRoster *roster);

/* As VkpBorrowedMarks and VkpShelter; for vkp_memory_learn(). */
const GArray *vkp_roster_borrowed(const VkpRoster *roster);
const GArray *vkp_roster_shelters(const VkpRoster *roster);
