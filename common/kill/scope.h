/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/contract.h"
#include "common/roster/roster.h"

/* What a kill is aimed at. */
typedef struct {
    VkpScopeKind kind;
    VkpUuid id;           /* execution, attempt, task, project */
    VkpIdentity identity; /* single; start_ticks 0: whoever has the pid */
} VkpScope;

/* Parses the two words of the bus call. INVALID_SCOPE names the valid scopes; INVALID_TARGET says
 * what was expected. */
gboolean vkp_scope_parse(const char *scope, const char *target, VkpScope *parsed, GError **error);

gboolean vkp_scope_equal(const VkpScope *a, const VkpScope *b);

/* Whether a member carries the scope's id (or is the single one). Executors are spared by
 * all_except_executors only. Weakness, protection and expectation are the plan's matter. */
gboolean vkp_scope_covers(const VkpScope *scope, const VkpMember *member);
