/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/base/contract.h"
#include "common/proc/process.h"

/* What to ask of Kill. Plain values, copied along: what was confirmed is what is sent, whatever is
 * selected by then. */
typedef struct {
    VkpScopeKind scope;
    char *target; /* an id, "PID:STARTTICKS" or "" */
    gboolean is_dry_run;
    gboolean force;
    gboolean escalate;
    gboolean include_weak;
    guint grace_ms;
    GArray *expected; /* of VkpIdentity: nobody else is signalled; NULL: whoever is in the scope */
} VkpKillArguments;

VkpKillArguments *vkp_kill_arguments_new(VkpScopeKind scope, const char *target);
void vkp_kill_arguments_free(VkpKillArguments *arguments); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillArguments, vkp_kill_arguments_free)

/* The options (a{sv}), floating. */
GVariant *vkp_kill_arguments_options(const VkpKillArguments *arguments);

/* How long the answer may take, in ms: the grace, the hard pass after it, and a busy machine. */
gint vkp_kill_arguments_timeout_ms(const VkpKillArguments *arguments);
