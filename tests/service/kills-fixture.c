/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/kills-fixture.h"

#include <unistd.h>

void kills_answer_clear(KillsAnswer *answer)
{
    g_clear_pointer(&answer->results, g_ptr_array_unref);
}

void kills_set_up(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->rig = vkp_rig_new(10, 60);
    vkp_rig_share_rosters(fixture->rig);
    fixture->kills = vkp_kills_new(&fixture->rig->context);
}

void kills_tear_down(KillsFixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_kills_free(fixture->kills);
    vkp_rig_free(fixture->rig);
}

pid_t kills_spawn(KillsFixture *fixture, const char *script)
{
    guint n_births = vkp_family_n_births(fixture->rig->family);
    pid_t pid = vkp_rig_spawn(fixture->rig, script);
    vkp_family_settle(fixture->rig->family, n_births + 1);
    return pid;
}

gboolean kills_is_alive(pid_t pid)
{
    VkpRelative relative;
    return vkp_relative_read(pid, &relative) && vkp_relative_is_alive(&relative);
}

VkpIdentity kills_identity(pid_t pid)
{
    VkpRelative relative;
    g_assert_true(vkp_relative_read(pid, &relative));
    return (VkpIdentity){pid, relative.start_ticks};
}

VkpScope kills_single(pid_t pid)
{
    return (VkpScope){.kind = VKP_SCOPE_SINGLE, .identity = kills_identity(pid)};
}

static void take_answer(const GPtrArray *results, void *data)
{
    KillsAnswer *answer = data;
    answer->n_answers++;
    kills_answer_clear(answer);
    answer->results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    for (guint i = 0; i < results->len; i++) {
        const VkpResult *result = g_ptr_array_index(results, i);
        g_ptr_array_add(answer->results, vkp_result_new(result->identity, result->name,
                                                        result->outcome, result->detail));
    }
}

gboolean kills_try(KillsFixture *fixture, VkpScope scope, const VkpKillOptions *options, int room,
                   KillsAnswer *answer, GError **error)
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

void kills_start(KillsFixture *fixture, VkpScope scope, const VkpKillOptions *options,
                 KillsAnswer *answer)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(kills_try(fixture, scope, options, -1, answer, &error));
    g_assert_no_error(error);
}

static gboolean has_answer(gpointer data)
{
    return ((const KillsAnswer *)data)->n_answers > 0;
}

void kills_await(KillsFixture *fixture, KillsAnswer *answer)
{
    g_assert_true(vkp_test_loop_run(fixture->rig->loop, 20000, has_answer, answer));
    g_assert_cmpuint(answer->n_answers, ==, 1);
}

void kills_let_it_ask(KillsFixture *fixture)
{
    for (guint i = 0; i < 5; i++)
        vkp_test_loop_turn(fixture->rig->loop, 1000);
}

VkpOutcome kills_outcome(const KillsAnswer *answer, pid_t pid)
{
    for (guint i = 0; i < answer->results->len; i++) {
        const VkpResult *result = g_ptr_array_index(answer->results, i);
        if (result->identity.pid == pid)
            return result->outcome;
    }
    return VKP_OUTCOME_NONE;
}
