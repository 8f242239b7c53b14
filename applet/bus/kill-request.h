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
} VkpKillRequest;

VkpKillRequest *vkp_kill_request_new(VkpScopeKind scope, const char *target);
void vkp_kill_request_free(VkpKillRequest *request); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillRequest, vkp_kill_request_free)

/* The options (a{sv}), floating. */
GVariant *vkp_kill_request_options(const VkpKillRequest *request);

/* How long the answer may take, in ms: the grace, the hard pass after it, and a busy machine. */
gint vkp_kill_request_timeout_ms(const VkpKillRequest *request);
