/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/roster/roster.h"
#include "common/view/usage.h"

/* A copy of the service's list, made from its replies and signals, as a roster. */
typedef struct VkpMirror VkpMirror;

VkpMirror *vkp_mirror_new(void);
void vkp_mirror_free(VkpMirror *mirror); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMirror, vkp_mirror_free)

/* Replaces everything by the reply of a List (aa{sv}). */
void vkp_mirror_replace(VkpMirror *mirror, GVariant *processes);

/* Applies a ProcessChanged. FALSE when it changes nothing or is malformed. */
gboolean vkp_mirror_change(VkpMirror *mirror, const char *change, const char *id,
                           GVariant *process);

/* Applies a UsageSampled (a(sdt)). */
void vkp_mirror_sample(VkpMirror *mirror, GVariant *usage);

/* Both borrowed until the next change of the mirror. */
VkpRoster *vkp_mirror_roster(VkpMirror *mirror);
const VkpUsage *vkp_mirror_usage(const VkpMirror *mirror);
