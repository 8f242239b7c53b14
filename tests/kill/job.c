/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <unistd.h>

#include "tests/kill/rig.h"

static const VkpKillOptions polite = {.grace_ms = 3000};
static const VkpKillOptions forced = {.grace_ms = 3000, .force = TRUE};

static gboolean is_stopped(gpointer data)
{
    return vkp_relative_state_of(*(pid_t *)data) == 'T';
}

static void test_nothing_happens_before_the_loop_runs(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(5, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "on-term ( exit 0 ) idle", 1);
    VkpKillJob *job = vkp_rig_plan(rig, &polite);
    vkp_rig_start(rig, job);
    g_assert_cmpuint(vkp_family_n_handled(rig->family), ==, 0);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpuint(verdict.n_killed, ==, 1);
}

static void test_empty_plan_answers(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(5, 30);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &polite);
    g_assert_cmpuint(verdict.results->len, ==, 0);
}

static void test_each_is_asked_once(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    /* A second SIGTERM would end it at once. */
    pid_t pid = vkp_rig_spawn_settled(rig, "on-term ( sleep 150 exit 0 ) idle", 1);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &polite);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpint(verdict.usec, >=, 140000);
    g_assert_cmpuint(vkp_family_n_handled(rig->family), ==, 1);
}

static void test_without_escalation_survivors_are_told(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(5, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "ignore 15 fork 1 ( idle ) ignore 15 idle", 2);
    VkpKillOptions brief = {.grace_ms = 60};
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &brief);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_SURVIVED);
    g_assert_cmpstr(vkp_verdict_detail(&verdict, pid), ==, "Its state is sleeping");
    g_assert_cmpuint(verdict.n_failed, ==, 2);
    g_assert_cmpint(verdict.usec, >=, 60000);
    g_assert_cmpint(verdict.usec, <, 20 * G_USEC_PER_SEC);
}

static void test_grace_of_nothing_asks_nevertheless(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(5, 30);
    vkp_rig_spawn_settled(rig, "ignore 15 idle", 1);
    g_auto(VkpVerdict) told = vkp_rig_kill(rig, &(VkpKillOptions){.grace_ms = 0});
    g_assert_cmpuint(told.n_failed, ==, 1);
    g_auto(VkpVerdict) ended =
        vkp_rig_kill(rig, &(VkpKillOptions){.grace_ms = 0, .escalate = TRUE});
    g_assert_cmpuint(ended.n_killed, ==, 1);
    g_assert_cmpuint(ended.n_survivors, ==, 0);
}

static void test_force_in_the_middle_cuts_the_grace(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(5, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "ignore 15 idle", 1);
    VkpKillJob *job = vkp_rig_plan(rig, &(VkpKillOptions){.grace_ms = 60000});
    vkp_rig_start(rig, job);
    for (guint i = 0; i < 10; i++)
        vkp_test_loop_turn(rig->loop, 1000);
    g_assert_cmpint(vkp_relative_state_of(pid), ==, 'S');
    vkp_kill_job_force(job);
    vkp_kill_job_force(job);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(verdict.usec, <, 30 * G_USEC_PER_SEC);
}

static void test_force_before_the_start_asks_nobody(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(5, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "on-term ( sleep 60000 ) idle", 1);
    VkpKillJob *job = vkp_rig_plan(rig, &polite);
    vkp_kill_job_force(job);
    vkp_rig_start(rig, job);
    vkp_kill_job_force(job);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(vkp_family_n_handled(rig->family), ==, 0);
}

typedef struct {
    VkpRig *rig;
    VkpRoster *(*look)(void *data, GError **error);
    VkpKillJob *job;
} Haste;

static VkpRoster *look_in_haste(void *data, GError **error)
{
    const Haste *haste = data;
    return haste->look(haste->rig, error);
}

static void force_now(void *data)
{
    vkp_kill_job_force(((const Haste *)data)->job);
}

/* Nothing is left of the grace when the first one is asked. */
static void test_force_at_the_end_of_the_grace_is_not_lost(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(5, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "ignore 15 idle", 1);
    Haste haste = {rig, rig->context.fresh_roster, NULL};
    rig->context.fresh_roster = look_in_haste;
    rig->context.check_spared = NULL;
    rig->context.before_step = force_now;
    rig->context.data = &haste;
    haste.job = vkp_rig_plan(rig, &(VkpKillOptions){.grace_ms = 0});
    vkp_rig_start(rig, haste.job);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, haste.job);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
}

static void test_job_covers_its_own(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "idle", 1);
    pid_t sibling = vkp_rig_spawn_sibling(rig, "name innocent idle");
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    VkpKillJob *job = vkp_rig_plan(rig, &polite);
    g_assert_true(vkp_kill_job_covers(job, (VkpIdentity){pid, relative.start_ticks}));
    g_assert_false(vkp_kill_job_covers(job, (VkpIdentity){pid, relative.start_ticks + 1}));
    g_assert_false(vkp_kill_job_covers(job, (VkpIdentity){sibling, relative.start_ticks}));
    vkp_kill_job_free(job);
    g_assert_cmpint(vkp_relative_state_of(pid), ==, 'S');
}

static void test_freed_in_mid_freeze_it_thaws(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(40, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "fork 20 ( idle ) idle", 21);
    VkpKillJob *job = vkp_rig_plan(rig, &forced);
    vkp_rig_start(rig, job);
    while (!g_file_test(rig->context.frozen_path, G_FILE_TEST_EXISTS))
        g_assert_true(vkp_test_loop_turn(rig->loop, 1000));
    g_assert_true(vkp_deadline_wait(10000, is_stopped, &pid));
    vkp_kill_job_free(job);
    g_assert_false(g_file_test(rig->context.frozen_path, G_FILE_TEST_EXISTS));
    g_assert_cmpuint(vkp_test_loop_n_sources(rig->loop), ==, 0);
    g_autoptr(GArray) living = vkp_family_list(rig->family, FALSE);
    g_assert_cmpuint(living->len, ==, 21);
    for (guint i = 0; i < living->len; i++)
        g_assert_cmpint(g_array_index(living, VkpRelative, i).state, !=, 'T');
}

static void test_planned_who_ended_meanwhile_are_gone(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "fork 1 ( name first idle ) idle", 2);
    VkpRelative first = vkp_family_find(rig->family, "first");
    VkpKillJob *job = vkp_rig_plan(rig, &polite);
    vkp_family_kill(rig->family, first.pid);
    vkp_rig_start(rig, job);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, first.pid), ==, VKP_OUTCOME_GONE);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_EXITED);
}

static gboolean has_lost_its_mark(gpointer data)
{
    const VkpRig *rig = data;
    g_autoptr(VkpImage) image = vkp_reader_read_image(rig->reader, rig->scope.identity.pid, NULL);
    return image && !vkp_uuid_equal(&image->marks.attempt_id, &rig->our_attempt);
}

static gboolean is_certain(gpointer data)
{
    VkpRig *rig = data;
    g_autoptr(VkpRoster) roster = vkp_rig_look(rig);
    return vkp_roster_lookup(roster, rig->scope.identity)->process->image->is_certain;
}

/* Its name stays, so nothing tells the next roster to read it anew. */
static void assert_dies_without_its_mark(const char *script)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, script, 1);
    vkp_rig_aim_at(rig, pid);
    g_assert_true(vkp_deadline_wait(10000, is_certain, rig));
    g_assert_no_errno(kill(pid, SIGTERM));
    g_assert_true(vkp_deadline_wait(10000, has_lost_its_mark, rig));
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
}

static void test_title_over_the_marks_does_not_save_it(void)
{
    assert_dies_without_its_mark("chdir / setsid on-term ( title ) idle");
}

static void test_forged_marks_do_not_save_it(void)
{
    assert_dies_without_its_mark("chdir / setsid on-term ( forge ) idle");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/kill/job/" name, function)
    ADD("nothing-happens-before-the-loop-runs", test_nothing_happens_before_the_loop_runs);
    ADD("empty-plan-answers", test_empty_plan_answers);
    ADD("each-is-asked-once", test_each_is_asked_once);
    ADD("without-escalation-survivors-are-told", test_without_escalation_survivors_are_told);
    ADD("grace-of-nothing-asks-nevertheless", test_grace_of_nothing_asks_nevertheless);
    ADD("force-in-the-middle-cuts-the-grace", test_force_in_the_middle_cuts_the_grace);
    ADD("force-at-the-end-of-the-grace-is-not-lost",
        test_force_at_the_end_of_the_grace_is_not_lost);
    ADD("force-before-the-start-asks-nobody", test_force_before_the_start_asks_nobody);
    ADD("job-covers-its-own", test_job_covers_its_own);
    ADD("freed-in-mid-freeze-it-thaws", test_freed_in_mid_freeze_it_thaws);
    ADD("title-over-the-marks-does-not-save-it", test_title_over_the_marks_does_not_save_it);
    ADD("forged-marks-do-not-save-it", test_forged_marks_do_not_save_it);
    ADD("planned-who-ended-meanwhile-are-gone", test_planned_who_ended_meanwhile_are_gone);
    return g_test_run();
}
