/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a rescan takes in, on rosters drawn by hand. */
#include "common/kill/crew.h"
#include "common/kill/plan.h"
#include "tests/kill/sketch.h"

static const VkpScope everything = {.kind = VKP_SCOPE_ALL};

/* A crew of the process 10, confirmed by its id, and of nobody else who is in that roster. */
typedef struct {
    VkpKillOptions options;
    VkpCrew *crew;
} Fixture;

static void set_up(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->options.expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_hash_table_add(fixture->options.expected, g_strdup("10:1010"));
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10}, {.pid = 11, .parent_pid = 10});
    g_autoptr(VkpPlan) plan = vkp_plan_build(&everything, &fixture->options, roster, NULL);
    fixture->crew = vkp_crew_new(&everything, &fixture->options);
    vkp_crew_add_planned(fixture->crew, plan->targets);
    vkp_crew_exclude(fixture->crew, roster);
    g_assert_cmpuint(vkp_crew_size(fixture->crew), ==, 1);
}

static void tear_down(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    vkp_crew_free(fixture->crew);
    vkp_kill_options_clear(&fixture->options);
}

static guint recruit(Fixture *fixture, VkpRoster *roster)
{
    guint n_new = vkp_crew_recruit(fixture->crew, roster, NULL, NULL);
    vkp_roster_unref(roster);
    return n_new;
}

static void test_child(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    VkpRoster *roster = SKETCH_ROSTER({.pid = 10}, {.pid = 11, .parent_pid = 10},
                                      {.pid = 50, .parent_pid = 10, .start_ticks = 5000});
    g_assert_cmpuint(recruit(fixture, roster), ==, 1);
}

static void test_child_of_one_who_left_the_roster(Fixture *fixture,
                                                  G_GNUC_UNUSED gconstpointer data)
{
    VkpRoster *roster = SKETCH_ROSTER({.pid = 50, .parent_pid = 10, .start_ticks = 5000});
    g_assert_cmpuint(recruit(fixture, roster), ==, 1);
}

/* The process 10 died, and another one got its number and a child. */
static void test_child_of_a_heir(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    VkpRoster *roster = SKETCH_ROSTER({.pid = 10, .start_ticks = 4000},
                                      {.pid = 50, .parent_pid = 10, .start_ticks = 5000});
    g_assert_cmpuint(recruit(fixture, roster), ==, 0);
}

/* Their groups have numbers of another pid namespace, as far as they are drawn here: 0. */
static void test_groups_unseen(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    VkpRoster *roster = SKETCH_ROSTER({.pid = 10}, {.pid = 50, .start_ticks = 5000});
    g_assert_cmpuint(recruit(fixture, roster), ==, 0);
}

/* Without expectations, the weak meant too. Standing in a folder is no descent; whoever is strong
 * needs none. */
static void test_weak_ones(void)
{
    const VkpKillOptions options = {.include_weak = TRUE};
    VkpCrew *crew = vkp_crew_new(&everything, &options);
    g_autoptr(VkpRoster) before = SKETCH_ROSTER({.pid = 10, .confidence = 30});
    g_autoptr(VkpPlan) plan = vkp_plan_build(&everything, &options, before, NULL);
    vkp_crew_add_planned(crew, plan->targets);
    g_autoptr(VkpRoster) after = SKETCH_ROSTER(
        {.pid = 10, .confidence = 30}, {.pid = 50, .parent_pid = 10, .confidence = 30},
        {.pid = 51, .parent_pid = 1, .confidence = 30}, {.pid = 52, .parent_pid = 1});
    g_assert_cmpuint(vkp_crew_recruit(crew, after, NULL, NULL), ==, 2);
    g_assert_nonnull(vkp_crew_lookup(crew, (VkpIdentity){50, 1050}));
    g_assert_null(vkp_crew_lookup(crew, (VkpIdentity){51, 1051}));
    g_assert_nonnull(vkp_crew_lookup(crew, (VkpIdentity){52, 1052}));
    vkp_crew_free(crew);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/kill/crew/" name, Fixture, NULL, set_up, function, tear_down)
    ADD("child-of-a-confirmed-one-comes-in", test_child);
    ADD("child-of-one-who-left-the-roster-comes-in", test_child_of_one_who_left_the_roster);
    ADD("child-of-whoever-got-the-number-stays-out", test_child_of_a_heir);
    ADD("groups-that-cannot-be-seen-are-no-kinship", test_groups_unseen);
    g_test_add_func("/kill/crew/weak-ones-come-in-by-descent-only", test_weak_ones);
    return g_test_run();
}
