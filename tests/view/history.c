/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/history.h"

#include "tests/view/sample.h"

#define KEY "process:10:1000"

static void take(VkpHistory *history, double cpu)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .cpu = cpu, .memory = (guint64)cpu * 10, .attempt = 1);
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    vkp_history_take(history, rows);
}

static void test_samples_come_oldest_first(void)
{
    g_autoptr(VkpHistory) history = vkp_history_new();
    VkpSample samples[VKP_HISTORY_LENGTH];
    g_assert_cmpuint(vkp_history_copy(history, KEY, samples), ==, 0);
    take(history, 1);
    take(history, 2);
    g_assert_cmpuint(vkp_history_copy(history, KEY, samples), ==, 2);
    g_assert_cmpfloat_with_epsilon(samples[0].cpu_percent, 1, 1e-6);
    g_assert_cmpfloat_with_epsilon(samples[1].cpu_percent, 2, 1e-6);
    g_assert_cmpuint(samples[1].memory_bytes, ==, 20);
}

static void test_groups_have_a_history_too(void)
{
    g_autoptr(VkpHistory) history = vkp_history_new();
    VkpSample samples[VKP_HISTORY_LENGTH];
    take(history, 5);
    g_assert_cmpuint(vkp_history_copy(history, VKP_ROW_KEY_NO_PROJECT, samples), ==, 1);
    g_assert_cmpfloat_with_epsilon(samples[0].cpu_percent, 5, 1e-6);
}

static void test_only_the_last_minute_is_kept(void)
{
    g_autoptr(VkpHistory) history = vkp_history_new();
    VkpSample samples[VKP_HISTORY_LENGTH];
    for (guint i = 0; i < VKP_HISTORY_LENGTH + 7; i++)
        take(history, i);
    g_assert_cmpuint(vkp_history_copy(history, KEY, samples), ==, VKP_HISTORY_LENGTH);
    g_assert_cmpfloat_with_epsilon(samples[0].cpu_percent, 7, 1e-6);
    g_assert_cmpfloat_with_epsilon(samples[VKP_HISTORY_LENGTH - 1].cpu_percent,
                                   VKP_HISTORY_LENGTH + 6, 1e-6);
}

static void test_rows_that_are_gone_are_forgotten(void)
{
    g_autoptr(VkpHistory) history = vkp_history_new();
    VkpSample samples[VKP_HISTORY_LENGTH];
    take(history, 5);
    g_autoptr(VkpRoster) empty = vkp_roster_new();
    vkp_roster_seal(empty);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = empty});
    vkp_history_take(history, rows);
    g_assert_cmpuint(vkp_history_copy(history, KEY, samples), ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/history/samples-come-oldest-first", test_samples_come_oldest_first);
    g_test_add_func("/view/history/groups-have-a-history-too", test_groups_have_a_history_too);
    g_test_add_func("/view/history/only-the-last-minute-is-kept",
                    test_only_the_last_minute_is_kept);
    g_test_add_func("/view/history/rows-that-are-gone-are-forgotten",
                    test_rows_that_are_gone_are_forgotten);
    return g_test_run();
}
