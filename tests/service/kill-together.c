/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/fixture.h"

/* Requests to kill that overlap. */

static gboolean is_alive(pid_t pid)
{
    VkpRelative relative;
    return vkp_relative_read(pid, &relative) && vkp_relative_is_alive(&relative);
}

#define CALL __attribute__((cleanup(fixture_call_clear))) FixtureCall

static void test_same_request_twice(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t agent = fixture_spawn_member(fixture, 21, "name agent on-term ( sleep 300 exit 0 ) idle");
    vkp_family_settle(fixture->family, 1);
    g_autoptr(GDBusConnection) other = fixture_connect(fixture);
    CALL first = {0};
    CALL second = {0};
    fixture_start_kill(fixture->client, &first, "task", task, "{}");
    fixture_start_kill(other, &second, "task", task, "{}");
    fixture_await(&first);
    fixture_await(&second);
    g_assert_no_error(first.error);
    g_assert_no_error(second.error);
    g_assert_cmpstr(fixture_outcome(first.reply, agent), ==, "exited");
    g_assert_cmpstr(fixture_outcome(second.reply, agent), ==, "exited");
    fixture_assert_counts(second.reply, 1, 0);
    g_assert_cmpuint(vkp_family_n_handled(fixture->family), ==, 1);
}

static void test_force_on_the_same_scope(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    CALL patient = {0};
    CALL hasty = {0};
    gint64 start = g_get_monotonic_time();
    fixture_start_kill(fixture->client, &patient, "task", task, "{'timeout_ms': <uint32 60000>}");
    fixture_start_kill(fixture->client, &hasty, "task", task, "{'force': <true>}");
    fixture_await(&patient);
    fixture_await(&hasty);
    g_assert_cmpstr(fixture_outcome(patient.reply, stubborn), ==, "killed");
    g_assert_cmpstr(fixture_outcome(hasty.reply, stubborn), ==, "killed");
    g_assert_cmpint(g_get_monotonic_time() - start, <, 10 * G_USEC_PER_SEC);
}

/* Whoever was asked politely is not hit harder because somebody else is. */
static void test_force_on_one_of_many(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t one = fixture_spawn_member(fixture, 21, "name one ignore 15 idle");
    pid_t two = fixture_spawn_member(fixture, 21, "name two ignore 15 idle");
    vkp_family_settle(fixture->family, 2);
    g_autofree char *identity = fixture_identity(one);
    CALL polite = {0};
    CALL forced = {0};
    fixture_start_kill(fixture->client, &polite, "task", task, "{'timeout_ms': <uint32 1000>}");
    fixture_start_kill(fixture->client, &forced, "single", identity, "{'force': <true>}");
    fixture_await(&forced);
    fixture_assert_counts(forced.reply, 1, 0);
    g_assert_true(is_alive(two));
    fixture_await(&polite);
    fixture_assert_counts(polite.reply, 1, 1);
    g_assert_cmpstr(fixture_outcome(polite.reply, two), ==, "survived");
    g_assert_true(is_alive(two));
}

static void test_wider_force(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    g_autofree char *identity = fixture_identity(stubborn);
    CALL single = {0};
    CALL everything = {0};
    fixture_start_kill(fixture->client, &single, "single", identity,
                       "{'timeout_ms': <uint32 60000>}");
    fixture_start_kill(fixture->client, &everything, "all", "", "{'force': <true>}");
    fixture_await(&single);
    fixture_await(&everything);
    g_assert_cmpstr(fixture_outcome(single.reply, stubborn), ==, "killed");
    g_assert_cmpstr(fixture_outcome(everything.reply, stubborn), ==, "killed");
}

static void test_escalation_after_a_polite_one(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    CALL polite = {0};
    CALL escalating = {0};
    fixture_start_kill(fixture->client, &polite, "task", task, "{'timeout_ms': <uint32 100>}");
    fixture_start_kill(fixture->client, &escalating, "task", task,
                       "{'timeout_ms': <uint32 500>, 'escalate': <true>}");
    fixture_await(&polite);
    g_assert_cmpstr(fixture_outcome(polite.reply, stubborn), ==, "survived");
    fixture_await(&escalating);
    g_assert_cmpstr(fixture_outcome(escalating.reply, stubborn), ==, "killed");
    fixture_assert_counts(escalating.reply, 1, 0);
}

static void test_dry_run_meanwhile(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    CALL real = {0};
    fixture_start_kill(fixture->client, &real, "task", task, "{'timeout_ms': <uint32 1000>}");
    g_autoptr(GVariant) dry =
        fixture_kill(fixture, "task", task, "{'dry_run': <true>, 'force': <true>}");
    g_assert_cmpstr(fixture_outcome(dry, stubborn), ==, "would_kill");
    g_assert_null(real.reply);
    fixture_await(&real);
    g_assert_cmpstr(fixture_outcome(real.reply, stubborn), ==, "survived");
}

static void test_others_are_served(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    CALL slow = {0};
    fixture_start_kill(fixture->client, &slow, "task", task, "{'timeout_ms': <uint32 1500>}");
    for (guint i = 0; i < 20; i++) {
        g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
        g_autoptr(GVariant) process = fixture_find(processes, stubborn);
        g_assert_nonnull(process);
    }
    g_autoptr(GVariant) nobody = fixture_kill(fixture, "leftovers", "", "{'dry_run': <true>}");
    fixture_assert_counts(nobody, 0, 0);
    while (g_main_context_iteration(NULL, FALSE))
        ;
    g_assert_null(slow.reply);
    fixture_await(&slow);
    fixture_assert_counts(slow.reply, 0, 1);
}

static void test_too_many(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    FixtureCall calls[17] = {0};
    for (guint i = 0; i < G_N_ELEMENTS(calls); i++)
        fixture_start_kill(fixture->client, &calls[i], "task", task,
                           "{'timeout_ms': <uint32 1000>}");
    fixture_await(&calls[16]);
    g_autofree char *name = g_dbus_error_get_remote_error(calls[16].error);
    g_assert_cmpstr(name, ==, "org.vibekanban.Processes.Error.LimitsExceeded");
    g_assert_null(calls[15].error);

    CALL others = {0};
    g_autoptr(GDBusConnection) other = fixture_connect(fixture);
    fixture_start_kill(other, &others, "leftovers", "", "{'timeout_ms': <uint32 100>}");
    fixture_await(&others);
    g_assert_no_error(others.error);

    for (guint i = 0; i < 16; i++) {
        fixture_await(&calls[i]);
        g_assert_no_error(calls[i].error);
        fixture_call_clear(&calls[i]);
    }
    fixture_call_clear(&calls[16]);
    g_autoptr(GVariant) again = fixture_kill(fixture, "leftovers", "", "{'dry_run': <true>}");
    g_assert_nonnull(again);
}

/* Its requests are counted and answered; then the service is told to end. */
static void test_end_of_service(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *task = fixture_id(11);
    pid_t stubborn = fixture_spawn_member(fixture, 21, "name stubborn ignore 15 idle");
    vkp_family_settle(fixture->family, 1);
    CALL call = {0};
    fixture_start_kill(fixture->client, &call, "task", task, "{'timeout_ms': <uint32 60000>}");
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}"); /* so the Kill is under way */
    g_assert_cmpuint(g_variant_n_children(processes), ==, 1);
    g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
    fixture_await(&call);
    g_autofree char *name = g_dbus_error_get_remote_error(call.error);
    g_assert_cmpstr(name, ==, "org.vibekanban.Processes.Error.KillFailed");
    g_assert_true(is_alive(stubborn));
}

static void add_tests(void)
{
    fixture_add("/service/kill-together/the-same-request-twice-is-one-job",
                test_same_request_twice);
    fixture_add("/service/kill-together/force-hardens-the-job-of-its-scope",
                test_force_on_the_same_scope);
    fixture_add("/service/kill-together/force-on-one-of-many-spares-the-others",
                test_force_on_one_of_many);
    fixture_add("/service/kill-together/a-wider-force-hardens-what-it-takes-in", test_wider_force);
    fixture_add("/service/kill-together/escalation-comes-after-a-polite-job",
                test_escalation_after_a_polite_one);
    fixture_add("/service/kill-together/a-dry-run-meanwhile-changes-nothing",
                test_dry_run_meanwhile);
    fixture_add("/service/kill-together/others-are-served-meanwhile", test_others_are_served);
    fixture_add("/service/kill-together/the-seventeenth-call-of-one-caller-is-refused",
                test_too_many);
    fixture_add("/service/kill-together/the-end-of-the-service-is-an-answer", test_end_of_service);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
