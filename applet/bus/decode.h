/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/roster/member.h"

/* Decodes replies and signals. The service may be newer, older or broken: unknown keys are ignored,
 * and keys with a wrong type count as missing. */

/* One process (a{sv}). NULL and error when it has no well-formed `id`. */
VkpMember *vkp_decode_member(GVariant *process, GError **error);

/* The outcome of a kill for one process. */
typedef struct {
    VkpIdentity identity;
    char *name; /* never NULL */
    VkpOutcome outcome;
    char *detail; /* NULL: none */
} VkpKillResult;

void vkp_kill_result_free(VkpKillResult *result); /* takes NULL */

/* The results of Kill (aa{sv}) as VkpKillResult; those without a well-formed id or a known outcome
 * are left out. Never NULL. */
GPtrArray *vkp_decode_kill_results(GVariant *results);
