/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/cpu.h"
#include "common/proc/folder-cache.h"
#include "common/proc/parse.h"
#include "common/proc/process.h"

/* A sighting: what the scanner caches of one process between looks, and which of it a new stat
 * shows to be stale. */
typedef struct {
    VkpIdentity identity;
    guint64 turn; /* of the last scan that found it */
    VkpImage *image;
    VkpStat image_stat; /* read before the image */
    gint64
        image_not_before_usec; /* monotonic: not to be read before, as the last attempt blocked */
    VkpCachedFolder *folder;
    VkpCpuSample cpu;
} VkpSighting;

typedef enum {
    VKP_READ_NOTHING, /* the cache is current */
    VKP_READ_SAFELY,  /* only what cannot block on the process or its file system */
    VKP_READ_ALL,
    VKP_READ_FROM_THREAD, /* all, but through another of its threads, as the leader has exited */
} VkpReadPlan;

/* What to read of a process of ours with this stat. */
VkpReadPlan vkp_sighting_plan_image(const VkpSighting *sighting, const VkpStat *stat);
VkpReadPlan vkp_sighting_plan_folder(const VkpSighting *sighting, const VkpStat *stat);

/* Replaces the image (takes the new one), which was read after `stat`, at that time since boot.
 * Marks that were seen once are kept until an exec. */
void vkp_sighting_set_image(VkpSighting *sighting, const VkpStat *stat, VkpImage *image,
                            guint64 now_ticks);
