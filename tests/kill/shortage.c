/* SPDX-License-Identifier: Apache-2.0 */
/* Jobs that are short of something: descriptors, timers, rosters, rights, a folder for the list. */
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/kill/descriptors.h"
#include "tests/kill/rig.h"

static const VkpKillOptions polite = {.grace_ms = 3000};
static const VkpKillOptions forced = {.grace_ms = 3000, .force = TRUE};

static void test_without_a_list_nobody_is_frozen(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(40, 30);
    vkp_rig_spawn_settled(rig, "fork 5 ( ignore 15 idle ) idle", 6);
    g_free((char *)rig->context.frozen_path);
    rig->context.frozen_path = g_strdup("/proc/no-such-folder/frozen");
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpuint(verdict.n_killed, ==, 6);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
}

static VkpRoster *look_nowhere(void *data, GError **error)
{
    (void)data;
    g_set_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED, "The test wants this to fail");
    return NULL;
}

/* Known targets are dealt with, and the answer comes when the grace is over: without a roster
 * nobody can say that there is nobody else. */
static void test_without_rosters_the_job_ends_in_time(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(40, 30);
    vkp_rig_spawn_settled(rig, "fork 5 ( ignore 15 idle ) idle", 6);
    VkpKillOptions options = {.grace_ms = 100, .escalate = TRUE};
    VkpKillJob *planned = vkp_rig_plan(rig, &options);
    vkp_kill_job_free(planned);
    g_autoptr(VkpRoster) roster = vkp_rig_look(rig);
    VkpPlan *plan = vkp_plan_build(&rig->scope, &options, roster, NULL);
    rig->context.fresh_roster = look_nowhere;
    VkpKillJob *job = vkp_kill_job_new(&rig->context, &rig->scope, &options, plan);
    vkp_rig_start(rig, job);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
    g_assert_cmpuint(verdict.n_killed, ==, 6);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
    g_assert_cmpint(verdict.usec, <, 10 * G_USEC_PER_SEC);
}

/* The loop fails to take the Nth source, for every N until it does not matter any more. */
static void test_failing_loop_ends_the_job_in_truth(void)
{
    for (int n = 1; n < 40; n++) {
        g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
        vkp_rig_spawn_settled(rig, "fork 2 ( ignore 15 idle ) idle", 3);
        VkpKillJob *job = vkp_rig_plan(rig, &forced);
        vkp_test_loop_fail_after(rig->loop, n);
        vkp_rig_start(rig, job);
        g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
        g_assert_cmpuint(verdict.n_false, ==, 0);
        g_assert_cmpuint(verdict.n_frozen, ==, 0);
        g_assert_cmpuint(verdict.results->len, ==, 3);
        g_assert_cmpuint(verdict.n_failed, >=, verdict.n_survivors > 0);
    }
}

static void count_answer(VkpKillJob *job, GPtrArray *results, void *data)
{
    (void)job;
    (*(guint *)data)++;
    g_ptr_array_unref(results);
}

static void test_loop_without_room_starts_nothing(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "idle", 1);
    g_autoptr(VkpKillJob) job = vkp_rig_plan(rig, &forced);
    guint n_answers = 0;
    g_autoptr(GError) error = NULL;
    vkp_test_loop_fail_after(rig->loop, 0);
    g_assert_false(vkp_kill_job_start(job, count_answer, &n_answers, &error));
    g_assert_nonnull(error);
    g_assert_cmpuint(n_answers, ==, 0);
    g_assert_cmpint(vkp_relative_state_of(pid), ==, 'S');
}

/* The timer that runs already brings the job to its hard pass. */
static void test_force_needs_no_room_in_the_loop(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "ignore 15 idle", 1);
    VkpKillJob *job = vkp_rig_plan(rig, &(VkpKillOptions){.grace_ms = 60000});
    vkp_rig_start(rig, job);
    for (guint i = 0; i < 5; i++)
        vkp_test_loop_turn(rig->loop, 1000);
    vkp_test_loop_fail_after(rig->loop, 0);
    vkp_kill_job_force(job);
    vkp_test_loop_fail_after(rig->loop, -1);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(verdict.usec, <, 30 * G_USEC_PER_SEC);
}

static void test_short_of_descriptors_it_works_in_batches(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(220, 60);
    vkp_rig_spawn_settled(rig, "fork 199 ( idle ) idle", 200);
    struct rlimit limit;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &limit));
    struct rlimit low = {96, limit.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &low));
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &polite);
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &limit));
    g_assert_cmpuint(verdict.n_killed, ==, 200);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
}

static void test_short_of_descriptors_force_does_too(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(220, 60);
    vkp_rig_spawn_settled(rig, "ignore 15 fork 199 ( idle ) idle", 200);
    struct rlimit limit;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &limit));
    struct rlimit low = {96, limit.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &low));
    g_auto(VkpVerdict) verdict =
        vkp_rig_kill(rig, &(VkpKillOptions){.grace_ms = 100, .escalate = TRUE});
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &limit));
    g_assert_cmpuint(verdict.n_killed, ==, 200);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
}

/* Whom nobody could tell from the server, for so many times. */
static gboolean check_in_the_dark(VkpIdentity identity, gboolean *must_spare, void *data)
{
    VkpRig *rig = data;
    if (rig->n_steps < rig->last_step) {
        rig->n_steps++;
        return FALSE;
    }
    *must_spare = g_hash_table_contains(rig->spared, GINT_TO_POINTER(identity.pid));
    return TRUE;
}

static void test_who_may_be_the_server_waits(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t server = vkp_rig_spawn_settled(rig, "name innocent idle", 1);
    pid_t other = vkp_rig_spawn_settled(rig, "ignore 15 idle", 2);
    g_hash_table_add(rig->spared, GINT_TO_POINTER(server));
    rig->context.check_spared = check_in_the_dark;
    rig->last_step = 5;
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, server), ==, VKP_OUTCOME_PROTECTED);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, other), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
}

static void test_who_may_be_the_server_to_the_end_has_survived(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "name innocent idle", 1);
    rig->context.check_spared = check_in_the_dark;
    rig->last_step = G_MAXUINT;
    g_auto(VkpVerdict) verdict =
        vkp_rig_kill(rig, &(VkpKillOptions){.grace_ms = 50, .escalate = TRUE});
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_SURVIVED);
    g_assert_nonnull(strstr(vkp_verdict_detail(&verdict, pid), "too many files"));
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
}

static void test_limit_is_raised_to_the_hard_one(void)
{
    struct rlimit limit;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &limit));
    struct rlimit low = {64, limit.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &low));
    g_assert_cmpuint(vkp_descriptors_raise_limit(), ==, limit.rlim_max);
    struct rlimit now;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &now));
    g_assert_cmpuint(now.rlim_cur, ==, limit.rlim_max);
}

/* Who looks like ours and is another user's: the kernel refuses. We give up our own privileges for
 * the time of the kill, as the owner has none. */
static void test_another_users_process_is_denied(void)
{
    if (geteuid() != 0) {
        g_test_skip("Only root can start processes of other users");
        return;
    }
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    g_assert_no_errno(chown(rig->folder, 1000, 1000));
    pid_t pid = vkp_rig_spawn_settled(
        rig, "fork 1 ( name lent lend 1000 1001 idle ) uid 1000 exec ( setpgid idle )", 2);
    VkpRelative lent = vkp_family_find(rig->family, "lent");
    g_assert_no_errno(setegid(1000));
    g_assert_no_errno(seteuid(1000));
    vkp_rig_reopen_eyes(rig);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_no_errno(seteuid(0));
    g_assert_no_errno(setegid(0));
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, lent.pid), ==, VKP_OUTCOME_DENIED);
    g_assert_cmpuint(verdict.n_failed, ==, 1);
    g_assert_cmpuint(rig->n_scans, <, 20); /* nobody waits for what is denied */
}

/* Neither can be seen to stop: one hides behind a leader that is gone, one sleeps uninterruptibly.
 */
static void test_who_cannot_be_seen_to_stop_holds_up_nobody(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    vkp_rig_spawn_settled(rig, "ignore 15 fork 1 ( leaderless ) vfork idle", 3);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpuint(verdict.n_killed, ==, 3);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
    /* Half a dozen will do; waiting for them would take 1.5 s and a scan every 20 ms. */
    g_assert_cmpuint(rig->n_scans, <, 20);
}

/* However many there are, nobody else waits long for the loop. Our own share of a turn: the rosters
 * are somebody else's work. Who waits instead of working holds up the others as well, but so does a
 * busy machine: the bound of what passes meanwhile is a generous one. */
static void test_many_targets_do_not_block_the_loop(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(820, 60);
    vkp_rig_spawn_settled(rig, "fork 799 ( idle ) idle", 800);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpuint(verdict.n_killed, ==, 800);
    g_test_message("longest callback, rosters apart: %.1f ms of work, %.1f ms in all",
                   (double)verdict.longest_callback.work_usec / 1000,
                   (double)verdict.longest_callback.wall_usec / 1000);
    g_assert_cmpint(verdict.longest_callback.work_usec, <, 30000);
    g_assert_cmpint(verdict.longest_callback.wall_usec, <, 500000);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/kill/shortage/" name, function)
    ADD("without-a-list-nobody-is-frozen", test_without_a_list_nobody_is_frozen);
    ADD("without-rosters-the-job-ends-in-time", test_without_rosters_the_job_ends_in_time);
    ADD("failing-loop-ends-the-job-in-truth", test_failing_loop_ends_the_job_in_truth);
    ADD("loop-without-room-starts-nothing", test_loop_without_room_starts_nothing);
    ADD("force-needs-no-room-in-the-loop", test_force_needs_no_room_in_the_loop);
    ADD("short-of-descriptors-it-works-in-batches", test_short_of_descriptors_it_works_in_batches);
    ADD("short-of-descriptors-force-does-too", test_short_of_descriptors_force_does_too);
    ADD("who-may-be-the-server-waits", test_who_may_be_the_server_waits);
    ADD("who-may-be-the-server-to-the-end-has-survived",
        test_who_may_be_the_server_to_the_end_has_survived);
    ADD("limit-is-raised-to-the-hard-one", test_limit_is_raised_to_the_hard_one);
    ADD("another-users-process-is-denied", test_another_users_process_is_denied);
    ADD("who-cannot-be-seen-to-stop-holds-up-nobody",
        test_who_cannot_be_seen_to_stop_holds_up_nobody);
    ADD("many-targets-do-not-block-the-loop", test_many_targets_do_not_block_the_loop);
    return g_test_run();
}
