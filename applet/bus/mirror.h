/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/roster/roster.h"
#include "common/view/usage.h"

/* The service's list as it was told: fed with replies and signals, read as a roster. */
typedef struct VkpMirror VkpMirror;

VkpMirror *vkp_mirror_new(void);
void vkp_mirror_free(VkpMirror *mirror); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpMirror, vkp_mirror_free)

/* Takes the reply of List (aa{sv}) in place of everything before. */
void vkp_mirror_replace(VkpMirror *mirror, GVariant *processes);

/* Takes a ProcessChanged. FALSE when it said nothing new or nothing that could be understood. */
gboolean vkp_mirror_change(VkpMirror *mirror, const char *change, const char *id,
                           GVariant *process);

/* Takes a UsageSampled (a(sdt)). */
void vkp_mirror_sample(VkpMirror *mirror, GVariant *usage);

/* Both borrowed, until the mirror is fed again. */
VkpRoster *vkp_mirror_roster(VkpMirror *mirror);
const VkpUsage *vkp_mirror_usage(const VkpMirror *mirror);
