/* SPDX-License-Identifier: Apache-2.0 */
/* kill -9 of the killer before each of its steps, one after the other: whoever starts next finds
 * everybody thawed, and can kill what was left. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/kill/rig.h"

typedef struct {
    const char *script;
    guint n_settled;
    VkpKillOptions options;
} Crash;

typedef struct {
    guint n_crashes;
    guint n_found_stopped; /* processes, before the thaw */
    guint n_thawed;
} Sum;

static void count_step(void *data)
{
    VkpRig *rig = data;
    if (++rig->n_steps == rig->last_step)
        g_assert_no_errno(kill(getpid(), SIGKILL));
}

static void note_done(VkpKillJob *job, GPtrArray *results, void *data)
{
    (void)job;
    *(GPtrArray **)data = results;
}

static gboolean is_set(gpointer data)
{
    return *(gpointer *)data != NULL;
}

/* A killer of its own, which dies before step `last_step`. TRUE: it did; FALSE: it came to its end.
 */
static gboolean kill_until(VkpRig *rig, const VkpKillOptions *options, guint last_step)
{
    pid_t killer = fork();
    g_assert_cmpint(killer, >=, 0);
    if (killer == 0) {
        GPtrArray *results = NULL;
        rig->last_step = last_step;
        rig->context.before_step = count_step;
        VkpKillJob *job = vkp_rig_plan(rig, options);
        (void)vkp_kill_job_start(job, note_done, &results, NULL);
        _exit(vkp_test_loop_run(rig->loop, 20000, is_set, &results) ? 0 : 1);
    }
    int status = 0;
    while (waitpid(killer, &status, 0) < 0)
        g_assert_cmpint(errno, ==, EINTR);
    if (WIFSIGNALED(status)) {
        g_assert_cmpint(WTERMSIG(status), ==, SIGKILL);
        return TRUE;
    }
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, 0);
    return FALSE;
}

static guint count_stopped(VkpRig *rig)
{
    guint n_stopped = 0;
    g_autoptr(GArray) living = vkp_family_list(rig->family, FALSE);
    for (guint i = 0; i < living->len; i++)
        n_stopped += g_array_index(living, VkpRelative, i).state == 'T';
    return n_stopped;
}

static gboolean is_nobody_stopped(gpointer data)
{
    return count_stopped(data) == 0;
}

/* The next start of the service, and what the owner does then. */
static void start_anew(VkpRig *rig, Sum *sum)
{
    g_autoptr(GError) error = NULL;
    sum->n_found_stopped += count_stopped(rig);
    sum->n_thawed += vkp_frozen_thaw(rig->context.frozen_path, rig->reader, &error);
    g_assert_no_error(error);
    g_assert_true(vkp_deadline_wait(10000, is_nobody_stopped, rig));
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &(VkpKillOptions){.force = TRUE});
    if (verdict.n_survivors > 0)
        g_test_message("%u killed, %u not, %u survivors after %.1f ms", verdict.n_killed,
                       verdict.n_failed, verdict.n_survivors, (double)verdict.usec / 1000);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
    g_assert_cmpuint(verdict.n_false, ==, 0);
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
}

static gboolean crash_at(const Crash *crash, guint step, Sum *sum)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(60, 60);
    vkp_rig_spawn_sibling(rig, "name innocent idle");
    vkp_rig_spawn(rig, crash->script);
    vkp_family_settle(rig->family, 1 + crash->n_settled);
    gboolean has_crashed = kill_until(rig, &crash->options, step);
    start_anew(rig, sum);
    return has_crashed;
}

static Sum crash_everywhere(const Crash *crash)
{
    Sum sum = {0};
    while (crash_at(crash, sum.n_crashes + 1, &sum))
        g_assert_cmpuint(++sum.n_crashes, <, 500);
    g_test_message("%u crashes left %u stopped, %u thawed", sum.n_crashes, sum.n_found_stopped,
                   sum.n_thawed);
    return sum;
}

static void test_in_a_forced_kill(void)
{
    Crash crash = {"fork 4 ( ignore 15 idle ) ignore 15 idle", 5, {.force = TRUE}};
    Sum sum = crash_everywhere(&crash);
    /* The list, five stops, five kills, the list again. */
    g_assert_cmpuint(sum.n_crashes, ==, 12);
    g_assert_cmpuint(sum.n_found_stopped, >=, 10);
    g_assert_cmpuint(sum.n_thawed, >=, sum.n_found_stopped); /* a stop may come late */
}

static void test_in_an_escalating_kill(void)
{
    Crash crash = {
        "fork 2 ( ignore 15 idle ) ignore 15 idle", 3, {.grace_ms = 30, .escalate = TRUE}};
    Sum sum = crash_everywhere(&crash);
    /* Two signals to each politely; then the list, a stop and a kill for each, the list again. */
    g_assert_cmpuint(sum.n_crashes, ==, 14);
    g_assert_cmpuint(sum.n_thawed, >, 0);
}

static void test_in_a_hydras_kill(void)
{
    Crash crash = {"hydra", 3, {.force = TRUE}};
    Sum sum = crash_everywhere(&crash);
    g_assert_cmpuint(sum.n_crashes, >=, 8);
}

/* Whoever is stopped by somebody else and in nobody's list stays so. */
static void test_own_stop_is_respected(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(60, 60);
    vkp_rig_spawn_sibling(rig, "name innocent stop idle");
    vkp_rig_spawn(rig, "ignore 15 idle");
    vkp_family_settle(rig->family, 2);
    g_assert_true(kill_until(rig, &(VkpKillOptions){.force = TRUE}, 3));
    VkpRelative innocent = vkp_family_find(rig->family, "innocent");
    g_assert_cmpuint(vkp_frozen_thaw(rig->context.frozen_path, rig->reader, NULL), ==, 1);
    g_assert_true(vkp_relative_read(innocent.pid, &innocent));
    g_assert_cmpint(innocent.state, ==, 'T');
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kill/crash/in-a-forced-kill", test_in_a_forced_kill);
    g_test_add_func("/kill/crash/in-an-escalating-kill", test_in_an_escalating_kill);
    g_test_add_func("/kill/crash/in-a-hydras-kill", test_in_a_hydras_kill);
    g_test_add_func("/kill/crash/own-stop-is-respected", test_own_stop_is_respected);
    return g_test_run();
}
