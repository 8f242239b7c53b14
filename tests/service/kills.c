/* SPDX-License-Identifier: Apache-2.0 */
#include "service/kills.h"

#include <time.h>
#include <unistd.h>

#include "tests/kill/rig.h"

/* Requests that overlap, and loops without room: real processes, without a bus. */
typedef struct {
    VkpRig *rig;
    VkpKills *kills;
} Fixture;

/* One request and what came of it. */
typedef struct {
    guint n_answers;
    GPtrArray *results; /* NULL: no answer yet */
} Answer;

static void answer_clear(Answer *answer)
{
    g_clear_pointer(&answer->results, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Answer, answer_clear)

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->rig = vkp_rig_new(10, 60);
    fixture->kills = vkp_kills_new(&fixture->rig->context);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_kills_free(fixture->kills);
    vkp_rig_free(fixture->rig);
}

static pid_t spawn(Fixture *fixture, const char *script)
{
    guint n_births = vkp_family_n_births(fixture->rig->family);
    pid_t pid = vkp_rig_spawn(fixture->rig, script);
    vkp_family_settle(fixture->rig->family, n_births + 1);
    return pid;
}

static gboolean is_alive(pid_t pid)
{
    VkpRelative relative;
    return vkp_relative_read(pid, &relative) && vkp_relative_is_alive(&relative);
}

static VkpIdentity identity_of(pid_t pid)
{
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    return (VkpIdentity){pid, relative.start_ticks};
}

static VkpScope single(pid_t pid)
{
    return (VkpScope){.kind = VKP_SCOPE_SINGLE, .identity = identity_of(pid)};
}

static GHashTable *expect(pid_t pid)
{
    char text[VKP_IDENTITY_TEXT_SIZE];
    GHashTable *expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(expected, g_strdup(vkp_identity_to_text(identity_of(pid), text)));
    return expected;
}

static void take_answer(const GPtrArray *results, void *data)
{
    Answer *answer = data;
    answer->n_answers++;
    answer_clear(answer);
    answer->results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    for (guint i = 0; i < results->len; i++) {
        const VkpResult *result = g_ptr_array_index(results, i);
        g_ptr_array_add(answer->results, vkp_result_new(result->identity, result->name,
                                                        result->outcome, result->detail));
    }
}

/* `room`: how many sources the loop still takes; -1: any number. */
static gboolean try_kill(Fixture *fixture, VkpScope scope, const VkpKillOptions *options, int room,
                         Answer *answer, GError **error)
{
    g_autoptr(VkpRoster) roster = vkp_rig_look(fixture->rig);
    VkpPlan *plan = vkp_plan_build(&scope, options, roster, NULL);
    g_assert_nonnull(plan);
    VkpKillRequest request = {scope, options, {.done = take_answer, .data = answer}};
    vkp_test_loop_fail_after(fixture->rig->loop, room);
    gboolean is_started = vkp_kills_start(fixture->kills, &request, plan, error);
    vkp_test_loop_fail_after(fixture->rig->loop, -1);
    g_assert_cmpuint(answer->n_answers, ==, 0);
    return is_started;
}

static void start_kill(Fixture *fixture, VkpScope scope, const VkpKillOptions *options,
                       Answer *answer)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(try_kill(fixture, scope, options, -1, answer, &error));
    g_assert_no_error(error);
}

static gboolean has_answer(gpointer data)
{
    return ((const Answer *)data)->n_answers > 0;
}

static void await(Fixture *fixture, Answer *answer)
{
    g_assert_true(vkp_test_loop_run(fixture->rig->loop, 20000, has_answer, answer));
    g_assert_cmpuint(answer->n_answers, ==, 1);
}

/* Until everybody was sent SIGTERM. */
static void let_it_ask(Fixture *fixture)
{
    for (guint i = 0; i < 5; i++)
        vkp_test_loop_turn(fixture->rig->loop, 1000);
}

static VkpOutcome outcome(const Answer *answer, pid_t pid)
{
    for (guint i = 0; i < answer->results->len; i++) {
        const VkpResult *result = g_ptr_array_index(answer->results, i);
        if (result->identity.pid == pid)
            return result->outcome;
    }
    return VKP_OUTCOME_NONE;
}

/* Stands in the worktree and has no other tie to it: a person's shell. */
static pid_t spawn_shell(Fixture *fixture)
{
    guint n_births = vkp_family_n_births(fixture->rig->family);
    pid_t pid =
        vkp_family_run(fixture->rig->family, "chdir %s ignore 15 idle", fixture->rig->our_worktree);
    vkp_family_settle(fixture->rig->family, n_births + 1);
    return pid;
}

static void test_weak(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = spawn(fixture, "ignore 15 idle");
    pid_t shell = spawn_shell(fixture);
    g_auto(Answer) wide = {0};
    g_auto(Answer) narrow = {0};
    start_kill(fixture, fixture->rig->scope,
               &(VkpKillOptions){.grace_ms = 1500, .include_weak = TRUE}, &wide);
    let_it_ask(fixture);
    start_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1500, .force = TRUE},
               &narrow);
    await(fixture, &narrow);
    g_assert_cmpint(outcome(&narrow, agent), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(outcome(&narrow, shell), ==, VKP_OUTCOME_NONE);
    await(fixture, &wide);
    g_assert_cmpint(outcome(&wide, shell), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(is_alive(shell));
}

/* Nobody weak is there yet, but the first job would take in whoever comes. */
static void test_weak_to_come(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t agent = spawn(fixture, "ignore 15 idle");
    g_auto(Answer) wide = {0};
    g_auto(Answer) narrow = {0};
    start_kill(fixture, fixture->rig->scope,
               &(VkpKillOptions){.grace_ms = 1500, .include_weak = TRUE}, &wide);
    let_it_ask(fixture);
    start_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1500, .force = TRUE},
               &narrow);
    pid_t shell = spawn_shell(fixture);
    await(fixture, &narrow);
    await(fixture, &wide);
    g_assert_cmpint(outcome(&narrow, agent), ==, VKP_OUTCOME_KILLED);
    g_assert_true(is_alive(shell));
}

static void test_expected(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t confirmed = spawn(fixture, "ignore 15 idle");
    pid_t other = spawn(fixture, "ignore 15 idle");
    g_auto(VkpKillOptions) options = {.force = TRUE, .expected = expect(confirmed)};
    g_auto(Answer) polite = {0};
    g_auto(Answer) forced = {0};
    start_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1000}, &polite);
    let_it_ask(fixture);
    start_kill(fixture, fixture->rig->scope, &options, &forced);
    await(fixture, &forced);
    g_assert_cmpint(outcome(&forced, confirmed), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpuint(forced.results->len, ==, 1);
    await(fixture, &polite);
    g_assert_cmpint(outcome(&polite, other), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(is_alive(other));
}

static void test_recruited(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t parent =
        spawn(fixture, "on-term ( ignore 15 fork 1 ( name heir idle ) sleep 60000 ) idle");
    g_auto(Answer) polite = {0};
    g_auto(Answer) forced = {0};
    start_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 1500}, &polite);
    let_it_ask(fixture);
    vkp_family_settle(fixture->rig->family, 2);
    VkpRelative heir = vkp_family_find(fixture->rig->family, "heir");
    let_it_ask(fixture);
    start_kill(fixture, single(parent), &(VkpKillOptions){.force = TRUE}, &forced);
    await(fixture, &forced);
    g_assert_cmpint(outcome(&forced, parent), ==, VKP_OUTCOME_KILLED);
    await(fixture, &polite);
    g_assert_cmpint(outcome(&polite, heir.pid), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(is_alive(heir.pid));
}

static void test_same_targets(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = spawn(fixture, "ignore 15 idle");
    g_auto(Answer) polite = {0};
    g_auto(Answer) forced = {0};
    start_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 15000}, &polite);
    let_it_ask(fixture);
    start_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.force = TRUE}, &forced);
    await(fixture, &forced);
    await(fixture, &polite);
    g_assert_cmpint(outcome(&forced, stubborn), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(outcome(&polite, stubborn), ==, VKP_OUTCOME_KILLED);
}

static void test_no_room_to_start(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = spawn(fixture, "idle");
    g_auto(Answer) answer = {0};
    g_autoptr(GError) error = NULL;
    g_assert_false(try_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.force = TRUE}, 0,
                            &answer, &error));
    g_assert_nonnull(error);
    g_assert_true(is_alive(pid));
    g_assert_cmpuint(vkp_test_loop_n_sources(fixture->rig->loop), ==, 0);
}

static void test_no_room_to_harden(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t stubborn = spawn(fixture, "ignore 15 idle");
    g_auto(Answer) polite = {0};
    g_auto(Answer) forced = {0};
    g_autoptr(GError) error = NULL;
    start_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 15000}, &polite);
    let_it_ask(fixture);
    g_assert_true(try_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.force = TRUE}, 0,
                           &forced, &error));
    await(fixture, &forced);
    await(fixture, &polite);
    g_assert_cmpint(outcome(&forced, stubborn), ==, VKP_OUTCOME_KILLED);
    g_assert_cmpint(outcome(&polite, stubborn), ==, VKP_OUTCOME_KILLED);
}

/* The polite job is waited for; for the newcomer there is no job, and that is told. */
static void test_no_room_for_the_rest(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    pid_t first = spawn(fixture, "on-term ( sleep 100 exit 0 ) idle");
    g_auto(Answer) polite = {0};
    g_auto(Answer) both = {0};
    g_autoptr(GError) error = NULL;
    start_kill(fixture, single(first), &(VkpKillOptions){.grace_ms = 15000}, &polite);
    let_it_ask(fixture);
    pid_t second = spawn(fixture, "idle");
    g_assert_true(try_kill(fixture, fixture->rig->scope, &(VkpKillOptions){.grace_ms = 100}, 0,
                           &both, &error));
    await(fixture, &both);
    await(fixture, &polite);
    g_assert_cmpint(outcome(&both, first), ==, VKP_OUTCOME_EXITED);
    g_assert_cmpint(outcome(&both, second), ==, VKP_OUTCOME_SURVIVED);
    g_assert_true(is_alive(second));
}

/* A dry run of so many, in µs of this thread's work. */
static gint64 measure(Fixture *fixture, guint n)
{
    VkpPlan *plan = g_new0(VkpPlan, 1);
    plan->targets = g_ptr_array_new();
    plan->results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    for (guint i = 0; i < n; i++)
        g_ptr_array_add(plan->results, vkp_result_new((VkpIdentity){(pid_t)i + 1, 1}, "name",
                                                      VKP_OUTCOME_WOULD_KILL, NULL));
    VkpKillOptions options = {.dry_run = TRUE};
    g_auto(Answer) answer = {0};
    VkpKillRequest request = {fixture->rig->scope, &options, {.done = take_answer, .data = &answer}};
    struct timespec begin, end;
    g_assert_no_errno(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin));
    g_assert_true(vkp_kills_start(fixture->kills, &request, plan, NULL));
    await(fixture, &answer);
    g_assert_no_errno(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end));
    g_assert_cmpuint(answer.results->len, ==, n);
    return (end.tv_sec - begin.tv_sec) * G_USEC_PER_SEC + (end.tv_nsec - begin.tv_nsec) / 1000;
}

/* 16 times as many may take some 16 times as long, but not 256 times. */
static void test_crowd(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    gint64 few_usec = measure(fixture, 2048);
    for (guint i = 0; i < 2; i++)
        few_usec = MAX(few_usec, measure(fixture, 2048));
    gint64 many_usec = measure(fixture, 32768);
    g_test_message("%" G_GINT64_FORMAT " us, %" G_GINT64_FORMAT " us", few_usec, many_usec);
    g_assert_cmpint(many_usec, <, few_usec * 50);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/service/kills/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("force-spares-the-weak-that-another-asked-for", test_weak);
    ADD("force-spares-the-weak-that-come-later-too", test_weak_to_come);
    ADD("force-spares-whom-nobody-confirmed", test_expected);
    ADD("force-spares-whom-the-other-job-found", test_recruited);
    ADD("force-on-the-same-targets-hardens-their-job", test_same_targets);
    ADD("loop-without-room-is-an-error", test_no_room_to_start);
    ADD("loop-without-room-hardens-a-little-later", test_no_room_to_harden);
    ADD("loop-without-room-for-the-rest-is-told", test_no_room_for_the_rest);
    ADD("time-grows-with-the-crowd-only", test_crowd);
    return g_test_run();
}
