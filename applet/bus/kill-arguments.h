/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/base/contract.h"
#include "common/proc/process.h"

/* The arguments of a Kill. They are copied values, so that exactly what was confirmed is sent,
 * whatever is selected by then. */
typedef struct {
    VkpScopeKind scope;
    char *target; /* an id, "PID:STARTTICKS" or "" */
    gboolean is_dry_run;
    gboolean force;
    gboolean escalate;
    gboolean include_weak;
    guint grace_ms;
    GArray *expected; /* of VkpIdentity, for expected_ids; NULL: all in the scope */
} VkpKillArguments;

VkpKillArguments *vkp_kill_arguments_new(VkpScopeKind scope, const char *target);
void vkp_kill_arguments_free(VkpKillArguments *arguments); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillArguments, vkp_kill_arguments_free)

/* The options (a{sv}), floating. */
GVariant *vkp_kill_arguments_options(const VkpKillArguments *arguments);

/* The timeout of the call in ms: the grace period, the SIGKILL pass after it, and time for a busy
 * machine. */
gint vkp_kill_arguments_timeout_ms(const VkpKillArguments *arguments);
