/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/scope.h"

#include <limits.h>

#include "common/base/error.h"
#include "common/base/text.h"

/* Enough of an offending word to recognise it by, and no more of a stranger's text. */
#define QUOTED_MAX_BYTES 80

static gboolean parse_bare_pid(const char *text, pid_t *pid)
{
    guint64 value;
    /* g_ascii_string_to_unsigned() refuses signs, spaces and trailing text. */
    if (!g_ascii_string_to_unsigned(text, 10, 1, INT_MAX, &value, NULL))
        return FALSE;
    *pid = (pid_t)value;
    return TRUE;
}

/* A start of 0 would mean "whoever has the pid": nobody may ask for that by a full identity. */
static gboolean parse_single(const char *target, VkpIdentity *identity)
{
    VkpIdentity parsed = {0};
    if (!parse_bare_pid(target, &parsed.pid) &&
        (!vkp_identity_parse(target, &parsed) || parsed.start_ticks == 0))
        return FALSE;
    *identity = parsed;
    return TRUE;
}

/* Takes the target that the scope's kind wants. NULL if it could, else what was expected. */
static const char *take_target(const char *target, VkpScope *scope)
{
    switch (scope->kind) {
    case VKP_SCOPE_SINGLE:
        return parse_single(target, &scope->identity) ? NULL : "\"PID\" or \"PID:STARTTICKS\"";
    case VKP_SCOPE_EXECUTION:
    case VKP_SCOPE_ATTEMPT:
    case VKP_SCOPE_TASK:
    case VKP_SCOPE_PROJECT:
        return vkp_uuid_parse(target, &scope->id) ? NULL : "a hyphenated UUID";
    case VKP_SCOPE_ALL_EXCEPT_EXECUTORS:
    case VKP_SCOPE_LEFTOVERS:
    case VKP_SCOPE_ALL:
        return target[0] == '\0' ? NULL : "an empty text";
    }
    return "another scope";
}

gboolean vkp_scope_parse(const char *scope, const char *target, VkpScope *parsed, GError **error)
{
    VkpScope candidate = {0};
    if (!vkp_scope_kind_from_string(scope, &candidate.kind)) {
        g_autofree char *quoted = vkp_text_dup_quoted(scope, QUOTED_MAX_BYTES);
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_SCOPE,
                    "Unknown scope \"%s\": expected one of %s", quoted, vkp_scope_kind_list());
        return FALSE;
    }
    const char *given = target ? target : "";
    const char *expected = take_target(given, &candidate);
    if (expected) {
        g_autofree char *quoted = vkp_text_dup_quoted(given, QUOTED_MAX_BYTES);
        g_set_error(error, VKP_ERROR, VKP_ERROR_INVALID_TARGET,
                    "Invalid target \"%s\" for scope \"%s\": expected %s", quoted, scope, expected);
        return FALSE;
    }
    *parsed = candidate;
    return TRUE;
}

gboolean vkp_scope_equal(const VkpScope *a, const VkpScope *b)
{
    return a->kind == b->kind && vkp_uuid_equal(&a->id, &b->id) &&
           vkp_identity_equal(a->identity, b->identity);
}

static gboolean is_the_one(VkpIdentity wanted, VkpIdentity identity)
{
    return wanted.pid == identity.pid &&
           (wanted.start_ticks == 0 || wanted.start_ticks == identity.start_ticks);
}

gboolean vkp_scope_covers(const VkpScope *scope, const VkpMember *member)
{
    const VkpTie *tie = &member->tie;
    switch (scope->kind) {
    case VKP_SCOPE_SINGLE:
        return is_the_one(scope->identity, member->process->identity);
    case VKP_SCOPE_EXECUTION:
        return vkp_uuid_is_same(&scope->id, &tie->execution_id);
    case VKP_SCOPE_ATTEMPT:
        return vkp_uuid_is_same(&scope->id, &tie->attempt_id);
    case VKP_SCOPE_TASK:
        return vkp_uuid_is_same(&scope->id, &tie->task_id);
    case VKP_SCOPE_PROJECT:
        return vkp_uuid_is_same(&scope->id, &tie->project_id);
    case VKP_SCOPE_ALL_EXCEPT_EXECUTORS:
        return !tie->is_executor;
    case VKP_SCOPE_LEFTOVERS:
        return tie->leftover_reason != VKP_LEFTOVER_NONE;
    case VKP_SCOPE_ALL:
        return TRUE;
    }
    return FALSE;
}
