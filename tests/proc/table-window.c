/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/table-window.h"

static gint64 now_usec = G_USEC_PER_SEC;

/* The numbers of a turn, a second after the last one, as text; "all" when they are too many. */
static char *turn(VkpPidWindow *window, pid_t newest, pid_t pid_max)
{
    g_autoptr(GArray) numbers = g_array_new(FALSE, FALSE, sizeof(pid_t));
    now_usec += G_USEC_PER_SEC;
    if (!vkp_pid_window_turn(window, newest, pid_max, now_usec, numbers))
        return g_strdup("all");
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < numbers->len; i++)
        g_string_append_printf(text, "%s%d", i ? " " : "", g_array_index(numbers, pid_t, i));
    return g_string_free(text, FALSE);
}

static void assert_turn(VkpPidWindow *window, pid_t newest, pid_t pid_max, const char *expected)
{
    g_autofree char *text = turn(window, newest, pid_max);
    g_assert_cmpstr(text, ==, expected);
}

static void test_twice(void)
{
    VkpPidWindow window = {0};
    assert_turn(&window, 100, 32768, "all");
    assert_turn(&window, 100, 32768, "100");
    assert_turn(&window, 100, 32768, "");
    assert_turn(&window, 103, 32768, "101 102 103");
    assert_turn(&window, 104, 32768, "101 102 103 104");
    assert_turn(&window, 104, 32768, "104");
    assert_turn(&window, 104, 32768, "");
}

/* A process may be late to be seen: turns in a hurry are no reason to forget its number. */
static void test_hurry(void)
{
    VkpPidWindow window = {0};
    assert_turn(&window, 100, 32768, "all");
    assert_turn(&window, 100, 32768, "100");
    assert_turn(&window, 102, 32768, "101 102");
    for (guint i = 0; i < 10; i++) {
        now_usec -= G_USEC_PER_SEC - 1000;
        assert_turn(&window, i < 5 ? 102 : 103, 32768, i < 5 ? "101 102" : "101 102 103");
        g_assert_false(vkp_pid_window_is_at(&window, 103));
    }
    assert_turn(&window, 103, 32768, "101 102 103");
    assert_turn(&window, 103, 32768, "103");
    g_assert_true(vkp_pid_window_is_at(&window, 103));
}

static void test_wrap(void)
{
    VkpPidWindow window = {0};
    assert_turn(&window, 498, 500, "all");
    assert_turn(&window, 498, 500, "498");
    assert_turn(&window, 2, 500, "499 500 1 2");
    assert_turn(&window, 3, 500, "499 500 1 2 3");
    assert_turn(&window, 3, 500, "3");
}

static void test_too_many(void)
{
    VkpPidWindow window = {0};
    assert_turn(&window, 100, 4194304, "all");
    assert_turn(&window, 200000, 4194304, "all");
    assert_turn(&window, 200000, 4194304, "all"); /* still the numbers of the turn before */
    assert_turn(&window, 200000, 4194304, "");
}

static void test_whole_round(void)
{
    VkpPidWindow window = {0};
    assert_turn(&window, 20000, 32768, "all");
    assert_turn(&window, 20000, 32768, "20000");
    assert_turn(&window, 19990, 32768, "all");
}

/* A service that was stopped: as far as the newest tells, only five were given out. */
static void test_long_pause(void)
{
    VkpPidWindow window = {0};
    assert_turn(&window, 100, 32768, "all");
    assert_turn(&window, 100, 32768, "100");
    now_usec += 60 * G_USEC_PER_SEC;
    assert_turn(&window, 105, 32768, "all");
    assert_turn(&window, 105, 32768, "101 102 103 104 105");
    assert_turn(&window, 105, 32768, "");
    now_usec += 60 * G_USEC_PER_SEC;
    assert_turn(&window, 105, 32768, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/proc/table-window/each-number-is-named-twice", test_twice);
    g_test_add_func("/proc/table-window/a-number-is-named-until-its-time-is-over", test_hurry);
    g_test_add_func("/proc/table-window/numbers-begin-again-at-the-limit", test_wrap);
    g_test_add_func("/proc/table-window/a-large-window-is-a-list-of-all", test_too_many);
    g_test_add_func("/proc/table-window/nearly-a-whole-round-is-a-list-of-all", test_whole_round);
    g_test_add_func("/proc/table-window/a-long-pause-is-a-list-of-all", test_long_pause);
    return g_test_run();
}
