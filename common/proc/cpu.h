/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The CPU usage of a process, from its CPU ticks at two moments. Ticks are coarse (10 ms), so
 * moments closer than VKP_CPU_MIN_INTERVAL_USEC say nothing. Pure: the clock is an argument. */
typedef struct {
    guint64 ticks;  /* at that moment */
    gint64 at_usec; /* on the monotonic clock */
    double percent; /* of one core, over the interval that ended then */
} VkpCpuSample;

#define VKP_CPU_MIN_INTERVAL_USEC (100 * 1000)

/* The sample of the moment a process started, `age_usec` ago: so its first figure is the average
 * over its lifetime. */
VkpCpuSample vkp_cpu_sample_at_birth(gint64 now_usec, guint64 age_usec);

/* Takes the ticks of now and returns the percentage. If it is too early for a new figure, the
 * previous one is returned and the interval goes on. Never negative, never NaN. */
double vkp_cpu_sample_update(VkpCpuSample *sample, guint64 ticks, gint64 now_usec,
                             guint ticks_per_second);
