/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/cpu.h"

#include <math.h>

#define SECOND G_USEC_PER_SEC
#define NOW (100 * SECOND)

static void test_lifetime_first(void)
{
    VkpCpuSample sample = vkp_cpu_sample_at_birth(NOW, 10 * SECOND);
    g_assert_cmpfloat_with_epsilon(vkp_cpu_sample_update(&sample, 500, NOW, 100), 50.0, 1e-9);
}

static void test_interval_then(void)
{
    VkpCpuSample sample = vkp_cpu_sample_at_birth(NOW, 10 * SECOND);
    vkp_cpu_sample_update(&sample, 500, NOW, 100);
    double percent = vkp_cpu_sample_update(&sample, 900, NOW + 2 * SECOND, 100);
    g_assert_cmpfloat_with_epsilon(percent, 200.0, 1e-9);
    percent = vkp_cpu_sample_update(&sample, 900, NOW + 4 * SECOND, 100);
    g_assert_cmpfloat_with_epsilon(percent, 0.0, 1e-9);
}

static void test_short_interval(void)
{
    VkpCpuSample sample = vkp_cpu_sample_at_birth(NOW, 10 * SECOND);
    vkp_cpu_sample_update(&sample, 500, NOW, 100);
    for (gint64 later = 0; later < VKP_CPU_MIN_INTERVAL_USEC; later += 999)
        g_assert_cmpfloat_with_epsilon(vkp_cpu_sample_update(&sample, 501, NOW + later, 100), 50.0,
                                       1e-9);
    /* The interval began at the last good moment, not at the last call. */
    g_assert_cmpfloat_with_epsilon(vkp_cpu_sample_update(&sample, 510, NOW + 100000, 100), 100.0,
                                   1e-9);
}

static void test_newborn(void)
{
    VkpCpuSample sample = vkp_cpu_sample_at_birth(NOW, 5000);
    g_assert_cmpfloat(vkp_cpu_sample_update(&sample, 1, NOW, 100), ==, 0.0);
    g_assert_cmpfloat_with_epsilon(vkp_cpu_sample_update(&sample, 10, NOW + 95000, 100), 100.0,
                                   1e-9);
}

static void test_absurd(void)
{
    static const guint64 ages[] = {0, 1, 99999, 100000, G_MAXINT64, G_MAXUINT64};
    static const guint64 ticks[] = {0, 1, 100, G_MAXUINT64};
    static const gint64 steps[] = {-SECOND, 0, 1, SECOND, G_MAXINT32};
    for (guint a = 0; a < G_N_ELEMENTS(ages); a++) {
        for (guint t = 0; t < G_N_ELEMENTS(ticks); t++) {
            VkpCpuSample sample = vkp_cpu_sample_at_birth(NOW, ages[a]);
            gint64 now = NOW;
            for (guint s = 0; s < G_N_ELEMENTS(steps); s++) {
                now += steps[s];
                double percent = vkp_cpu_sample_update(&sample, ticks[(t + s) % 4], now, 100);
                g_assert_true(isfinite(percent) && percent >= 0.0);
            }
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cpu/the-first-figure-is-of-the-lifetime", test_lifetime_first);
    g_test_add_func("/cpu/then-of-the-interval", test_interval_then);
    g_test_add_func("/cpu/a-short-interval-changes-nothing", test_short_interval);
    g_test_add_func("/cpu/a-newborn-waits-for-its-figure", test_newborn);
    g_test_add_func("/cpu/nothing-makes-it-negative-or-infinite", test_absurd);
    return g_test_run();
}
