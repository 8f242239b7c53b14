/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/member.h"

/* All members at one moment, in order of start time, then pid. Shared and immutable once sealed. */
typedef struct VkpRoster VkpRoster;

/* The ids by which marks are compared, as in VkpMarks. */
typedef struct {
    VkpUuid attempt_id;
    VkpUuid other_attempt_id;
    VkpUuid execution_id;
} VkpMarkIds;

/* Borrowed marks: a process, member or not, inherited its marks from the server that started it.
 * That server was itself started inside a task, so these marks prove nothing about what it starts.
 */
typedef struct {
    VkpIdentity identity;
    VkpMarkIds marks;
    pid_t server_group;
    pid_t server_session;
} VkpBorrowedMarks;

/* A shelter: a process, member or not, was started by a shared daemon, which some task had started
 * first. What ties the process to that task may come from the daemon alone, so it is weak. */
typedef struct {
    VkpIdentity identity;
    pid_t parent_pid; /* 0: it was reparented */
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
