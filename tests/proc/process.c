/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/process.h"

static void test_pids(void)
{
    const pid_t pids[] = {4242, 1};
    g_autoptr(GArray) some = g_array_new(FALSE, FALSE, sizeof(pid_t));
    g_assert_false(vkp_pids_contain(NULL, 1));
    g_assert_false(vkp_pids_contain(some, 1));
    g_array_append_vals(some, pids, G_N_ELEMENTS(pids));
    g_assert_true(vkp_pids_contain(some, 1));
    g_assert_true(vkp_pids_contain(some, 4242));
    g_assert_false(vkp_pids_contain(some, 42));
}

static void test_ticks(void)
{
    g_assert_cmpuint(vkp_ticks_to_usec(0, 100), ==, 0);
    g_assert_cmpuint(vkp_ticks_to_usec(1, 100), ==, 10000);
    g_assert_cmpuint(vkp_ticks_to_usec(12345, 100), ==, 123450000);
    g_assert_cmpuint(vkp_ticks_to_usec(1, 3), ==, 333333);
    g_assert_cmpuint(vkp_ticks_to_usec(4, 3), ==, 1333333);
    g_assert_cmpuint(vkp_ticks_to_usec(G_MAXUINT64, 100), ==, G_MAXUINT64);
    g_assert_cmpuint(vkp_ticks_to_usec(G_MAXUINT64, 1), ==, G_MAXUINT64);
    guint64 previous = 0;
    for (guint64 ticks = 1; ticks < G_MAXUINT64 / 3; ticks *= 3) {
        guint64 usec = vkp_ticks_to_usec(ticks, 1000);
        g_assert_cmpuint(usec, >=, previous);
        previous = usec;
    }
}

static void test_dead(void)
{
    static const struct {
        char state;
        guint threads;
        gboolean dead;
    } cases[] = {{'S', 1, FALSE}, {'R', 0, FALSE}, {'Z', 1, TRUE}, {'Z', 0, TRUE},
                 {'Z', 2, FALSE}, {'X', 1, TRUE},  {'X', 0, TRUE}, {'X', 9, FALSE},
                 {'D', 1, FALSE}, {'T', 1, FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(VkpProcess) process = vkp_process_new();
        process->state = cases[i].state;
        process->threads = cases[i].threads;
        g_assert_cmpint(vkp_process_is_dead(process), ==, cases[i].dead);
    }
}

static void test_within(void)
{
    VkpFolder folder = {.n_chain = 2, .chain = (VkpInode[]){{1, 10}, {1, 2}}};
    VkpFolder unknown = {0};
    g_assert_true(vkp_folder_is_within(&folder, (VkpInode){1, 10}));
    g_assert_true(vkp_folder_is_within(&folder, (VkpInode){1, 2}));
    g_assert_false(vkp_folder_is_within(&folder, (VkpInode){2, 10}));
    g_assert_false(vkp_folder_is_within(&folder, (VkpInode){1, 3}));
    g_assert_false(vkp_folder_is_within(&unknown, (VkpInode){1, 2}));
}

static void test_nothing_is_freed(void)
{
    vkp_process_unref(NULL);
    vkp_image_unref(NULL);
    vkp_folder_unref(NULL);
    VkpProcess *process = vkp_process_new();
    process->name = g_strdup("x");
    VkpProcess *again = vkp_process_ref(process);
    vkp_process_unref(process);
    g_assert_cmpstr(again->name, ==, "x");
    vkp_process_unref(again);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/process/pids/contain-what-is-among-them", test_pids);
    g_test_add_func("/process/ticks/never-overflow", test_ticks);
    g_test_add_func("/process/dead/a-zombie-with-threads-lives", test_dead);
    g_test_add_func("/process/folder/is-within-itself-and-its-ancestors", test_within);
    g_test_add_func("/process/references/the-last-one-frees", test_nothing_is_freed);
    return g_test_run();
}
