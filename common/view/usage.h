/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/process.h"

/* The CPU and memory of members from UsageSampled: members are immutable, so these newer figures
 * are kept beside them. */
typedef struct VkpUsage VkpUsage;

VkpUsage *vkp_usage_new(void);
void vkp_usage_free(VkpUsage *usage); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpUsage, vkp_usage_free)

/* Set or remove the figures of one process, or remove all. To remove an unknown one is no error. */
void vkp_usage_set(VkpUsage *usage, VkpIdentity identity, double cpu_percent, guint64 memory_bytes);
void vkp_usage_remove(VkpUsage *usage, VkpIdentity identity);
void vkp_usage_clear(VkpUsage *usage);

/* FALSE (and the values untouched) for a process without figures. */
gboolean vkp_usage_lookup(const VkpUsage *usage, VkpIdentity identity, double *cpu_percent,
                          guint64 *memory_bytes);
