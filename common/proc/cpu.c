/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/cpu.h"

VkpCpuSample vkp_cpu_sample_at_birth(gint64 now_usec, guint64 age_usec)
{
    /* No machine runs that long, but a forged start may claim it. */
    gint64 age = (gint64)MIN(age_usec, (guint64)G_MAXINT64 / 4);
    return (VkpCpuSample){.at_usec = now_usec - age};
}

double vkp_cpu_sample_update(VkpCpuSample *sample, guint64 ticks, gint64 now_usec,
                             guint ticks_per_second)
{
    gint64 interval = now_usec - sample->at_usec;
    if (interval < VKP_CPU_MIN_INTERVAL_USEC)
        return sample->percent;
    /* The kernel's sums never shrink, but a forged one may. */
    guint64 used = ticks > sample->ticks ? ticks - sample->ticks : 0;
    double seconds = (double)interval / G_USEC_PER_SEC;
    sample->percent = (double)used / ticks_per_second / seconds * 100.0;
    sample->ticks = ticks;
    sample->at_usec = now_usec;
    return sample->percent;
}
