/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/cpu.h"
#include "common/proc/folder-cache.h"
#include "common/proc/parse.h"
#include "common/proc/process.h"

/* What is kept of one process from one look to the next, and which of it a new stat makes stale. */
typedef struct {
    VkpIdentity identity;
    guint64 turn; /* of the last look that met it */
    VkpImage *image;
    VkpStat image_stat;           /* read before the image */
    gint64 image_not_before_usec; /* monotonic: the last reader was kept waiting */
    VkpCachedFolder *folder;
    VkpCpuSample cpu;
} VkpSighting;

typedef enum {
    VKP_READ_NOTHING, /* what is kept stands */
    VKP_READ_SAFELY,  /* only what cannot wait for the process or its file system */
    VKP_READ_ALL,
    VKP_READ_FROM_THREAD, /* the leader has exited: all, but from another thread */
} VkpReadPlan;

/* What to read of a process of ours with this stat. */
VkpReadPlan vkp_sighting_plan_image(const VkpSighting *sighting, const VkpStat *stat);
VkpReadPlan vkp_sighting_plan_folder(const VkpSighting *sighting, const VkpStat *stat);

/* Replaces the image (takes the new one), read after `stat`, at that time since boot. Marks once
 * seen stay until an exec. */
void vkp_sighting_set_image(VkpSighting *sighting, const VkpStat *stat, VkpImage *image,
                            guint64 now_ticks);
