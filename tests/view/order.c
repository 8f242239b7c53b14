/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/order.h"

#include "tests/view/sample.h"

static int compare(gconstpointer a, gconstpointer b, gpointer order)
{
    return vkp_row_compare(*(const VkpRow *const *)a, *(const VkpRow *const *)b, order);
}

/* The labels of a row's children in that order, joined by spaces. */
static char *sorted(const VkpRow *row, VkpOrder order)
{
    GString *text = g_string_new(NULL);
    g_autoptr(GPtrArray) children = g_ptr_array_copy(row->children, NULL, NULL);
    g_ptr_array_set_free_func(children, NULL);
    g_ptr_array_sort_with_data(children, compare, &order);
    for (guint i = 0; i < children->len; i++)
        g_string_append_printf(text, "%s%s", i ? " " : "",
                               ((const VkpRow *)g_ptr_array_index(children, i))->label);
    return g_string_free(text, FALSE);
}

static void assert_sorted(const VkpRow *row, VkpOrderBy by, gboolean descending,
                          const char *expected)
{
    g_autofree char *text = sorted(row, (VkpOrder){by, descending});
    g_assert_cmpstr(text, ==, expected);
}

static VkpRows *build_processes(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    const guint16 ports[] = {3000, 0};
    SAMPLE_ADD(roster, .pid = 30, .name = "beta", .cpu = 5, .memory = 10, .start = 300);
    SAMPLE_ADD(roster, .pid = 20, .name = "Alpha", .cpu = 1, .memory = 30, .start = 200,
               .ports = ports);
    SAMPLE_ADD(roster, .pid = 10, .name = "gamma", .cpu = 5, .memory = 20, .start = 100);
    vkp_roster_seal(roster);
    return vkp_rows_build(&(VkpRowsInput){.roster = roster});
}

static void test_sorts_by_each_column_both_ways(void)
{
    g_autoptr(VkpRows) rows = build_processes();
    const VkpRow *row = g_ptr_array_index(vkp_rows_root(rows)->children, 0);
    assert_sorted(row, VKP_ORDER_NAME, FALSE, "Alpha beta gamma");
    assert_sorted(row, VKP_ORDER_NAME, TRUE, "gamma beta Alpha");
    assert_sorted(row, VKP_ORDER_PID, FALSE, "gamma Alpha beta");
    assert_sorted(row, VKP_ORDER_MEMORY, TRUE, "Alpha gamma beta");
    assert_sorted(row, VKP_ORDER_AGE, FALSE, "beta Alpha gamma");
    assert_sorted(row, VKP_ORDER_PORTS, TRUE, "Alpha gamma beta");
}

static void test_equals_keep_the_order_of_their_start(void)
{
    g_autoptr(VkpRows) rows = build_processes();
    const VkpRow *row = g_ptr_array_index(vkp_rows_root(rows)->children, 0);
    assert_sorted(row, VKP_ORDER_CPU, FALSE, "Alpha gamma beta");
    assert_sorted(row, VKP_ORDER_CPU, TRUE, "gamma beta Alpha");
}

static void test_leftovers_come_last_both_ways(void)
{
    g_autoptr(VkpRoster) roster = sample_roster();
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    const VkpRow *alpha = g_ptr_array_index(vkp_rows_root(rows)->children, 0);
    assert_sorted(alpha, VKP_ORDER_NAME, FALSE, "Cart Login Leftovers");
    assert_sorted(alpha, VKP_ORDER_NAME, TRUE, "Login Cart Leftovers");
    assert_sorted(alpha, VKP_ORDER_MEMORY, TRUE, "Login Cart Leftovers");
}

static void test_what_has_no_project_comes_last(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .name = "stray");
    SAMPLE_ADD(roster, .pid = 11, .project = 1, .project_name = "Zulu");
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    assert_sorted(vkp_rows_root(rows), VKP_ORDER_NAME, FALSE, "Zulu No project");
    assert_sorted(vkp_rows_root(rows), VKP_ORDER_NAME, TRUE, "Zulu No project");
}

static void test_a_project_named_none_is_one(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .project_name = "none");
    SAMPLE_ADD(roster, .pid = 11, .project_name = "zulu");
    SAMPLE_ADD(roster, .pid = 12, .name = "stray");
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    assert_sorted(vkp_rows_root(rows), VKP_ORDER_NAME, FALSE, "none zulu No project");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/order/sorts-by-each-column-both-ways",
                    test_sorts_by_each_column_both_ways);
    g_test_add_func("/view/order/equals-keep-the-order-of-their-start",
                    test_equals_keep_the_order_of_their_start);
    g_test_add_func("/view/order/leftovers-come-last-both-ways",
                    test_leftovers_come_last_both_ways);
    g_test_add_func("/view/order/what-has-no-project-comes-last",
                    test_what_has_no_project_comes_last);
    g_test_add_func("/view/order/a-project-named-none-is-one", test_a_project_named_none_is_one);
    return g_test_run();
}
