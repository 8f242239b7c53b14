/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a rescan takes in, on rosters drawn by hand. */
#include "common/kill/crew.h"
#include "common/kill/plan.h"
#include "tests/kill/sketch.h"

/* Those of the sketches are born at 1000 and their number of ticks, unless they say otherwise. */
#define PLANNED_TICKS 2000

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
    vkp_crew_add_planned(fixture->crew, plan, PLANNED_TICKS);
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

/* A crew of these, all confirmed, and of nobody else. */
static VkpCrew *new_confirmed_crew(VkpKillOptions *options, const Sketch *sketches,
                                   guint n_sketches)
{
    g_autoptr(VkpRoster) roster = sketch_roster(sketches, n_sketches);
    options->expected = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < n_sketches; i++) {
        char text[VKP_IDENTITY_TEXT_SIZE];
        VkpIdentity identity = vkp_roster_at(roster, i)->process->identity;
        g_hash_table_add(options->expected, g_strdup(vkp_identity_to_text(identity, text)));
    }
    g_autoptr(VkpPlan) plan = vkp_plan_build(&everything, options, roster, NULL);
    VkpCrew *crew = vkp_crew_new(&everything, options);
    vkp_crew_add_planned(crew, plan, PLANNED_TICKS);
    vkp_crew_exclude(crew, roster);
    return crew;
}

static guint recruit_one(VkpCrew *crew, Sketch stranger)
{
    g_autoptr(VkpRoster) roster = sketch_roster(&stranger, 1);
    return vkp_crew_recruit(crew, roster, NULL, NULL);
}

/* A server starts all its executions in the session that it lives in itself, and it is no member.
 */
static void test_session_of_the_server(void)
{
    static const Sketch targets[] = {{.pid = 10, .parent_pid = 7, .group = 10, .session = 7},
                                     {.pid = 11, .parent_pid = 10, .group = 6, .session = 7}};
    g_auto(VkpKillOptions) options = {0};
    VkpCrew *crew = new_confirmed_crew(&options, targets, G_N_ELEMENTS(targets));
    Sketch next = {.pid = 50, .parent_pid = 7, .group = 50, .session = 7, .start_ticks = 5000};
    Sketch mate = {.pid = 51, .parent_pid = 7, .group = 6, .session = 7, .start_ticks = 5001};
    g_assert_cmpuint(recruit_one(crew, next), ==, 0);
    g_assert_cmpuint(recruit_one(crew, mate), ==, 0);
    vkp_crew_free(crew);
}

/* Their leader comes later in the plan than who follows it, and all of them have died. */
static void test_orphans(void)
{
    static const Sketch targets[] = {{.pid = 12, .parent_pid = 1, .group = 20, .session = 20},
                                     {.pid = 20, .parent_pid = 12, .group = 20, .session = 20}};
    g_auto(VkpKillOptions) options = {0};
    VkpCrew *crew = new_confirmed_crew(&options, targets, G_N_ELEMENTS(targets));
    Sketch in_group = {.pid = 50, .parent_pid = 1, .group = 20, .session = 9, .start_ticks = 5000};
    Sketch in_session = {.pid = 51, .parent_pid = 1, .group = 51, .session = 20};
    in_session.start_ticks = 5001;
    g_assert_cmpuint(recruit_one(crew, in_group), ==, 1);
    g_assert_cmpuint(recruit_one(crew, in_session), ==, 1);
    vkp_crew_free(crew);
}

/* One that came in on the way has moved to a group of its own since, and left an orphan there. */
static void test_group_made_later(void)
{
    static const Sketch target = {.pid = 10, .parent_pid = 7, .group = 10, .session = 7};
    g_auto(VkpKillOptions) options = {0};
    VkpCrew *crew = new_confirmed_crew(&options, &target, 1);
    Sketch heir = {.pid = 50, .parent_pid = 10, .group = 10, .session = 7, .start_ticks = 5000};
    g_assert_cmpuint(recruit_one(crew, heir), ==, 1);
    heir.group = 50;
    g_assert_cmpuint(recruit_one(crew, heir), ==, 0);
    Sketch orphan = {.pid = 51, .parent_pid = 1, .group = 50, .session = 7, .start_ticks = 5001};
    g_assert_cmpuint(recruit_one(crew, orphan), ==, 1);
    vkp_crew_free(crew);
}

/* Of a weak one, without expectations, the weak meant too. */
static VkpCrew *new_weak_crew(Sketch target)
{
    static const VkpKillOptions options = {.include_weak = TRUE};
    VkpCrew *crew = vkp_crew_new(&everything, &options);
    target.confidence = 30;
    g_autoptr(VkpRoster) roster = sketch_roster(&target, 1);
    g_autoptr(VkpPlan) plan = vkp_plan_build(&everything, &options, roster, NULL);
    vkp_crew_add_planned(crew, plan, PLANNED_TICKS);
    return crew;
}

static guint recruit_weak(VkpCrew *crew, Sketch stranger)
{
    stranger.confidence = 30;
    return recruit_one(crew, stranger);
}

/* Standing in a folder is no descent; whoever is strong needs none. */
static void test_weak_ones(void)
{
    VkpCrew *crew = new_weak_crew((Sketch){.pid = 10, .group = 10, .session = 7});
    Sketch child = {.pid = 50, .parent_pid = 10, .start_ticks = 3000};
    Sketch mate = {.pid = 51, .parent_pid = 1, .group = 10, .start_ticks = 3001};
    Sketch other = {.pid = 52, .parent_pid = 1, .group = 52, .session = 7, .start_ticks = 3002};
    g_assert_cmpuint(recruit_weak(crew, other), ==, 0);
    g_assert_cmpuint(recruit_weak(crew, child), ==, 1);
    g_assert_cmpuint(recruit_weak(crew, mate), ==, 1);
    VkpRoster *strong = SKETCH_ROSTER({.pid = 53, .parent_pid = 1, .start_ticks = 3003});
    g_assert_cmpuint(vkp_crew_recruit(crew, strong, NULL, NULL), ==, 1);
    vkp_roster_unref(strong);
    vkp_crew_free(crew);
}

/* It stood elsewhere when the plan was made, and now the worktree's path leads there. */
static void test_old_relatives(void)
{
    VkpCrew *crew = new_weak_crew((Sketch){.pid = 10, .group = 10, .session = 10});
    Sketch child = {.pid = 50, .parent_pid = 10, .start_ticks = PLANNED_TICKS - 1};
    Sketch mate = {.pid = 51, .group = 51, .session = 10, .start_ticks = PLANNED_TICKS - 1};
    g_assert_cmpuint(recruit_weak(crew, child), ==, 0);
    g_assert_cmpuint(recruit_weak(crew, mate), ==, 0);
    vkp_crew_free(crew);
}

/* The process 10 led nothing and died; whoever got its number leads a group. */
static void test_weak_heirs(void)
{
    VkpCrew *crew = new_weak_crew((Sketch){.pid = 10, .group = 7, .session = 7});
    Sketch heir = {.pid = 10, .group = 10, .session = 10, .start_ticks = 3000};
    Sketch child = {.pid = 50, .group = 10, .session = 10, .start_ticks = 3100};
    g_assert_cmpuint(recruit_weak(crew, heir), ==, 0);
    g_assert_cmpuint(recruit_weak(crew, child), ==, 0);
    vkp_crew_free(crew);
}

static void assert_childless(void (*leave)(VkpTarget *target))
{
    VkpCrew *crew = new_weak_crew((Sketch){.pid = 10, .group = 10, .session = 10});
    leave(vkp_crew_at(crew, 0));
    g_assert_cmpuint(recruit_weak(crew, (Sketch){.pid = 50, .parent_pid = 10, .start_ticks = 3000}),
                     ==, 0);
    vkp_crew_free(crew);
}

static void spare(VkpTarget *target)
{
    vkp_target_set_aside(target, VKP_OUTCOME_PROTECTED, NULL);
}

static void test_child_of_a_spared_one(void)
{
    assert_childless(spare);
}

static void test_child_of_one_given_up(void)
{
    assert_childless(vkp_target_give_up);
}

/* A launcher with a second child for a moment does not tell any more which of the two is the agent.
 * Who hides behind it was seen in the plan's roster, or in that of a rescan. */
static void test_executors(void)
{
    static const VkpScope scope = {.kind = VKP_SCOPE_ALL_EXCEPT_EXECUTORS};
    static const VkpKillOptions options = {0};
    VkpRoster *before =
        SKETCH_ROSTER({.pid = 10, .is_executor = TRUE}, {.pid = 11, .parent_pid = 10});
    VkpRoster *between =
        SKETCH_ROSTER({.pid = 10}, {.pid = 12, .parent_pid = 10, .is_executor = TRUE});
    VkpRoster *after = SKETCH_ROSTER({.pid = 10}, {.pid = 12}, {.pid = 13});
    g_autoptr(GPtrArray) nobody = g_ptr_array_new();
    VkpCrew *crew = vkp_crew_new(&scope, &options);
    vkp_crew_add_planned(crew, &(VkpPlan){.targets = nobody, .roster = before}, PLANNED_TICKS);
    g_assert_cmpuint(vkp_crew_recruit(crew, between, NULL, NULL), ==, 0);
    g_assert_cmpuint(vkp_crew_recruit(crew, after, NULL, NULL), ==, 1);
    g_assert_nonnull(vkp_crew_lookup(crew, (VkpIdentity){13, 1013}));
    vkp_crew_free(crew);
    vkp_roster_unref(before);
    vkp_roster_unref(between);
    vkp_roster_unref(after);
}

/* A scope that means executors too does not spare them. */
static void test_executors_that_are_meant(void)
{
    static const VkpKillOptions options = {0};
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10, .is_executor = TRUE});
    g_autoptr(GPtrArray) nobody = g_ptr_array_new();
    VkpCrew *crew = vkp_crew_new(&everything, &options);
    vkp_crew_add_planned(crew, &(VkpPlan){.targets = nobody, .roster = roster}, PLANNED_TICKS);
    g_assert_cmpuint(vkp_crew_recruit(crew, roster, NULL, NULL), ==, 1);
    vkp_crew_free(crew);
}

/* It has executed something that carries other marks: by these it may be held, but not for us. */
static void test_one_who_left_the_scope(void)
{
    VkpScope scope = {.kind = VKP_SCOPE_ATTEMPT, .id = sketch_id(1)};
    static const VkpKillOptions options = {0};
    VkpRoster *before = SKETCH_ROSTER({.pid = 10, .attempt = 1});
    VkpRoster *same = SKETCH_ROSTER({.pid = 10, .attempt = 1});
    VkpRoster *after = SKETCH_ROSTER({.pid = 10, .attempt = 2});
    VkpCrew *crew = vkp_crew_new(&scope, &options);
    vkp_crew_recruit(crew, before, NULL, NULL);
    vkp_crew_recruit(crew, same, NULL, NULL);
    g_assert_true(vkp_crew_at(crew, 0)->member == vkp_roster_at(same, 0));
    vkp_crew_recruit(crew, after, NULL, NULL);
    g_assert_true(vkp_crew_at(crew, 0)->member == vkp_roster_at(same, 0));
    vkp_crew_free(crew);
    vkp_roster_unref(before);
    vkp_roster_unref(same);
    vkp_roster_unref(after);
}

static char *dup_deaths(VkpCrew *crew)
{
    GString *pids = g_string_new(NULL);
    for (guint i = 0; i < vkp_crew_size(crew); i++)
        g_string_append_printf(pids, " %d", vkp_crew_at_death(crew, i)->identity.pid);
    return g_string_free(pids, FALSE);
}

static void note_keeper(const VkpCrew *crew, pid_t pid, pid_t parent_group)
{
    VkpTarget *target = vkp_crew_lookup(crew, (VkpIdentity){pid, 1000 + (guint64)pid});
    target->keeps_group = TRUE;
    target->parent_group = parent_group;
}

/* 20, 30 and 40 keep their groups, each by its parent: that of 30 keeps none himself. */
static void test_order_of_deaths(void)
{
    const VkpKillOptions options = {0};
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER(
        {.pid = 20, .group = 20}, {.pid = 22, .parent_pid = 20, .group = 20},
        {.pid = 23, .parent_pid = 20, .group = 20}, {.pid = 30, .parent_pid = 22, .group = 30},
        {.pid = 31, .parent_pid = 30, .group = 30}, {.pid = 40, .parent_pid = 30, .group = 40});
    g_autoptr(VkpPlan) plan = vkp_plan_build(&everything, &options, roster, NULL);
    VkpCrew *crew = vkp_crew_new(&everything, &options);
    vkp_crew_add_planned(crew, plan, PLANNED_TICKS);
    g_autofree char *at_large = dup_deaths(crew);
    g_assert_cmpstr(at_large, ==, " 20 22 23 30 31 40");
    note_keeper(crew, 20, 10);
    note_keeper(crew, 30, 20);
    note_keeper(crew, 40, 30);
    g_autofree char *frozen = dup_deaths(crew);
    g_assert_cmpstr(frozen, ==, " 40 31 30 22 23 20");
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
    g_test_add_func("/kill/crew/what-the-server-starts-next-stays-out", test_session_of_the_server);
    g_test_add_func("/kill/crew/orphans-in-what-a-confirmed-one-led-come-in", test_orphans);
    g_test_add_func("/kill/crew/a-group-that-a-confirmed-one-made-later-counts",
                    test_group_made_later);
    g_test_add_func("/kill/crew/weak-ones-come-in-by-descent-only", test_weak_ones);
    g_test_add_func("/kill/crew/weak-relatives-of-old-stay-out", test_old_relatives);
    g_test_add_func("/kill/crew/weak-heirs-of-a-number-stay-out", test_weak_heirs);
    g_test_add_func("/kill/crew/children-of-who-is-spared-stay-out", test_child_of_a_spared_one);
    g_test_add_func("/kill/crew/children-of-who-was-given-up-stay-out", test_child_of_one_given_up);
    g_test_add_func("/kill/crew/whoever-was-an-executor-stays-spared", test_executors);
    g_test_add_func("/kill/crew/executors-that-are-meant-come-in", test_executors_that_are_meant);
    g_test_add_func("/kill/crew/who-left-the-scope-is-not-proved-by-what-it-is-now",
                    test_one_who_left_the_scope);
    g_test_add_func("/kill/crew/who-keeps-a-group-is-killed-after-it", test_order_of_deaths);
    return g_test_run();
}
