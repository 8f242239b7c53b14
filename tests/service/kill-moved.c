/* SPDX-License-Identifier: Apache-2.0 */
/* The worktree is pulled away under a kill that waits for a stubborn member, and leads to somebody
 * else's folder from then on. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/service/fixture.h"

typedef struct {
    Fixture *fixture;
    char *worktree; /* of attempt 21 */
    char *others;   /* the bystanders' folder */
    char *aside;
} Scene;

static void move(Scene *scene)
{
    g_assert_cmpint(rename(scene->worktree, scene->aside), ==, 0);
    g_assert_cmpint(symlink(scene->others, scene->worktree), ==, 0);
}

static void delete (Scene *scene)
{
    g_assert_cmpint(g_rmdir(scene->worktree), ==, 0);
    g_assert_cmpint(symlink(scene->others, scene->worktree), ==, 0);
}

static void exchange(Scene *scene)
{
    g_assert_cmpint(renameat2(AT_FDCWD, scene->worktree, AT_FDCWD, scene->others, RENAME_EXCHANGE),
                    ==, 0);
}

static gboolean was_asked(gpointer data)
{
    return vkp_family_n_handled(((Fixture *)data)->family) > 0;
}

static gboolean is_alive(pid_t pid)
{
    VkpRelative relative;
    return vkp_relative_read(pid, &relative) && vkp_relative_is_alive(&relative);
}

static pid_t run_in(Scene *scene, const char *folder, const char *script)
{
    guint n_births = vkp_family_n_births(scene->fixture->family);
    pid_t pid = vkp_family_run(scene->fixture->family, "chdir %s %s", folder, script);
    vkp_family_settle(scene->fixture->family, n_births + 1);
    return pid;
}

static pid_t run_member(Scene *scene, const char *script)
{
    guint n_births = vkp_family_n_births(scene->fixture->family);
    g_autofree char *whole = g_strdup_printf("setpgid chdir %s %s", scene->worktree, script);
    pid_t pid = fixture_spawn_member(scene->fixture, 21, whole);
    vkp_family_settle(scene->fixture->family, n_births + 1);
    return pid;
}

/* Each look finds the worktree where it is now. */
static void make_it_look(Scene *scene)
{
    for (guint i = 0; i < 3; i++) {
        g_autoptr(GVariant) processes = fixture_list(scene->fixture, "{}");
        g_assert_nonnull(processes);
    }
}

static void run(Fixture *fixture, void (*pull)(Scene *), const char *options)
{
    Scene scene = {fixture, g_build_filename(fixture->folder, "worktrees", "login", NULL),
                   g_build_filename(fixture->folder, "others", NULL),
                   g_build_filename(fixture->folder, "aside", NULL)};
    g_assert_cmpint(g_mkdir(scene.others, 0755), ==, 0);
    pid_t polite = run_member(&scene, "name polite on-term ( exit 0 ) idle");
    pid_t stubborn = run_member(&scene, "name stubborn ignore 15 idle");
    pid_t before = run_in(&scene, scene.others, "setpgid name bystander on-term ( idle ) idle");
    g_autofree char *attempt = fixture_id(21);
    FixtureCall call = {0};
    fixture_start_kill(fixture->client, &call, "attempt", attempt, options);
    fixture_wait(was_asked, fixture); /* the polite one has been, the other is waited for */

    pull(&scene);
    pid_t after = run_in(&scene, scene.others, "setpgid name bystander on-term ( idle ) idle");
    pid_t through = run_in(&scene, scene.worktree, "setpgid name bystander on-term ( idle ) idle");
    make_it_look(&scene);
    g_assert_true(is_alive(stubborn));
    fixture_await(&call);

    g_assert_no_error(call.error);
    g_assert_cmpstr(fixture_outcome(call.reply, polite), ==, "exited");
    g_assert_cmpstr(fixture_outcome(call.reply, stubborn), ==, "killed");
    fixture_assert_counts(call.reply, 2, 0);
    g_assert_true(is_alive(before) && is_alive(after) && is_alive(through));
    g_assert_cmpuint(vkp_family_n_handled(fixture->family), ==, 1); /* no bystander's */
    fixture_call_clear(&call);
    g_free(scene.worktree);
    g_free(scene.others);
    g_free(scene.aside);
}

#define OPTIONS "{'timeout_ms': <uint32 1500>, 'escalate': <true>}"
#define WITH_WEAK "{'timeout_ms': <uint32 1500>, 'escalate': <true>, 'include_weak': <true>}"

static void test_moved(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    run(fixture, move, OPTIONS);
}

static void test_deleted(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    run(fixture, delete, OPTIONS);
}

static void test_exchanged(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    run(fixture, exchange, OPTIONS);
}

static void test_moved_with_weak(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    run(fixture, move, WITH_WEAK);
}

static void test_exchanged_with_weak(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    run(fixture, exchange, WITH_WEAK);
}

static void add_tests(void)
{
    fixture_add("/service/kill-moved/a-worktree-that-is-moved", test_moved);
    fixture_add("/service/kill-moved/a-worktree-that-is-deleted", test_deleted);
    fixture_add("/service/kill-moved/a-worktree-that-is-exchanged", test_exchanged);
    fixture_add("/service/kill-moved/a-worktree-that-is-moved-and-weak-ones-meant",
                test_moved_with_weak);
    fixture_add("/service/kill-moved/a-worktree-that-is-exchanged-and-weak-ones-meant",
                test_exchanged_with_weak);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
