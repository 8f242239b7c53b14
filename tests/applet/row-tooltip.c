/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/row-tooltip.h"

#include "common/view/format.h"
#include "tests/view/sample.h"

static const char long_title[] =
    "Rework the authentication of the whole storefront so that a customer who has forgotten the "
    "password can still finish a purchase without an account, including the mails";

static VkpRows *build(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .name = "node", .project = 1, .project_name = "Alpha", .task = 1,
               .task_title = long_title, .attempt = 1, .attempt_name = "Try", .branch = "vk/try",
               .agent = "CODEX");
    SAMPLE_ADD(roster, .pid = 11, .name = "vite", .project = 1, .project_name = "Alpha", .task = 1,
               .task_title = long_title, .attempt = 1, .attempt_name = "Try", .branch = "vk/try",
               .agent = "CODEX");
    vkp_roster_seal(roster);
    return vkp_rows_build(&(VkpRowsInput){.roster = roster});
}

static const VkpRow *first_of(const VkpRow *row)
{
    return g_ptr_array_index(row->children, 0);
}

static void test_a_group_has_its_whole_name_and_its_counts(void)
{
    g_autoptr(VkpRows) rows = build();
    const VkpRow *task = first_of(first_of(vkp_rows_root(rows)));
    g_autofree char *text = vkp_row_dup_tooltip(task);
    g_autofree char *expected = g_strconcat(long_title, "\n2 processes", NULL);
    g_assert_cmpstr(text, ==, expected);
}

static void test_a_group_has_what_is_beside_its_name(void)
{
    g_autoptr(VkpRows) rows = build();
    const VkpRow *attempt = first_of(first_of(first_of(vkp_rows_root(rows))));
    g_autofree char *text = vkp_row_dup_tooltip(attempt);
    g_assert_cmpstr(text, ==, "vk/try\nCODEX\n2 processes");
}

static void test_a_process_says_why_it_is_listed(void)
{
    g_autoptr(VkpRows) rows = build();
    const VkpRow *process = first_of(first_of(first_of(first_of(vkp_rows_root(rows)))));
    g_autofree char *text = vkp_row_dup_tooltip(process);
    g_autofree char *reason = vkp_format_dup_reason(process->member);
    g_assert_true(g_str_has_suffix(text, reason));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/row-tooltip/a-group-has-its-whole-name-and-its-counts",
                    test_a_group_has_its_whole_name_and_its_counts);
    g_test_add_func("/row-tooltip/a-group-has-what-is-beside-its-name",
                    test_a_group_has_what_is_beside_its_name);
    g_test_add_func("/row-tooltip/a-process-says-why-it-is-listed",
                    test_a_process_says_why_it_is_listed);
    return g_test_run();
}
