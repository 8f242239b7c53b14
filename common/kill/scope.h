/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/contract.h"
#include "common/roster/roster.h"

/* The scope of a kill: what it is aimed at. All kinds but single are group scopes. */
typedef struct {
    VkpScopeKind kind;
    VkpUuid id;           /* execution, attempt, task, project */
    VkpIdentity identity; /* single; start_ticks 0: the process that has the pid now */
} VkpScope;

/* Parses the arguments of the bus call. The message of INVALID_SCOPE lists the valid scopes, that
 * of INVALID_TARGET says what was expected. */
gboolean vkp_scope_parse(const char *scope, const char *target, VkpScope *parsed, GError **error);

gboolean vkp_scope_equal(const VkpScope *a, const VkpScope *b);

/* Whether the scope covers a member: it has the scope's id (or is the single process, a leftover,
 * ...). Only all_except_executors leaves executors out. Whether a covered member is then spared as
 * weak, protected or not expected is decided by the plan. */
gboolean vkp_scope_covers(const VkpScope *scope, const VkpMember *member);
