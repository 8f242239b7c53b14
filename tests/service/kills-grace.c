/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that overlap and have graces of their own. */
#include "tests/service/kills-fixture.h"

#define LONG_MS 60000
#define SHORT_MS 300

static pid_t spawn_stubborn(KillsFixture *fixture)
{
    return kills_spawn(fixture, "ignore 15 idle");
}

static void start_patient(KillsFixture *fixture, VkpScope scope, KillsAnswer *answer)
{
    kills_start(fixture, scope, &(VkpKillOptions){.grace_ms = LONG_MS}, answer);
    kills_let_it_ask(fixture);
}

static void test_hard_pass_of_the_later_one(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = spawn_stubborn(fixture);
    g_auto(KillsAnswer) patient = {0};
    g_auto(KillsAnswer) hasty = {0};
    start_patient(fixture, kills_single(stubborn), &patient);
    kills_start(fixture, fixture->rig->scope,
                &(VkpKillOptions){.grace_ms = SHORT_MS, .escalate = TRUE}, &hasty);
    kills_await(fixture, &hasty);
    g_assert_cmpint(kills_outcome(&hasty, stubborn), ==, VKP_OUTCOME_KILLED);
    kills_await(fixture, &patient);
    g_assert_cmpint(kills_outcome(&patient, stubborn), ==, VKP_OUTCOME_KILLED);
}

/* Though the job that is there will kill as well, in a minute. */
static void test_both_escalate(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = spawn_stubborn(fixture);
    g_auto(KillsAnswer) patient = {0};
    g_auto(KillsAnswer) hasty = {0};
    kills_start(fixture, fixture->rig->scope,
                &(VkpKillOptions){.grace_ms = LONG_MS, .escalate = TRUE}, &patient);
    kills_let_it_ask(fixture);
    kills_start(fixture, kills_single(stubborn),
                &(VkpKillOptions){.grace_ms = SHORT_MS, .escalate = TRUE}, &hasty);
    kills_await(fixture, &hasty);
    g_assert_cmpint(kills_outcome(&hasty, stubborn), ==, VKP_OUTCOME_KILLED);
    kills_await(fixture, &patient);
}

static void test_hard_pass_spares_the_rest(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t one = spawn_stubborn(fixture);
    pid_t other = spawn_stubborn(fixture);
    g_auto(KillsAnswer) patient = {0};
    g_auto(KillsAnswer) hasty = {0};
    start_patient(fixture, fixture->rig->scope, &patient);
    kills_start(fixture, kills_single(one),
                &(VkpKillOptions){.grace_ms = SHORT_MS, .escalate = TRUE}, &hasty);
    kills_await(fixture, &hasty);
    g_assert_cmpint(kills_outcome(&hasty, one), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(patient.n_answers, ==, 0);
    g_assert_true(kills_is_alive(other));
}

static void test_short_grace(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = spawn_stubborn(fixture);
    pid_t polite = kills_spawn(fixture, "on-term ( exit 0 ) idle");
    g_auto(KillsAnswer) patient = {0};
    g_auto(KillsAnswer) hasty = {0};
    start_patient(fixture, fixture->rig->scope, &patient);
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = SHORT_MS}, &hasty);
    kills_await(fixture, &hasty);
    g_assert_cmpint(kills_outcome(&hasty, stubborn), ==, VKP_OUTCOME_SURVIVED);
    g_assert_cmpint(kills_outcome(&hasty, polite), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpuint(patient.n_answers, ==, 0);
    vkp_family_kill(fixture->rig->family, stubborn);
    kills_await(fixture, &patient);
    g_assert_cmpint(kills_outcome(&patient, stubborn), ==, VKP_OUTCOME_EXITED);
}

static void *start_early_timer(void *loop, guint64 usec, VkpLoopFunc func, void *data,
                               GError **error)
{
    guint64 early_usec = 50 * G_TIME_SPAN_MILLISECOND;
    VkpLoop real = vkp_test_loop_ops(loop);
    return real.ops->start_timer(loop, usec > early_usec ? usec - early_usec : usec, func, data,
                                 error);
}

/* A loop may count from when its turn began, and not from now. */
static void test_early_timers(KillsFixture *fixture, gconstpointer data)
{
    VkpLoopOps ops = *fixture->rig->context.loop.ops;
    VkpKillContext context = fixture->rig->context;
    ops.start_timer = start_early_timer;
    context.loop.ops = &ops;
    vkp_kills_free(fixture->kills);
    fixture->kills = vkp_kills_new(&context);
    test_hard_pass_of_the_later_one(fixture, data);
    test_short_grace(fixture, data);
    g_clear_pointer(&fixture->kills, vkp_kills_free);
}

/* The job that it joins has done nothing yet. */
static void test_no_grace(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = kills_spawn(fixture, "on-term ( idle ) idle");
    g_auto(KillsAnswer) patient = {0};
    g_auto(KillsAnswer) hasty = {0};
    kills_start(fixture, kills_single(pid), &(VkpKillOptions){.grace_ms = LONG_MS}, &patient);
    kills_start(fixture, kills_single(pid), &(VkpKillOptions){.grace_ms = 0}, &hasty);
    kills_await(fixture, &hasty);
    g_assert_cmpint(kills_outcome(&hasty, pid), ==, VKP_OUTCOME_SURVIVED);
    vkp_family_kill(fixture->rig->family, pid);
    kills_await(fixture, &patient);
    g_assert_cmpint(kills_outcome(&patient, pid), ==, VKP_OUTCOME_EXITED);
}

/* A second SIGTERM would end it. */
static void test_long_grace(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = kills_spawn(fixture, "on-term ( idle ) idle");
    g_auto(KillsAnswer) hasty = {0};
    g_auto(KillsAnswer) patient = {0};
    kills_start(fixture, kills_single(pid), &(VkpKillOptions){.grace_ms = SHORT_MS}, &hasty);
    kills_let_it_ask(fixture);
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = LONG_MS}, &patient);
    kills_await(fixture, &hasty);
    g_assert_cmpint(kills_outcome(&hasty, pid), ==, VKP_OUTCOME_SURVIVED);
    kills_let_it_ask(fixture);
    g_assert_cmpuint(patient.n_answers, ==, 0);
    g_assert_true(kills_is_alive(pid));
    g_assert_cmpuint(vkp_family_n_handled(fixture->rig->family), ==, 1);
    vkp_family_kill(fixture->rig->family, pid);
    kills_await(fixture, &patient);
    g_assert_cmpint(kills_outcome(&patient, pid), ==, VKP_OUTCOME_EXITED);
}

static void test_long_grace_that_escalates(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = spawn_stubborn(fixture);
    g_auto(KillsAnswer) hasty = {0};
    g_auto(KillsAnswer) patient = {0};
    kills_start(fixture, kills_single(stubborn), &(VkpKillOptions){.grace_ms = SHORT_MS}, &hasty);
    kills_let_it_ask(fixture);
    kills_start(fixture, fixture->rig->scope,
                &(VkpKillOptions){.grace_ms = 5 * SHORT_MS, .escalate = TRUE}, &patient);
    kills_await(fixture, &hasty);
    g_assert_cmpint(kills_outcome(&hasty, stubborn), ==, VKP_OUTCOME_SURVIVED);
    kills_await(fixture, &patient);
    g_assert_cmpint(kills_outcome(&patient, stubborn), ==, VKP_OUTCOME_KILLED);
}

/* It was a server when the first job came to it, and is none any more. */
static void test_given_up(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t server = kills_spawn(fixture, "on-term ( exit 0 ) idle");
    pid_t stubborn = spawn_stubborn(fixture);
    g_auto(KillsAnswer) patient = {0};
    g_auto(KillsAnswer) later = {0};
    g_hash_table_add(fixture->rig->spared, GINT_TO_POINTER(server));
    start_patient(fixture, fixture->rig->scope, &patient);
    g_hash_table_remove_all(fixture->rig->spared);
    kills_start(fixture, kills_single(server), &(VkpKillOptions){.grace_ms = SHORT_MS}, &later);
    kills_await(fixture, &later);
    g_assert_cmpint(kills_outcome(&later, server), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpuint(patient.n_answers, ==, 0);
    g_assert_true(kills_is_alive(stubborn));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/service/kills-grace/" name, KillsFixture, NULL, kills_set_up, function,           \
               kills_tear_down)
    ADD("escalation-comes-at-the-end-of-its-own-grace", test_hard_pass_of_the_later_one);
    ADD("escalation-does-not-wait-for-another-one", test_both_escalate);
    ADD("no-grace-outlasts-a-timer-that-is-early", test_early_timers);
    ADD("escalation-spares-whom-only-the-other-asked-for", test_hard_pass_spares_the_rest);
    ADD("short-grace-is-answered-before-the-job-it-joined-ends", test_short_grace);
    ADD("no-grace-is-answered-before-the-job-it-joined-begins", test_no_grace);
    ADD("long-grace-outlives-the-job-it-joined-without-asking-again", test_long_grace);
    ADD("long-grace-escalates-after-the-job-it-joined", test_long_grace_that_escalates);
    ADD("whom-a-job-gave-up-the-next-request-takes-up", test_given_up);
    return g_test_run();
}
