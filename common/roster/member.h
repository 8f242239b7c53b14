/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/contract.h"
#include "common/base/uuid.h"
#include "common/proc/process.h"

/* The tie: what a process belongs to, and why. Ids that are not known are nil, strings NULL. */
typedef struct {
    VkpEvidence evidence;
    guint confidence; /* 0 to 100 */
    VkpKind kind;
    gboolean is_executor;
    gboolean is_protected;
    gboolean is_shared_daemon;
    VkpLeftoverReason leftover_reason; /* NONE: not a leftover */
    VkpUuid execution_id;
    VkpUuid attempt_id;
    VkpUuid task_id;
    VkpUuid project_id;
    VkpExecutionStatus execution_status;
    char *project_name;
    char *task_title;
    char *attempt_name;
    char *branch;
    char *agent;
} VkpTie;

/* A member: a process that belongs to the board, with its tie. One entry of the roster; the same
 * type in the service, which builds it, and in a client, which decodes it. Shared and immutable
 * once in a roster. */
typedef struct {
    VkpProcess *process;
    GArray *ports; /* of guint16, ascending; NULL: none */
    VkpTie tie;
} VkpMember;

/* A member with an empty tie, to be filled by its only owner. Takes the reference to `process`. */
VkpMember *vkp_member_new(VkpProcess *process);
VkpMember *vkp_member_ref(VkpMember *member);
void vkp_member_unref(VkpMember *member); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMember, vkp_member_unref)

/* Sets a string of the tie to a copy, freeing the old one. */
void vkp_tie_set_string(char **field, const char *value);

/* Copies `from` to `tie`, which must be empty. */
void vkp_tie_copy(VkpTie *tie, const VkpTie *from);

/* Weak: of a confidence below VKP_CONFIDENCE_STRONG; listed, but spared by group scopes by default.
 */
gboolean vkp_member_is_weak(const VkpMember *member);

/* Whether anything differs for which ProcessChanged is sent: not CPU or memory. */
gboolean vkp_member_differs(const VkpMember *a, const VkpMember *b);
