/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/tree-model.h"

#include "tests/view/sample.h"

/* No display is needed: a GtkTreeModel is only data. GTK's own row references, which views use for
 * selection and scroll, are the judge of whether each signal told the truth. */

static const VkpOrder by_name = {VKP_ORDER_NAME, FALSE};
static const VkpOrder by_cpu = {VKP_ORDER_CPU, TRUE};

static void update_with(VkpTreeModel *model, VkpRoster *roster, const char *search,
                        const VkpOrder *order, gboolean may_move)
{
    g_autoptr(VkpRows) rows = vkp_rows_build(
        &(VkpRowsInput){.roster = roster, .filter = &(VkpRowFilter){.search = search}});
    vkp_tree_model_update(model, rows, order, may_move);
}

static void update(VkpTreeModel *model, VkpRoster *roster, const char *search,
                   const VkpOrder *order)
{
    update_with(model, roster, search, order, TRUE);
}

static VkpTreeModel *model_of_sample(void)
{
    VkpTreeModel *model = vkp_tree_model_new();
    g_autoptr(VkpRoster) roster = sample_roster();
    update(model, roster, NULL, &by_name);
    return model;
}

/* All but the member with that pid. */
static VkpRoster *roster_without(pid_t pid)
{
    g_autoptr(VkpRoster) all = sample_roster();
    VkpRoster *roster = vkp_roster_new();
    for (guint i = 0; i < vkp_roster_size(all); i++) {
        VkpMember *member = vkp_roster_at(all, i);
        if (member->process->identity.pid != pid)
            vkp_roster_add(roster, vkp_member_ref(member));
    }
    vkp_roster_seal(roster);
    return roster;
}

static void describe(VkpTreeModel *model, GtkTreeIter *parent, guint depth, GString *text)
{
    GtkTreeModel *tree = GTK_TREE_MODEL(model);
    GtkTreeIter iter;
    gboolean is_valid = gtk_tree_model_iter_children(tree, &iter, parent);
    for (; is_valid; is_valid = gtk_tree_model_iter_next(tree, &iter)) {
        g_string_append_printf(text, "%*s%s\n", (int)depth, "",
                               vkp_tree_model_row(model, &iter)->label);
        describe(model, &iter, depth + 1, text);
    }
}

static void assert_tree(VkpTreeModel *model, const char *expected)
{
    g_autoptr(GString) text = g_string_new(NULL);
    describe(model, NULL, 0, text);
    g_assert_cmpstr(text->str, ==, expected);
}

static GtkTreeRowReference *reference(VkpTreeModel *model, const char *key)
{
    GtkTreeIter iter;
    g_assert_true(vkp_tree_model_lookup(model, key, &iter));
    g_autoptr(GtkTreePath) path = gtk_tree_model_get_path(GTK_TREE_MODEL(model), &iter);
    return gtk_tree_row_reference_new(GTK_TREE_MODEL(model), path);
}

static void assert_refers(GtkTreeRowReference *row, const char *key)
{
    g_assert_true(gtk_tree_row_reference_valid(row));
    GtkTreeModel *model = gtk_tree_row_reference_get_model(row);
    g_autoptr(GtkTreePath) path = gtk_tree_row_reference_get_path(row);
    GtkTreeIter iter;
    g_assert_true(gtk_tree_model_get_iter(model, &iter, path));
    g_assert_cmpstr(vkp_tree_model_row(VKP_TREE_MODEL(model), &iter)->key, ==, key);
}

static void test_shows_visible_rows_in_order(void)
{
    g_autoptr(VkpTreeModel) model = model_of_sample();
    assert_tree(model, "Alpha\n Cart\n  vk/cart\n   codex\n Login\n  vk/login\n   npm exec\n"
                       "    claude\n     rg\n   vite\n Leftovers\n  chrome\n  esbuild\n"
                       "Beta\n Quick look\n  claude\n");
}

static void test_references_survive_birth_death_and_sorting(void)
{
    g_autoptr(VkpTreeModel) model = model_of_sample();
    GtkTreeRowReference *vite = reference(model, "process:110:11000");
    GtkTreeRowReference *rg = reference(model, "process:102:10200");
    GtkTreeRowReference *codex = reference(model, "process:120:12000");
    g_autoptr(VkpRoster) fewer = roster_without(120);
    update(model, fewer, NULL, &by_cpu);
    assert_refers(vite, "process:110:11000");
    assert_refers(rg, "process:102:10200");
    g_assert_false(gtk_tree_row_reference_valid(codex));
    g_autoptr(VkpRoster) all = sample_roster();
    update(model, all, NULL, &by_name);
    assert_refers(vite, "process:110:11000");
    assert_refers(rg, "process:102:10200");
    gtk_tree_row_reference_free(vite);
    gtk_tree_row_reference_free(rg);
    gtk_tree_row_reference_free(codex);
}

static void test_children_of_the_dead_move_up_to_the_group(void)
{
    g_autoptr(VkpTreeModel) model = model_of_sample();
    g_autoptr(VkpRoster) fewer = roster_without(100);
    update(model, fewer, NULL, &by_name);
    assert_tree(model, "Alpha\n Cart\n  vk/cart\n   codex\n Login\n  vk/login\n   claude\n    rg\n"
                       "   vite\n Leftovers\n  chrome\n  esbuild\nBeta\n Quick look\n  claude\n");
}

static void test_rows_that_may_not_move_stay_where_they_are(void)
{
    g_autoptr(VkpTreeModel) model = model_of_sample();
    g_autoptr(VkpRoster) roster = sample_roster();
    g_autoptr(GString) before = g_string_new(NULL);
    describe(model, NULL, 0, before);
    update_with(model, roster, NULL, &by_cpu, FALSE);
    assert_tree(model, before->str);
}

static void test_rows_that_come_are_sorted_in_among_those_that_stay(void)
{
    g_autoptr(VkpTreeModel) model = vkp_tree_model_new();
    g_autoptr(VkpRoster) roster = sample_roster();
    g_autoptr(VkpTreeModel) sorted = model_of_sample();
    g_autoptr(GString) expected = g_string_new(NULL);
    describe(sorted, NULL, 0, expected);
    update_with(model, roster, NULL, &by_name, FALSE);
    assert_tree(model, expected->str);
    const char *const searches[] = {"vite", "chrome", "codex", "rg", "beta", "nothing at all"};
    for (guint i = 0; i < G_N_ELEMENTS(searches); i++) {
        update_with(model, roster, searches[i], &by_name, FALSE);
        update_with(model, roster, NULL, &by_name, FALSE);
        assert_tree(model, expected->str);
    }
}

static void test_search_narrows_and_widens(void)
{
    g_autoptr(VkpTreeModel) model = model_of_sample();
    g_autoptr(VkpRoster) roster = sample_roster();
    GtkTreeRowReference *vite = reference(model, "process:110:11000");
    update(model, roster, "vite", &by_name);
    assert_tree(model, "Alpha\n Login\n  vk/login\n   vite\n");
    assert_refers(vite, "process:110:11000");
    update(model, roster, "nothing at all", &by_name);
    assert_tree(model, "");
    g_assert_false(gtk_tree_row_reference_valid(vite));
    update(model, roster, NULL, &by_name);
    GtkTreeIter iter;
    g_assert_true(vkp_tree_model_lookup(model, "process:110:11000", &iter));
    gtk_tree_row_reference_free(vite);
}

static void count_signal(guint *counter)
{
    ++*counter;
}

static void test_nothing_new_tells_nothing(void)
{
    g_autoptr(VkpTreeModel) model = model_of_sample();
    guint n = 0;
    const char *const names[] = {"row-changed", "row-inserted", "row-deleted", "rows-reordered",
                                 "row-has-child-toggled"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_signal_connect_swapped(model, names[i], G_CALLBACK(count_signal), &n);
    g_autoptr(VkpRoster) roster = sample_roster();
    update(model, roster, NULL, &by_name);
    g_assert_cmpuint(n, ==, 0);
}

static void test_lookup_finds_only_what_is_visible(void)
{
    g_autoptr(VkpTreeModel) model = model_of_sample();
    g_autoptr(VkpRoster) roster = sample_roster();
    GtkTreeIter iter;
    g_assert_false(vkp_tree_model_lookup(model, "process:1:1", &iter));
    update(model, roster, "vite", &by_name);
    g_assert_true(vkp_tree_model_lookup(model, "process:110:11000", &iter));
    g_assert_false(vkp_tree_model_lookup(model, "process:120:12000", &iter));
}

/* Rosters drawn by lot, each step checked against what a model made anew would show, and by row
 * references against the truth of every signal. */
static void test_a_thousand_random_steps(void)
{
    g_autoptr(VkpTreeModel) model = vkp_tree_model_new();
    GRand *lot = g_rand_new_with_seed(7);
    for (guint step = 0; step < 1000; step++) {
        g_autoptr(VkpRoster) roster = vkp_roster_new();
        for (pid_t pid = 1; pid < 40; pid++)
            if (g_rand_boolean(lot))
                SAMPLE_ADD(roster, .pid = pid, .parent = g_rand_int_range(lot, 0, 40),
                           .cpu = g_rand_int_range(lot, 0, 5),
                           .project = (guint)g_rand_int_range(lot, 0, 3),
                           .task = (guint)g_rand_int_range(lot, 0, 3), .attempt = (guint)pid % 4,
                           .leftover = g_rand_int_range(lot, 0, 8) == 0);
        vkp_roster_seal(roster);
        GtkTreeIter iter;
        GtkTreeRowReference *kept = vkp_tree_model_lookup(model, "process:7:700", &iter)
                                        ? reference(model, "process:7:700")
                                        : NULL;
        update_with(model, roster, NULL, &by_cpu, FALSE);
        update(model, roster, NULL, &by_cpu);
        if (kept && gtk_tree_row_reference_valid(kept))
            assert_refers(kept, "process:7:700");
        gtk_tree_row_reference_free(kept);
        g_autoptr(VkpTreeModel) fresh = vkp_tree_model_new();
        update(fresh, roster, NULL, &by_cpu);
        g_autoptr(GString) expected = g_string_new(NULL);
        describe(fresh, NULL, 0, expected);
        assert_tree(model, expected->str);
    }
    g_rand_free(lot);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/tree-model/shows-visible-rows-in-order",
                    test_shows_visible_rows_in_order);
    g_test_add_func("/applet/tree-model/references-survive-birth-death-and-sorting",
                    test_references_survive_birth_death_and_sorting);
    g_test_add_func("/applet/tree-model/children-of-the-dead-move-up-to-the-group",
                    test_children_of_the_dead_move_up_to_the_group);
    g_test_add_func("/applet/tree-model/rows-that-may-not-move-stay-where-they-are",
                    test_rows_that_may_not_move_stay_where_they_are);
    g_test_add_func("/applet/tree-model/rows-that-come-are-sorted-in-among-those-that-stay",
                    test_rows_that_come_are_sorted_in_among_those_that_stay);
    g_test_add_func("/applet/tree-model/search-narrows-and-widens", test_search_narrows_and_widens);
    g_test_add_func("/applet/tree-model/nothing-new-tells-nothing", test_nothing_new_tells_nothing);
    g_test_add_func("/applet/tree-model/lookup-finds-only-what-is-visible",
                    test_lookup_finds_only_what_is_visible);
    g_test_add_func("/applet/tree-model/a-thousand-random-steps", test_a_thousand_random_steps);
    return g_test_run();
}
