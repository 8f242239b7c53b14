/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a job hits, and whom it spares. */
#include <glib/gstdio.h>
#include <signal.h>

#include "tests/kill/rig.h"
#include "tests/lib/deadline.h"

static const VkpKillOptions polite = {.grace_ms = 3000};
static const VkpKillOptions forced = {.grace_ms = 3000, .force = TRUE};

static GHashTable *expect(const pid_t *pids, guint n_pids)
{
    GHashTable *expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < n_pids; i++) {
        VkpRelative relative;
        char text[VKP_IDENTITY_TEXT_SIZE];
        g_assert_true(vkp_relative_read(pids[i], &relative));
        VkpIdentity identity = {pids[i], relative.start_ticks};
        g_hash_table_add(expected, g_strdup(vkp_identity_to_text(identity, text)));
    }
    return expected;
}

static void test_single_hits_nobody_else(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "fork 2 ( name innocent idle ) idle", 3);
    vkp_rig_aim_at(rig, pid);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(verdict.results->len, ==, 1);
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
}

static gboolean is_member(gpointer data)
{
    VkpRig *rig = data;
    g_autoptr(VkpRoster) roster = vkp_rig_look(rig);
    return vkp_roster_lookup(roster, rig->scope.identity) != NULL;
}

/* Executes itself without end, in turns with and without its marks. */
static void test_single_hits_who_changes_all_the_time(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(
        rig,
        "env 'S=if [ $VK_ATTEMPT_ID ]; then export M=$VK_ATTEMPT_ID; unset VK_ATTEMPT_ID; else "
        "export VK_ATTEMPT_ID=$M; fi; exec sh -c \"$S\"' chdir / run ( sh -c 'exec sh -c \"$S\"' )",
        1);
    vkp_rig_aim_at(rig, pid);
    g_assert_true(vkp_deadline_wait(5000, is_member, rig));
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpstr(vkp_verdict_detail(&verdict, pid), ==, "");
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_KILLED);
}

static void test_single_spares_what_is_born_meanwhile(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid =
        vkp_rig_spawn_settled(rig, "on-term ( fork 2 ( name heir idle ) sleep 50 exit 0 ) idle", 1);
    vkp_rig_aim_at(rig, pid);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &polite);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpuint(verdict.results->len, ==, 1);
    g_assert_cmpuint(verdict.n_survivors, ==, 2);
}

static void test_unexpected_stay_and_so_do_their_children(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(20, 30);
    /* One agent; beside it, in one group with it, somebody whom nobody has confirmed and who keeps
     * having children. */
    pid_t agent =
        vkp_rig_spawn_settled(rig,
                              "setpgid fork 1 ( name innocent supervise ( name unasked sleep 20 ) "
                              ") name agent idle",
                              2);
    g_auto(VkpKillOptions)
        options = {.grace_ms = 200, .escalate = TRUE, .expected = expect(&agent, 1)};
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &options);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, agent), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpuint(verdict.results->len, ==, 1);
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
}

static gboolean has_program(const char *name)
{
    g_autofree char *path = g_find_program_in_path(name);
    if (!path)
        g_test_skip("its program is not here");
    return path != NULL;
}

/* `script` stops when its child does, and would wait to be continued. Nobody has confirmed it. */
static void test_unexpected_parent_does_not_stop_along(void)
{
    if (!has_program("script"))
        return;
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    vkp_rig_spawn_settled(rig, "run ( script -qc 'exec sleep 60' /dev/null )", 1);
    pid_t child = vkp_family_find(rig->family, "sleep").pid;
    g_auto(VkpKillOptions)
        options = {.grace_ms = 3000, .force = TRUE, .expected = expect(&child, 1)};
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &options);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, child), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(verdict.results->len, ==, 1);
    g_assert_cmpuint(verdict.n_frozen, ==, 0);
}

/* The same for a user's own, which is no member. */
static void test_strange_parent_does_not_stop_along(void)
{
    if (!has_program("script"))
        return;
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    vkp_rig_spawn_settled(rig,
                          "chdir / run ( sh -c 'export M=$VK_ATTEMPT_ID; unset VK_ATTEMPT_ID; exec "
                          "script -qc \"VK_ATTEMPT_ID=\\$M exec sleep 60\" /dev/null' )",
                          1);
    pid_t child = vkp_family_find(rig->family, "sleep").pid;
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, child), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(verdict.results->len, ==, 1);
    g_assert_cmpuint(verdict.n_frozen, ==, 0);
}

/* tmux lets a pane that was stopped go on at once, so waiting for it to stop is in vain. */
static void test_parent_that_continues_its_child_costs_no_time(void)
{
    if (!has_program("tmux"))
        return;
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    g_autofree char *socket = g_build_filename(rig->folder, "socket", NULL);
    g_autofree char *script =
        g_strdup_printf("env SHELL=/bin/sh chdir / run ( sh -c 'M=$VK_ATTEMPT_ID; unset "
                        "VK_ATTEMPT_ID; exec tmux -f /dev/null -S %s new-session -d "
                        "\"VK_ATTEMPT_ID=$M exec sleep 60\"' )",
                        socket);
    vkp_rig_spawn_settled(rig, script, 1);
    pid_t child = vkp_family_find(rig->family, "sleep").pid;
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, child), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(rig->n_scans, <, 20);
    g_unlink(socket);
}

static void count_if_stopped(void *data)
{
    VkpRig *rig = data;
    rig->n_steps += vkp_relative_state_of(vkp_family_find(rig->family, "pane").pid) == 'T';
}

/* tmate is made from tmux. */
static void test_child_of_one_that_would_continue_it_is_not_stopped(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    char id[VKP_UUID_TEXT_SIZE];
    vkp_family_run(rig->family,
                   "name 'tmate: server' fork 1 ( env VK_ATTEMPT_ID=%s exec ( name pane idle ) ) "
                   "idle",
                   vkp_uuid_to_text(&rig->our_attempt, id));
    vkp_family_settle(rig->family, 2);
    rig->context.before_step = count_if_stopped;
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpuint(verdict.n_killed, ==, 1);
    g_assert_cmpuint(rig->n_steps, ==, 0);
}

static void test_offspring_of_expected_is_taken_too(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(20, 30);
    pid_t pid = vkp_rig_spawn_settled(
        rig, "setpgid on-term ( fork 3 ( fork 1 ( idle ) idle ) sleep 30 exit 0 ) idle", 1);
    g_auto(VkpKillOptions) options = {.grace_ms = 3000, .expected = expect(&pid, 1)};
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &options);
    /* Some are asked before they have a child of their own. */
    g_assert_cmpuint(verdict.results->len, >=, 4);
    g_assert_cmpuint(verdict.n_killed, ==, verdict.results->len);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
}

/* The child is in the scope when its parent dies, but its parent is gone by the time it is seen. */
static void test_orphans_of_expected_are_known_by_their_group(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(20, 30);
    pid_t pid = vkp_rig_spawn_settled(
        rig, "setpgid on-term ( fork 3 ( name orphan idle ) exit 0 ) idle", 1);
    g_auto(VkpKillOptions) options = {.grace_ms = 3000, .expected = expect(&pid, 1)};
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &options);
    g_assert_cmpuint(verdict.n_killed, ==, 4);
    g_assert_cmpuint(verdict.n_survivors, ==, 0);
}

static void test_who_must_be_spared_is_protected(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t server = vkp_rig_spawn_settled(rig, "name innocent idle", 1);
    pid_t other = vkp_rig_spawn_settled(rig, "idle", 2);
    g_hash_table_add(rig->spared, GINT_TO_POINTER(server));
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &forced);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, server), ==, VKP_OUTCOME_PROTECTED);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, other), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
}

typedef struct {
    VkpRig *rig;
    pid_t pid;
    VkpRoster *(*look)(void *data, GError **error);
    guint n_looks_before;
} Promotion;

/* After some looks the process is protected. */
static VkpRoster *look_with_promotion(void *data, GError **error)
{
    Promotion *promotion = data;
    VkpRoster *roster = promotion->look(promotion->rig, error);
    VkpMember *member = roster ? vkp_roster_lookup_pid(roster, promotion->pid) : NULL;
    if (member && promotion->n_looks_before == 0)
        member->tie.is_protected = TRUE;
    else if (promotion->n_looks_before > 0)
        promotion->n_looks_before--;
    return roster;
}

static void test_who_becomes_protected_is_not_killed(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t pid = vkp_rig_spawn_settled(rig, "name innocent ignore 15 idle", 1);
    pid_t other = vkp_rig_spawn_settled(rig, "ignore 15 idle", 2);
    VkpKillJob *planned = vkp_rig_plan(rig, &polite);
    vkp_kill_job_free(planned);
    Promotion promotion = {rig, pid, rig->context.fresh_roster, 2};
    rig->context.fresh_roster = look_with_promotion;
    rig->context.check_spared = NULL;
    rig->context.data = &promotion;
    g_auto(VkpVerdict) verdict =
        vkp_rig_kill(rig, &(VkpKillOptions){.grace_ms = 1000, .escalate = TRUE});
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_PROTECTED);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, other), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(verdict.n_innocents, ==, 0);
}

static gboolean says_taken(const VkpKillJob *asking, VkpIdentity identity, void *data)
{
    (void)asking, (void)identity, (void)data;
    return TRUE;
}

static void test_what_another_job_has_is_left_to_it(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    rig->context.peers.is_taken = says_taken;
    pid_t pid = vkp_rig_spawn_settled(rig, "on-term ( fork 2 ( idle ) sleep 30 exit 0 ) idle", 1);
    g_auto(VkpVerdict) verdict = vkp_rig_kill(rig, &polite);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, pid), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpuint(verdict.results->len, ==, 1);
    g_assert_cmpuint(verdict.n_survivors, ==, 2);
}

/* What else has marks on this machine is not ours to end. */
static VkpRoster *look_at_ours(void *data, G_GNUC_UNUSED GError **error)
{
    VkpRig *rig = data;
    g_autoptr(VkpRoster) all = vkp_rig_look(rig);
    VkpRoster *ours = vkp_roster_new();
    for (guint i = 0; i < vkp_roster_size(all); i++) {
        VkpMember *member = vkp_roster_at(all, i);
        if (vkp_uuid_equal(&member->tie.attempt_id, &rig->our_attempt))
            vkp_roster_add(ours, vkp_member_ref(member));
    }
    vkp_roster_seal(ours);
    return ours;
}

/* The rosters of the rescans don't know it as an executor any more. */
static void test_executor_of_the_plan_stays_spared(void)
{
    g_autoptr(VkpRig) rig = vkp_rig_new(10, 30);
    pid_t agent = vkp_rig_spawn_settled(rig, "name agent idle", 1);
    pid_t helper = vkp_rig_spawn_settled(rig, "on-term ( sleep 50 exit 0 ) idle", 2);
    g_autoptr(VkpRoster) roster = look_at_ours(rig, NULL);
    VkpMember *member = vkp_roster_lookup_pid(roster, agent);
    rig->context.fresh_roster = look_at_ours;
    rig->scope = (VkpScope){.kind = VKP_SCOPE_ALL_EXCEPT_EXECUTORS};
    member->tie.is_executor = TRUE;
    VkpPlan *plan = vkp_plan_build(&rig->scope, &polite, roster, NULL);
    VkpKillJob *job = vkp_kill_job_new(&rig->context, &rig->scope, &polite, plan);
    vkp_rig_start(rig, job);
    g_auto(VkpVerdict) verdict = vkp_rig_finish(rig, job);
    g_assert_cmpint(vkp_verdict_outcome(&verdict, helper), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpuint(verdict.results->len, ==, 1);
    g_assert_cmpint(vkp_relative_state_of(agent), ==, 'S');
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function) g_test_add_func("/kill/job-aim/" name, function)
    ADD("single-hits-nobody-else", test_single_hits_nobody_else);
    ADD("single-hits-who-changes-all-the-time", test_single_hits_who_changes_all_the_time);
    ADD("single-spares-what-is-born-meanwhile", test_single_spares_what_is_born_meanwhile);
    ADD("unexpected-stay-and-so-do-their-children", test_unexpected_stay_and_so_do_their_children);
    ADD("unexpected-parent-does-not-stop-along", test_unexpected_parent_does_not_stop_along);
    ADD("strange-parent-does-not-stop-along", test_strange_parent_does_not_stop_along);
    ADD("parent-that-continues-its-child-costs-no-time",
        test_parent_that_continues_its_child_costs_no_time);
    ADD("child-of-one-that-would-continue-it-is-not-stopped",
        test_child_of_one_that_would_continue_it_is_not_stopped);
    ADD("offspring-of-expected-is-taken-too", test_offspring_of_expected_is_taken_too);
    ADD("orphans-of-expected-are-known-by-their-group",
        test_orphans_of_expected_are_known_by_their_group);
    ADD("who-must-be-spared-is-protected", test_who_must_be_spared_is_protected);
    ADD("who-becomes-protected-is-not-killed", test_who_becomes_protected_is_not_killed);
    ADD("what-another-job-has-is-left-to-it", test_what_another_job_has_is_left_to_it);
    ADD("executor-of-the-plan-stays-spared", test_executor_of_the_plan_stays_spared);
    return g_test_run();
}
