/* SPDX-License-Identifier: Apache-2.0 */
/* Requests that overlap, and loops without room. */
#include "tests/service/kills-fixture.h"

static GHashTable *expect(pid_t pid)
{
    char text[VKP_IDENTITY_TEXT_SIZE];
    GHashTable *expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(expected, g_strdup(vkp_identity_to_text(kills_identity(pid), text)));
    return expected;
}

/* Stands in the worktree and has no other tie to it: a person's shell. */
static pid_t spawn_shell(KillsFixture *fixture)
{
    guint n_births = vkp_family_n_births(fixture->rig->family);
    pid_t pid =
        vkp_family_run(fixture->rig->family, "chdir %s ignore 15 idle", fixture->rig->our_worktree);
    vkp_family_settle(fixture->rig->family, n_births + 1);
    return pid;
}

static void test_weak(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = kills_spawn(fixture, "ignore 15 idle");
    pid_t shell = spawn_shell(fixture);
    g_auto(KillsAnswer) wide = {0};
    g_auto(KillsAnswer) narrow = {0};
    kills_start(fixture, fixture->rig->scope,
                &(VkpKillOptions){.grace_ms = 1500, .include_weak = TRUE}, &wide);
    kills_let_it_ask(fixture);
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1500, .force = TRUE},
                &narrow);
    kills_await(fixture, &narrow);
    g_assert_cmpint(kills_outcome(&narrow, agent), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(kills_outcome(&narrow, shell), ==, VKP_OUTCOME_NONE);
    kills_await(fixture, &wide);
    g_assert_cmpint(kills_outcome(&wide, shell), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(kills_is_alive(shell));
}

/* Nobody weak is there yet, but the first job would take in whoever comes. */
static void test_weak_to_come(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = kills_spawn(fixture, "ignore 15 idle");
    g_auto(KillsAnswer) wide = {0};
    g_auto(KillsAnswer) narrow = {0};
    kills_start(fixture, fixture->rig->scope,
                &(VkpKillOptions){.grace_ms = 1500, .include_weak = TRUE}, &wide);
    kills_let_it_ask(fixture);
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1500, .force = TRUE},
                &narrow);
    pid_t shell = spawn_shell(fixture);
    kills_await(fixture, &narrow);
    kills_await(fixture, &wide);
    g_assert_cmpint(kills_outcome(&narrow, agent), ==, VKP_OUTCOME_KILLED);
    g_assert_true(kills_is_alive(shell));
}

static void test_expected(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t confirmed = kills_spawn(fixture, "ignore 15 idle");
    pid_t other = kills_spawn(fixture, "ignore 15 idle");
    g_auto(VkpKillOptions) options = {.force = TRUE, .expected = expect(confirmed)};
    g_auto(KillsAnswer) polite = {0};
    g_auto(KillsAnswer) forced = {0};
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1000}, &polite);
    kills_let_it_ask(fixture);
    kills_start(fixture, fixture->rig->scope, &options, &forced);
    kills_await(fixture, &forced);
    g_assert_cmpint(kills_outcome(&forced, confirmed), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(forced.results->len, ==, 1);
    kills_await(fixture, &polite);
    /* It did not go because it was asked to. */
    g_assert_cmpint(kills_outcome(&polite, confirmed), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(kills_outcome(&polite, other), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(kills_is_alive(other));
}

static void test_recruited(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t parent =
        kills_spawn(fixture, "on-term ( ignore 15 fork 1 ( name heir idle ) sleep 60000 ) idle");
    g_auto(KillsAnswer) polite = {0};
    g_auto(KillsAnswer) forced = {0};
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1500}, &polite);
    kills_let_it_ask(fixture);
    vkp_family_settle(fixture->rig->family, 2);
    VkpRelative heir = vkp_family_find(fixture->rig->family, "heir");
    kills_let_it_ask(fixture);
    kills_start(fixture, kills_single(parent), &(VkpKillOptions){.force = TRUE}, &forced);
    kills_await(fixture, &forced);
    g_assert_cmpint(kills_outcome(&forced, parent), ==, VKP_OUTCOME_KILLED);
    kills_await(fixture, &polite);
    g_assert_cmpint(kills_outcome(&polite, heir.pid), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(kills_is_alive(heir.pid));
}

static void test_same_targets(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = kills_spawn(fixture, "ignore 15 idle");
    g_auto(KillsAnswer) polite = {0};
    g_auto(KillsAnswer) forced = {0};
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 15000}, &polite);
    kills_let_it_ask(fixture);
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.force = TRUE}, &forced);
    kills_await(fixture, &forced);
    kills_await(fixture, &polite);
    g_assert_cmpint(kills_outcome(&forced, stubborn), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(kills_outcome(&polite, stubborn), ==, VKP_OUTCOME_KILLED);
}

/* Single processes that don't go; returns how often the system was looked at for them. */
static guint count_looks(KillsFixture *fixture, const pid_t *pids, guint n)
{
    KillsAnswer *answers = g_new0(KillsAnswer, n);
    VkpKillOptions options = {.grace_ms = 600};
    for (guint i = 0; i < n; i++)
        kills_start(fixture, kills_single(pids[i]), &options, &answers[i]);
    fixture->rig->n_scans = 0;
    for (guint i = 0; i < n; i++) {
        kills_await(fixture, &answers[i]);
        g_assert_cmpint(kills_outcome(&answers[i], pids[i]), ==, VKP_OUTCOME_SURVIVED);
        kills_answer_clear(&answers[i]);
    }
    g_free(answers);
    return fixture->rig->n_scans;
}

static void test_shared_looks(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pids[8];
    for (guint i = 0; i < G_N_ELEMENTS(pids); i++)
        pids[i] = kills_spawn(fixture, "ignore 15 idle");
    guint n_of_one = count_looks(fixture, pids, 1);
    guint n_of_all = count_looks(fixture, pids, G_N_ELEMENTS(pids));
    g_test_message("one job: %u looks, eight: %u", n_of_one, n_of_all);
    g_assert_cmpuint(n_of_all, <, 3 * n_of_one);
}

static void test_no_room_to_start(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = kills_spawn(fixture, "idle");
    g_auto(KillsAnswer) answer = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(kills_try(fixture, fixture->rig->scope, &(VkpKillOptions){.force = TRUE}, 0,
                             &answer, &error));
    g_assert_nonnull(error);
    g_assert_true(kills_is_alive(pid));
    g_assert_cmpuint(vkp_test_loop_n_sources(fixture->rig->loop), ==, 0);
}

static void test_no_room_to_harden(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = kills_spawn(fixture, "ignore 15 idle");
    g_auto(KillsAnswer) polite = {0};
    g_auto(KillsAnswer) forced = {0};
    g_autoptr(GError) error = NULL;
    kills_start(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 15000}, &polite);
    kills_let_it_ask(fixture);
    g_assert_true(kills_try(fixture, fixture->rig->scope, &(VkpKillOptions){.force = TRUE}, 0,
                            &forced, &error));
    kills_await(fixture, &forced);
    kills_await(fixture, &polite);
    g_assert_cmpint(kills_outcome(&forced, stubborn), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(kills_outcome(&polite, stubborn), ==, VKP_OUTCOME_KILLED);
}

/* The polite job is waited for; for the newcomer there is no job, and that is told. */
static void test_no_room_for_the_rest(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t first = kills_spawn(fixture, "on-term ( sleep 100 exit 0 ) idle");
    g_auto(KillsAnswer) polite = {0};
    g_auto(KillsAnswer) both = {0};
    g_autoptr(GError) error = NULL;
    kills_start(fixture, kills_single(first), &(VkpKillOptions){.grace_ms = 15000}, &polite);
    kills_let_it_ask(fixture);
    pid_t second = kills_spawn(fixture, "idle");
    g_assert_true(kills_try(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 100}, 0,
                            &both, &error));
    kills_await(fixture, &both);
    kills_await(fixture, &polite);
    g_assert_cmpint(kills_outcome(&both, first), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpint(kills_outcome(&both, second), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(kills_is_alive(second));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/service/kills/" name, KillsFixture, NULL, kills_set_up, function, kills_tear_down)
    ADD("force-spares-the-weak-that-another-asked-for", test_weak);
    ADD("force-spares-the-weak-that-come-later-too", test_weak_to_come);
    ADD("force-spares-whom-nobody-confirmed", test_expected);
    ADD("force-spares-whom-the-other-job-found", test_recruited);
    ADD("force-on-the-same-targets-hardens-their-job", test_same_targets);
    ADD("jobs-that-wait-share-their-looks", test_shared_looks);
    ADD("loop-without-room-is-an-error", test_no_room_to_start);
    ADD("loop-without-room-hardens-a-little-later", test_no_room_to_harden);
    ADD("loop-without-room-for-the-rest-is-told", test_no_room_for_the_rest);
    return g_test_run();
}
