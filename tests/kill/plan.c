/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/plan.h"
#include "common/base/error.h"
#include "tests/kill/sketch.h"

static const VkpScope everything = {.kind = VKP_SCOPE_ALL};
static const VkpKillOptions plain = {.grace_ms = VKP_GRACE_DEFAULT_MS};

static VkpPlan *build(const VkpScope *scope, const VkpKillOptions *options, VkpRoster *roster)
{
    g_autoptr(GError) error = NULL;
    VkpPlan *plan = vkp_plan_build(scope, options, roster, &error);
    g_assert_no_error(error);
    return plan;
}

/* The pids of the targets in order, as "1 2 3". */
static void assert_targets(const VkpPlan *plan, const char *expected)
{
    g_autoptr(GString) pids = g_string_new(NULL);
    for (guint i = 0; i < plan->targets->len; i++) {
        const VkpMember *member = g_ptr_array_index(plan->targets, i);
        g_string_append_printf(pids, i > 0 ? " %d" : "%d", member->process->identity.pid);
    }
    g_assert_cmpstr(pids->str, ==, expected);
}

/* The results in order, as "1 gone, 2 protected". */
static void assert_results(const GPtrArray *results, const char *expected)
{
    g_autoptr(GString) words = g_string_new(NULL);
    for (guint i = 0; i < results->len; i++) {
        const VkpResult *result = g_ptr_array_index(results, i);
        g_string_append_printf(words, i > 0 ? ", %d %s" : "%d %s", result->identity.pid,
                               vkp_outcome_to_string(result->outcome));
    }
    g_assert_cmpstr(words->str, ==, expected);
}

static GHashTable *expect(const char *texts)
{
    GHashTable *expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_auto(GStrv) words = g_strsplit(texts, " ", -1);
    for (char **word = words; *word; word++)
        g_hash_table_add(expected, g_strdup(*word));
    return expected;
}

static void test_parents_come_first_whatever_their_pids(void)
{
    /* After a wrap, and all born within one tick. */
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 5, .parent_pid = 30, .start_ticks = 7},
                                                {.pid = 30, .parent_pid = 900, .start_ticks = 7},
                                                {.pid = 900, .parent_pid = 1, .start_ticks = 7},
                                                {.pid = 6, .parent_pid = 5, .start_ticks = 7},
                                                {.pid = 2, .parent_pid = 900, .start_ticks = 7});
    g_autoptr(VkpPlan) plan = build(&everything, &plain, roster);
    assert_targets(plan, "900 2 30 5 6");
}

static void test_reused_parent_pid_is_no_parent(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 50, .parent_pid = 1, .start_ticks = 900},
                                                {.pid = 40, .parent_pid = 50, .start_ticks = 100});
    g_autoptr(VkpPlan) plan = build(&everything, &plain, roster);
    assert_targets(plan, "40 50");
}

static void test_circle_in_forged_data_ends(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 1, .parent_pid = 2, .start_ticks = 7},
                                                {.pid = 2, .parent_pid = 3, .start_ticks = 7},
                                                {.pid = 3, .parent_pid = 1, .start_ticks = 7},
                                                {.pid = 4, .parent_pid = 4, .start_ticks = 7});
    g_autoptr(VkpPlan) plan = build(&everything, &plain, roster);
    g_assert_cmpuint(plan->targets->len, ==, 4);
}

static void test_deep_chain_is_sorted_in_time(void)
{
    enum { LENGTH = 30000 };
    g_autofree Sketch *sketches = g_new0(Sketch, LENGTH);
    for (int i = 0; i < LENGTH; i++)
        sketches[i] = (Sketch){.pid = LENGTH - i, .parent_pid = LENGTH - i + 1, .start_ticks = 7};
    g_autoptr(VkpRoster) roster = sketch_roster(sketches, LENGTH);
    gint64 begin = g_get_monotonic_time();
    g_autoptr(VkpPlan) plan = build(&everything, &plain, roster);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 5 * G_USEC_PER_SEC);
    for (int i = 0; i < LENGTH; i++) {
        const VkpMember *member = g_ptr_array_index(plan->targets, i);
        g_assert_cmpint(member->process->identity.pid, ==, LENGTH - i);
    }
}

static void test_groups_spare_the_weak(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10, .confidence = 60, .attempt = 1},
                                                {.pid = 11, .confidence = 59, .attempt = 1},
                                                {.pid = 12, .confidence = 30, .attempt = 1});
    VkpScope attempt = {.kind = VKP_SCOPE_ATTEMPT, .id = sketch_id(1)};
    g_autoptr(VkpPlan) plan = build(&attempt, &plain, roster);
    assert_targets(plan, "10");
    assert_results(plan->results, "");
    VkpKillOptions include_weak = {.include_weak = TRUE};
    g_autoptr(VkpPlan) with_weak = build(&attempt, &include_weak, roster);
    assert_targets(with_weak, "10 11 12");
}

static void test_groups_spare_shared_daemons(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10, .is_shared_daemon = TRUE}, {.pid = 11});
    g_autoptr(VkpPlan) plan = build(&everything, &plain, roster);
    assert_targets(plan, "11");
    VkpKillOptions include_weak = {.include_weak = TRUE};
    g_autoptr(VkpPlan) with_weak = build(&everything, &include_weak, roster);
    assert_targets(with_weak, "10 11");
}

static void test_single_takes_the_weak_too(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER(
        {.pid = 10, .confidence = 30, .is_shared_daemon = TRUE}, {.pid = 11, .parent_pid = 10});
    VkpScope single = {.kind = VKP_SCOPE_SINGLE, .identity = {10, 0}};
    g_autoptr(VkpPlan) plan = build(&single, &plain, roster);
    assert_targets(plan, "10");
}

static void test_single_must_be_a_member(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10});
    VkpScope single = {.kind = VKP_SCOPE_SINGLE, .identity = {11, 0}};
    g_autoptr(GError) error = NULL;
    g_assert_null(vkp_plan_build(&single, &plain, roster, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_MANAGED);
    g_assert_nonnull(strstr(error->message, "11"));
}

static void test_single_of_another_start_is_refused(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10, .start_ticks = 500});
    VkpScope single = {.kind = VKP_SCOPE_SINGLE, .identity = {10, 499}};
    g_autoptr(GError) error = NULL;
    g_assert_null(vkp_plan_build(&single, &plain, roster, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_IDENTITY_CHANGED);
}

static void test_protected_are_told_and_never_targets(void)
{
    g_autoptr(VkpRoster) roster =
        SKETCH_ROSTER({.pid = 10, .is_protected = TRUE, .attempt = 1}, {.pid = 11, .attempt = 1},
                      {.pid = 12, .is_protected = TRUE, .confidence = 30, .attempt = 1});
    VkpScope attempt = {.kind = VKP_SCOPE_ATTEMPT, .id = sketch_id(1)};
    VkpScope single = {.kind = VKP_SCOPE_SINGLE, .identity = {12, 0}};
    VkpKillOptions hard = {.force = TRUE, .include_weak = TRUE};
    g_autoptr(VkpPlan) of_attempt = build(&attempt, &hard, roster);
    assert_targets(of_attempt, "11");
    assert_results(of_attempt->results, "10 protected, 12 protected");
    g_autoptr(VkpPlan) of_all = build(&everything, &plain, roster);
    assert_results(of_all->results, "10 protected, 12 protected");
    g_autoptr(VkpPlan) of_single = build(&single, &hard, roster);
    assert_targets(of_single, "");
    assert_results(of_single->results, "12 protected");
}

static void test_dead_are_gone(void)
{
    g_autoptr(VkpRoster) roster =
        SKETCH_ROSTER({.pid = 10, .state = 'Z'}, {.pid = 11, .state = 'Z', .threads = 2},
                      {.pid = 12, .state = 'X'});
    g_autoptr(VkpPlan) plan = build(&everything, &plain, roster);
    assert_targets(plan, "11");
    assert_results(plan->results, "10 gone, 12 gone");
    VkpKillOptions dry = {.dry_run = TRUE};
    g_autoptr(VkpPlan) would = build(&everything, &dry, roster);
    assert_results(would->results, "11 would_kill");
}

static void test_unexpected_are_left_alone(void)
{
    g_autoptr(VkpRoster) roster =
        SKETCH_ROSTER({.pid = 10}, {.pid = 11}, {.pid = 12, .is_protected = TRUE});
    g_auto(VkpKillOptions) options = {.expected = expect("10:1010")};
    g_autoptr(VkpPlan) plan = build(&everything, &options, roster);
    assert_targets(plan, "10");
    assert_results(plan->results, "");
}

static void test_expected_that_ended_are_gone(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10}, {.pid = 13, .start_ticks = 99});
    g_auto(VkpKillOptions) options = {.expected = expect("13:98 10:1010 12:1012 nonsense 11:x")};
    g_autoptr(VkpPlan) plan = build(&everything, &options, roster);
    assert_targets(plan, "10");
    assert_results(plan->results, "13 gone, 12 gone");
}

/* Whoever else is expected has nothing to do with it. */
static void test_expected_of_a_single_is_itself(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10}, {.pid = 13, .start_ticks = 99});
    const VkpScope single = {.kind = VKP_SCOPE_SINGLE, .identity = {.pid = 13}};
    g_auto(VkpKillOptions) options = {.expected = expect("13:98 10:1010 12:1012")};
    g_autoptr(VkpPlan) plan = build(&single, &options, roster);
    assert_targets(plan, "");
    assert_results(plan->results, "13 gone");
}

static void test_expected_that_left_the_scope_have_survived(void)
{
    g_autoptr(VkpRoster) roster =
        SKETCH_ROSTER({.pid = 10, .attempt = 1}, {.pid = 11, .attempt = 2},
                      {.pid = 12, .attempt = 1, .confidence = 30});
    VkpScope attempt = {.kind = VKP_SCOPE_ATTEMPT, .id = sketch_id(1)};
    g_auto(VkpKillOptions) options = {.expected = expect("10:1010 11:1011 12:1012")};
    g_autoptr(VkpPlan) plan = build(&attempt, &options, roster);
    assert_targets(plan, "10");
    assert_results(plan->results, "11 survived, 12 survived");
}

static void test_expectation_of_nobody_hits_nobody(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10});
    g_auto(VkpKillOptions)
        options = {.expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL)};
    g_autoptr(VkpPlan) plan = build(&everything, &options, roster);
    assert_targets(plan, "");
}

static void test_dry_run_only_tells(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10}, {.pid = 11, .is_protected = TRUE},
                                                {.pid = 12, .parent_pid = 10});
    g_auto(VkpKillOptions) options = {.dry_run = TRUE, .expected = expect("10:1010 11:1011 77:1")};
    g_autoptr(VkpPlan) plan = build(&everything, &options, roster);
    assert_targets(plan, "");
    assert_results(plan->results, "11 protected, 10 would_kill");
}

static void test_empty_scope_is_an_empty_plan(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10, .attempt = 1});
    VkpScope unknown = {.kind = VKP_SCOPE_TASK, .id = sketch_id(4711)};
    g_autoptr(VkpPlan) plan = build(&unknown, &plain, roster);
    assert_targets(plan, "");
    assert_results(plan->results, "");
}

static void test_counts_follow_the_contract(void)
{
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    for (int outcome = VKP_OUTCOME_NONE; outcome <= VKP_OUTCOME_WOULD_KILL; outcome++)
        g_ptr_array_add(results,
                        vkp_result_new((VkpIdentity){1, 1}, "n", (VkpOutcome)outcome, NULL));
    guint killed = 9;
    guint failed = 9;
    vkp_results_count(results, &killed, &failed);
    g_assert_cmpuint(killed, ==, 3);
    g_assert_cmpuint(failed, ==, 4);
}

static void test_gone_is_looked_at_once_more(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, &error);
    g_assert_no_error(error);
    VkpStat self;
    g_assert_true(vkp_reader_read_stat(reader, getpid(), &self, &error));
    g_autoptr(GPtrArray) results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    VkpIdentity living = {self.pid, self.start_ticks};
    VkpIdentity reused = {self.pid, self.start_ticks - 1};
    g_ptr_array_add(results, vkp_result_new(living, NULL, VKP_OUTCOME_GONE, NULL));
    g_ptr_array_add(results, vkp_result_new(reused, NULL, VKP_OUTCOME_GONE, NULL));
    vkp_results_verify(results, reader);
    const VkpResult *first = g_ptr_array_index(results, 0);
    const VkpResult *second = g_ptr_array_index(results, 1);
    g_assert_cmpint(first->outcome, ==, VKP_OUTCOME_SURVIVED);
    g_assert_cmpint(second->outcome, ==, VKP_OUTCOME_GONE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/kill/plan/" name, function)
    ADD("parents-come-first-whatever-their-pids", test_parents_come_first_whatever_their_pids);
    ADD("reused-parent-pid-is-no-parent", test_reused_parent_pid_is_no_parent);
    ADD("circle-in-forged-data-ends", test_circle_in_forged_data_ends);
    ADD("deep-chain-is-sorted-in-time", test_deep_chain_is_sorted_in_time);
    ADD("groups-spare-the-weak", test_groups_spare_the_weak);
    ADD("groups-spare-shared-daemons", test_groups_spare_shared_daemons);
    ADD("single-takes-the-weak-too", test_single_takes_the_weak_too);
    ADD("single-must-be-a-member", test_single_must_be_a_member);
    ADD("single-of-another-start-is-refused", test_single_of_another_start_is_refused);
    ADD("protected-are-told-and-never-targets", test_protected_are_told_and_never_targets);
    ADD("dead-are-gone", test_dead_are_gone);
    ADD("unexpected-are-left-alone", test_unexpected_are_left_alone);
    ADD("expected-that-ended-are-gone", test_expected_that_ended_are_gone);
    ADD("expected-of-a-single-is-itself", test_expected_of_a_single_is_itself);
    ADD("expected-that-left-the-scope-have-survived",
        test_expected_that_left_the_scope_have_survived);
    ADD("expectation-of-nobody-hits-nobody", test_expectation_of_nobody_hits_nobody);
    ADD("dry-run-only-tells", test_dry_run_only_tells);
    ADD("empty-scope-is-an-empty-plan", test_empty_scope_is_an_empty_plan);
    ADD("counts-follow-the-contract", test_counts_follow_the_contract);
    ADD("gone-is-looked-at-once-more", test_gone_is_looked_at_once_more);
    return g_test_run();
}
