/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* How busy a process was, from its CPU ticks at two moments. Ticks are coarse (10 ms), so moments
 * closer than VKP_CPU_MIN_INTERVAL_USEC tell nothing. Pure: the clock is an argument. */
typedef struct {
    guint64 ticks;  /* at that moment */
    gint64 at_usec; /* on the monotonic clock */
    double percent; /* of one core, over the interval that ended then */
} VkpCpuSample;

#define VKP_CPU_MIN_INTERVAL_USEC (100 * 1000)

/* The moment of a process's birth, `age_usec` ago: so the first figure is that of its lifetime. */
VkpCpuSample vkp_cpu_sample_at_birth(gint64 now_usec, guint64 age_usec);

/* Takes a new look and returns the percentage. Too early, it stays the previous one, and the
 * previous moment stays the beginning of the interval. Never negative, never NaN. */
double vkp_cpu_sample_update(VkpCpuSample *sample, guint64 ticks, gint64 now_usec,
                             guint ticks_per_second);
