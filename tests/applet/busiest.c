/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/busiest.h"

#include "tests/view/sample.h"

/* Tasks numbered from 1 with the given CPU each. */
static VkpRows *build(const double *cpu, guint n)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    for (guint i = 0; i < n; i++) {
        g_autofree char *title = g_strdup_printf("task %u", i + 1);
        SAMPLE_ADD(roster, .pid = (pid_t)(i + 10), .cpu = cpu[i], .project = 1, .task = i + 1,
                   .task_title = title, .attempt = i + 1);
    }
    vkp_roster_seal(roster);
    return vkp_rows_build(&(VkpRowsInput){.roster = roster});
}

static void assert_slots(VkpBusiest *busiest, const VkpRows *rows, const char *first,
                         const char *second)
{
    const VkpRow *a = vkp_busiest_at(busiest, rows, 0);
    const VkpRow *b = vkp_busiest_at(busiest, rows, 1);
    g_assert_cmpstr(a ? a->label : NULL, ==, first);
    g_assert_cmpstr(b ? b->label : NULL, ==, second);
}

static void test_takes_those_with_the_most_cpu(void)
{
    g_autoptr(VkpBusiest) busiest = vkp_busiest_new(2);
    g_autoptr(VkpRows) rows = build((const double[]){1, 30, 20}, 3);
    vkp_busiest_update(busiest, rows);
    assert_slots(busiest, rows, "task 2", "task 3");
}

static void test_keeps_places_while_they_change_ranks(void)
{
    g_autoptr(VkpBusiest) busiest = vkp_busiest_new(2);
    g_autoptr(VkpRows) before = build((const double[]){1, 30, 20}, 3);
    vkp_busiest_update(busiest, before);
    g_autoptr(VkpRows) swapped = build((const double[]){1, 20, 30}, 3);
    vkp_busiest_update(busiest, swapped);
    assert_slots(busiest, swapped, "task 2", "task 3");
    g_autoptr(VkpRows) third = build((const double[]){90, 2, 30}, 3);
    vkp_busiest_update(busiest, third);
    assert_slots(busiest, third, "task 1", "task 3");
}

static void test_frees_places_of_tasks_that_ended(void)
{
    g_autoptr(VkpBusiest) busiest = vkp_busiest_new(2);
    g_autoptr(VkpRows) before = build((const double[]){5, 9}, 2);
    vkp_busiest_update(busiest, before);
    g_autoptr(VkpRows) after = build((const double[]){5}, 1);
    vkp_busiest_update(busiest, after);
    assert_slots(busiest, after, NULL, "task 1");
}

static void test_attempts_without_a_task_count(void)
{
    g_autoptr(VkpBusiest) busiest = vkp_busiest_new(2);
    g_autoptr(VkpRoster) roster = sample_roster();
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    vkp_busiest_update(busiest, rows);
    assert_slots(busiest, rows, "Quick look", "Login");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/busiest/takes-those-with-the-most-cpu",
                    test_takes_those_with_the_most_cpu);
    g_test_add_func("/applet/busiest/keeps-places-while-they-change-ranks",
                    test_keeps_places_while_they_change_ranks);
    g_test_add_func("/applet/busiest/frees-places-of-tasks-that-ended",
                    test_frees_places_of_tasks_that_ended);
    g_test_add_func("/applet/busiest/attempts-without-a-task-count",
                    test_attempts_without_a_task_count);
    return g_test_run();
}
