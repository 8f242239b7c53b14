/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/pace.h"

#define LAST 20000

static void test_back_off(void)
{
    gint64 now = 1000 * LAST + 700;
    gint64 pause = 0;
    g_assert_cmpint(vkp_pace_next(&pause, 0, now), ==, 0);
    for (gint64 longest = LAST / 16; longest <= LAST; longest *= 2) {
        gint64 usec = vkp_pace_next(&pause, 0, now);
        g_assert_cmpint(usec, >, 0);
        g_assert_cmpint(usec, <=, longest);
        now += usec;
    }
    g_assert_cmpint(vkp_pace_next(&pause, 0, now), ==, LAST);
    pause = 0; /* something happened */
    g_assert_cmpint(vkp_pace_next(&pause, 0, now), ==, 0);
    g_assert_cmpint(vkp_pace_next(&pause, 0, now), <=, LAST / 16);
}

static void test_same_moments(void)
{
    for (gint64 now = 7; now < 3 * LAST; now += 611) {
        gint64 pause = LAST;
        g_assert_cmpint((now + vkp_pace_next(&pause, 0, now)) % LAST, ==, 0);
        g_assert_cmpint(pause, ==, LAST);
    }
}

static void test_dear_looks(void)
{
    gint64 pause = LAST / 16;
    g_assert_cmpint(vkp_pace_next(&pause, 30000, 0), ==, 2 * LAST);
    g_assert_cmpint(vkp_pace_next(&pause, 3 * G_USEC_PER_SEC, 0), <, 3 * G_USEC_PER_SEC);
    pause = 0;
    g_assert_cmpint(vkp_pace_next(&pause, 30000, 0), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kill/pace/a-job-looks-more-rarely-while-nothing-happens", test_back_off);
    g_test_add_func("/kill/pace/all-who-wait-look-at-the-same-moments", test_same_moments);
    g_test_add_func("/kill/pace/dear-looks-are-rarer", test_dear_looks);
    return g_test_run();
}
