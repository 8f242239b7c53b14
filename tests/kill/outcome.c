/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of processes that /proc does not show for a moment. */
#include "common/kill/outcome.h"

#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/proc/image.h"
#include "tests/kill/rig.h"
#include "tests/lib/fake-proc.h"

typedef struct {
    VkpRig *rig;
    pid_t pid;
    VkpRoster *roster;
    VkpKillOptions options;
    VkpCrew *crew;
    VkpTarget *target;
    GPtrArray *results;
} Fixture;

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->rig = vkp_rig_new(5, 30);
    fixture->pid = vkp_rig_spawn(fixture->rig, "ignore 15 idle");
    vkp_family_settle(fixture->rig->family, 1);
    fixture->roster = vkp_rig_look(fixture->rig);
    g_autoptr(VkpPlan) plan =
        vkp_plan_build(&fixture->rig->scope, &fixture->options, fixture->roster, NULL);
    fixture->crew = vkp_crew_new(&fixture->rig->scope, &fixture->options);
    vkp_crew_add_planned(fixture->crew, plan, 0);
    g_assert_cmpuint(vkp_crew_size(fixture->crew), ==, 1);
    fixture->target = vkp_crew_at(fixture->crew, 0);
    fixture->results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_ptr_array_unref(fixture->results);
    vkp_crew_free(fixture->crew);
    vkp_roster_unref(fixture->roster);
    vkp_rig_free(fixture->rig);
}

/* Those that are open stay open, but no other can be opened. Returns the limit before. */
static struct rlimit close_the_door(void)
{
    struct rlimit limit;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &limit));
    struct rlimit none = {3, limit.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &none));
    return limit;
}

static const VkpResult *judge_unseen(Fixture *fixture)
{
    struct rlimit before = close_the_door();
    vkp_outcome_append(fixture->results, fixture->crew, fixture->rig->reader);
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
    g_assert_cmpuint(fixture->results->len, ==, 1);
    return g_ptr_array_index(fixture->results, 0);
}

static void hold(Fixture *fixture)
{
    vkp_target_adopt(fixture->target, &fixture->rig->context, G_MAXINT);
    g_assert_cmpint(fixture->target->stage, ==, VKP_TARGET_HELD);
}

static void test_held(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    hold(fixture);
    fixture->target->is_asked = TRUE;
    fixture->target->is_killed = TRUE;
    const VkpResult *result = judge_unseen(fixture);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_SURVIVED);
    g_assert_nonnull(result->detail);
}

static void test_held_and_dead(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    hold(fixture);
    fixture->target->is_killed = TRUE;
    vkp_family_kill(fixture->rig->family, fixture->pid);
    g_assert_cmpint(judge_unseen(fixture)->outcome, ==, VKP_OUTCOME_KILLED);
}

static void test_pending(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    const VkpResult *result = judge_unseen(fixture);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_SURVIVED);
    g_assert_nonnull(result->detail);
}

static void test_gone(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_ptr_array_add(fixture->results,
                    vkp_result_new(fixture->target->identity, NULL, VKP_OUTCOME_GONE, NULL));
    struct rlimit before = close_the_door();
    vkp_results_verify(fixture->results, fixture->rig->reader);
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
    const VkpResult *result = g_ptr_array_index(fixture->results, 0);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_SURVIVED);
    g_assert_nonnull(result->detail);
}

static const VkpResult *judge(Fixture *fixture)
{
    vkp_outcome_append(fixture->results, fixture->crew, fixture->rig->reader);
    g_assert_cmpuint(fixture->results->len, ==, 1);
    return g_ptr_array_index(fixture->results, 0);
}

/* What the roster saw: with the mark, the process of which this was seen is another one. */
static void draw_image(Fixture *fixture, const char *environment)
{
    VkpProcess *process = fixture->target->member->process;
    vkp_image_unref(process->image);
    process->image = vkp_image_build("other", 6, FALSE, environment, strlen(environment) + 1);
    fixture->target->member->tie.evidence = VKP_EVIDENCE_REGISTERED;
}

static void adopt_again(Fixture *fixture, guint n)
{
    for (guint i = 0; i < n && fixture->target->stage == VKP_TARGET_PENDING; i++)
        vkp_target_adopt(fixture->target, &fixture->rig->context, G_MAXINT);
}

static void draw_unseen(Fixture *fixture)
{
    char id[VKP_UUID_TEXT_SIZE];
    g_autofree char *mark =
        g_strconcat("VK_ATTEMPT_ID=", vkp_uuid_to_text(&fixture->rig->our_attempt, id), NULL);
    draw_image(fixture, mark);
}

static void assert_unseen(Fixture *fixture)
{
    const VkpResult *result = judge(fixture);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_SURVIVED);
    g_assert_nonnull(strstr(result->detail, "could not be seen"));
}

static void test_unseen_once(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    draw_unseen(fixture);
    adopt_again(fixture, 1);
    g_assert_cmpint(fixture->target->stage, ==, VKP_TARGET_PENDING);
    assert_unseen(fixture);
}

static void test_unseen_to_the_end(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    draw_unseen(fixture);
    adopt_again(fixture, 1000);
    g_assert_cmpint(fixture->target->stage, ==, VKP_TARGET_SET_ASIDE);
    assert_unseen(fixture);
}

static void test_never_tried(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    assert_unseen(fixture);
}

/* One look is enough to tell, and those that show nothing don't take it back. */
static void test_another(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    draw_image(fixture, "VK_ATTEMPT_ID=1b7c1e2f-6f0b-4ff1-b07a-6d3ef2b5aaaa");
    adopt_again(fixture, 1);
    draw_unseen(fixture);
    adopt_again(fixture, 1);
    g_assert_cmpint(fixture->target->stage, ==, VKP_TARGET_PENDING);
    const VkpResult *result = judge(fixture);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_IDENTITY_CHANGED);
    g_assert_nonnull(result->detail);
}

/* Where it waits is told by the same proc file system as all else. */
static void test_wait_channel(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    VkpFakeProcess stuck = {
        .pid = fixture->pid, .state = 'D', .start_ticks = fixture->target->identity.start_ticks};
    vkp_fake_proc_put(fake, &stuck);
    g_autofree char *path = g_strdup_printf("%d/wchan", fixture->pid);
    vkp_fake_proc_write(fake, path, "folio_wait_bit_common", -1);
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fake), NULL);
    hold(fixture);
    vkp_outcome_append(fixture->results, fixture->crew, reader);
    const VkpResult *result = g_ptr_array_index(fixture->results, 0);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_SURVIVED);
    g_assert_nonnull(strstr(result->detail, "in folio_wait_bit_common"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/kill/outcome/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("who-is-held-and-unseen-has-survived", test_held);
    ADD("who-is-held-and-dead-was-killed-though-unseen", test_held_and_dead);
    ADD("who-is-pending-and-unseen-has-survived", test_pending);
    ADD("who-is-gone-and-unseen-has-survived", test_gone);
    ADD("who-could-not-be-seen-has-survived", test_unseen_once);
    ADD("who-could-never-be-seen-has-survived", test_unseen_to_the_end);
    ADD("who-was-never-tried-has-survived", test_never_tried);
    ADD("who-was-seen-to-be-another-is-told-as-such", test_another);
    ADD("who-waits-in-the-kernel-is-told-with-where", test_wait_channel);
    return g_test_run();
}
