/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/process.h"

/* CPU and memory that moved since a member was last told in full: members are immutable, so what
 * UsageSampled says is kept beside them. */
typedef struct VkpUsage VkpUsage;

VkpUsage *vkp_usage_new(void);
void vkp_usage_free(VkpUsage *usage); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpUsage, vkp_usage_free)

/* Tells of one process, or forgets what was told of it or of all; one that is not known is nothing
 * to remove. */
void vkp_usage_set(VkpUsage *usage, VkpIdentity identity, double cpu_percent, guint64 memory_bytes);
void vkp_usage_remove(VkpUsage *usage, VkpIdentity identity);
void vkp_usage_clear(VkpUsage *usage);

/* FALSE (and the values untouched) for a process of which nothing was told. */
gboolean vkp_usage_lookup(const VkpUsage *usage, VkpIdentity identity, double *cpu_percent,
                          guint64 *memory_bytes);
