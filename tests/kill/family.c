/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/lib/family.h"

/* The families of tests/lib: what other tests rely on. */

static void test_tree_is_as_told(void)
{
    g_autoptr(VkpFamily) family = vkp_family_new(20, 30);
    pid_t root = vkp_family_run(family, "name root fork 3 ( name leaf idle ) idle");
    vkp_family_settle(family, 4);
    g_assert_cmpuint(vkp_family_n_living(family), ==, 4);
    VkpRelative leaf = vkp_family_find(family, "leaf");
    g_assert_cmpint(leaf.parent_pid, ==, root);
    VkpRelative top = vkp_family_find(family, "root");
    g_assert_cmpint(top.parent_pid, ==, vkp_family_warden(family));
}

static void test_words_and_environment_are_real(void)
{
    g_autoptr(VkpFamily) family = vkp_family_new(5, 30);
    const char *const environment[] = {"VK_ATTEMPT_ID=x y", NULL};
    const char *const words[] = {"chdir", "/usr", "idle", NULL};
    VkpActor actor = {.script = "name n", .environment = environment, .words = words};
    pid_t pid = vkp_family_spawn(family, &actor);
    vkp_family_settle(family, 1);
    g_autofree char *path = g_strdup_printf("/proc/%d/environ", pid);
    g_autofree char *text = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_assert_nonnull(memmem(text, length, "VK_ATTEMPT_ID=x y", 18));
    g_autofree char *link = g_strdup_printf("/proc/%d/cwd", pid);
    g_autofree char *folder = g_file_read_link(link, NULL);
    g_assert_cmpstr(folder, ==, "/usr");
}

static void test_daemons_stay_in_the_family(void)
{
    g_autoptr(VkpFamily) family = vkp_family_new(5, 30);
    vkp_family_run(family, "fork 1 ( setsid fork 1 ( name daemon chdir / idle ) exit 0 ) exit 0");
    vkp_family_settle(family, 1);
    VkpRelative daemon = vkp_family_find(family, "daemon");
    g_assert_cmpint(daemon.session, !=, daemon.pid);
    g_assert_cmpuint(vkp_family_n_births(family), ==, 3);
}

static void test_births_are_bounded(void)
{
    g_autoptr(VkpFamily) family = vkp_family_new(7, 30);
    vkp_family_run(family, "storm 100 0 idle");
    vkp_family_settle(family, 7);
    g_assert_cmpuint(vkp_family_n_living(family), ==, 7);
}

static void test_freeing_ends_even_the_stubborn(void)
{
    VkpFamily *family = vkp_family_new(60, 30);
    pid_t stopped = vkp_family_run(family, "ignore 15 stop idle");
    pid_t supervisor = vkp_family_run(family, "ignore 15 supervise ( ignore 15 idle )");
    vkp_family_run(family, "twins");
    vkp_family_run(family, "hydra");
    vkp_family_run(family, "trace ( idle ) idle");
    vkp_family_run(family, "vfork");
    vkp_family_run(family, "leaderless");
    vkp_family_settle(family, 13);
    g_assert_cmpuint(vkp_family_n_living(family), ==, 13);
    vkp_family_free(family);
    VkpRelative relative;
    g_assert_false(vkp_relative_read(stopped, &relative) && relative.parent_pid == supervisor);
    g_assert_cmpint(kill(supervisor, 0), ==, -1);
    g_assert_cmpint(errno, ==, ESRCH);
}

static void test_time_is_bounded(void)
{
    g_autoptr(VkpFamily) family = vkp_family_new(5, 1);
    pid_t pid = vkp_family_run(family, "ignore 15 setsid idle");
    VkpRelative relative;
    gint64 end = g_get_monotonic_time() + 5 * G_USEC_PER_SEC;
    while (vkp_relative_read(pid, &relative) && g_get_monotonic_time() < end)
        g_usleep(5000);
    g_assert_false(vkp_relative_read(pid, &relative));
}

static void test_on_term_happens_once(void)
{
    g_autoptr(VkpFamily) family = vkp_family_new(5, 30);
    pid_t pid =
        vkp_family_run(family, "on-term ( fork 1 ( name late idle ) sleep 20 exit 0 ) idle");
    vkp_family_settle(family, 1);
    g_assert_no_errno(kill(pid, SIGTERM));
    vkp_family_settle(family, 2);
    vkp_family_find(family, "late");
    g_assert_cmpuint(vkp_family_n_handled(family), ==, 1);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/family/tree-is-as-told", test_tree_is_as_told);
    g_test_add_func("/family/words-and-environment-are-real", test_words_and_environment_are_real);
    g_test_add_func("/family/daemons-stay-in-the-family", test_daemons_stay_in_the_family);
    g_test_add_func("/family/births-are-bounded", test_births_are_bounded);
    g_test_add_func("/family/freeing-ends-even-the-stubborn", test_freeing_ends_even_the_stubborn);
    g_test_add_func("/family/time-is-bounded", test_time_is_bounded);
    g_test_add_func("/family/on-term-happens-once", test_on_term_happens_once);
    return g_test_run();
}
