/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/rows.h"
#include "tests/view/sample.h"

/* The tree as text: one line a visible row, indented by its depth. */
static void describe_row(const VkpRow *row, guint depth, GString *text)
{
    for (guint i = 0; i < row->children->len; i++) {
        const VkpRow *child = g_ptr_array_index(row->children, i);
        if (!child->is_visible)
            continue;
        g_string_append_printf(text, "%*s%s %u\n", (int)depth * 2, "", child->label,
                               child->totals.n_processes);
        describe_row(child, depth + 1, text);
    }
}

static char *describe(const VkpRows *rows)
{
    GString *text = g_string_new(NULL);
    describe_row(vkp_rows_root(rows), 0, text);
    return g_string_free(text, FALSE);
}

static void assert_tree(const VkpRows *rows, const char *expected)
{
    g_autofree char *text = describe(rows);
    g_assert_cmpstr(text, ==, expected);
}

static VkpRows *build(const VkpRowFilter *filter)
{
    g_autoptr(VkpRoster) roster = sample_roster();
    return vkp_rows_build(&(VkpRowsInput){.roster = roster, .filter = filter});
}

static void test_groups_by_project_task_attempt_and_parent(void)
{
    g_autoptr(VkpRows) rows = build(NULL);
    assert_tree(rows, "Alpha 7\n"
                      "  Leftovers 2\n"
                      "    chrome 1\n"
                      "    esbuild 1\n"
                      "  Login 4\n"
                      "    vk/login 4\n"
                      "      npm exec 1\n"
                      "        claude 1\n"
                      "          rg 1\n"
                      "      vite 1\n"
                      "  Cart 1\n"
                      "    vk/cart 1\n"
                      "      codex 1\n"
                      "Beta 1\n"
                      "  Quick look 1\n"
                      "    claude 1\n");
}

static void test_groups_sum_what_is_below(void)
{
    g_autoptr(VkpRows) rows = build(NULL);
    const VkpRow *root = vkp_rows_root(rows);
    const VkpRow *alpha = g_ptr_array_index(root->children, 0);
    g_assert_cmpuint(root->totals.n_processes, ==, 8);
    g_assert_cmpuint(root->totals.n_executors, ==, 4);
    g_assert_cmpuint(root->totals.n_agents, ==, 3); /* a launcher and its agent are one */
    g_assert_cmpuint(root->totals.n_leftovers, ==, 2);
    g_assert_cmpfloat_with_epsilon(alpha->totals.cpu_percent, 46, 1e-9);
    g_assert_cmpuint(alpha->totals.memory_bytes, ==, 11760);
    g_assert_cmpuint(alpha->totals.start_time_usec, ==, 50 * G_USEC_PER_SEC);
    g_assert_cmpuint(alpha->totals.ports->len, ==, 2); /* 3000 is there twice */
    g_assert_cmpuint(g_array_index(alpha->totals.ports, guint16, 0), ==, 3000);
    g_assert_cmpuint(g_array_index(alpha->totals.ports, guint16, 1), ==, 9222);
}

static void test_targets_are_neither_weak_nor_protected(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .project = 1);
    SAMPLE_ADD(roster, .pid = 11, .project = 1, .confidence = 30);
    SAMPLE_ADD(roster, .pid = 12, .project = 1, .is_protected = TRUE);
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    g_assert_cmpuint(vkp_rows_root(rows)->totals.n_processes, ==, 3);
    g_assert_cmpuint(vkp_rows_root(rows)->totals.n_targets, ==, 1);
}

/* They stand apart, but carry its id. */
static void test_targets_of_a_task_are_its_leftovers_too(void)
{
    g_autoptr(VkpRows) rows = build(NULL);
    const VkpRow *alpha = g_ptr_array_index(vkp_rows_root(rows)->children, 0);
    const VkpRow *login = g_ptr_array_index(alpha->children, 1);
    const VkpRow *attempt = g_ptr_array_index(login->children, 0);
    g_assert_cmpuint(login->totals.n_processes, ==, 4);
    g_assert_cmpuint(login->totals.n_targets, ==, 5);
    g_assert_cmpuint(attempt->totals.n_targets, ==, 5);
    g_assert_cmpuint(alpha->totals.n_targets, ==, 7);
    g_assert_cmpuint(vkp_rows_root(rows)->totals.n_targets, ==, 8);
}

static void test_usage_is_newer_than_members(void)
{
    g_autoptr(VkpRoster) roster = sample_roster();
    g_autoptr(VkpUsage) usage = vkp_usage_new();
    vkp_usage_set(usage, (VkpIdentity){102, 10200}, 77, 12345);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster, .usage = usage});
    const VkpRow *row = vkp_rows_lookup(rows, "process:102:10200");
    g_assert_nonnull(row);
    g_assert_cmpfloat_with_epsilon(row->totals.cpu_percent, 77, 1e-9);
    g_assert_cmpuint(row->totals.memory_bytes, ==, 12345);
    g_assert_cmpuint(row->parent->parent->parent->totals.memory_bytes, ==,
                     1000 + 5000 + 12345 + 800);
}

#define FIRST "00000000-0000-0000-0000-000000000001"

static void test_keys_stay_from_build_to_build(void)
{
    g_autoptr(VkpRows) before = build(NULL);
    g_autoptr(VkpRows) after = build(NULL);
    const char *const keys[] = {
        "project:" FIRST,
        "project:" FIRST "/leftovers",
        "project:" FIRST "/task:" FIRST "/attempt:" FIRST,
        "process:101:10100",
    };
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++) {
        g_assert_nonnull(vkp_rows_lookup(before, keys[i]));
        g_assert_nonnull(vkp_rows_lookup(after, keys[i]));
        g_assert_false(
            vkp_row_differs(vkp_rows_lookup(before, keys[i]), vkp_rows_lookup(after, keys[i])));
    }
}

static void test_unknown_board_gets_fallback_labels(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .name = "lonely");
    SAMPLE_ADD(roster, .pid = 11, .name = "untitled", .project = 9, .task = 9, .attempt = 9);
    SAMPLE_ADD(roster, .pid = 12, .name = "repos", .project_name = "api + web", .attempt = 8,
               .branch = "vk/x");
    SAMPLE_ADD(roster, .pid = 13, .name = "blank", .project = 7, .project_name = "  ",
               .attempt = 7);
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    assert_tree(rows, "No project 1\n"
                      "  lonely 1\n"
                      "No project 1\n"
                      "  Task without a title 1\n"
                      "    Attempt without a name 1\n"
                      "      untitled 1\n"
                      "api + web 1\n"
                      "  vk/x 1\n"
                      "    repos 1\n"
                      "No project 1\n"
                      "  Attempt without a name 1\n"
                      "    blank 1\n");
}

static void test_texts_are_taken_over_from_the_build_before(void)
{
    g_autoptr(VkpRoster) roster = sample_roster();
    g_autoptr(VkpRows) before = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    g_autoptr(VkpRows) after = vkp_rows_build(&(VkpRowsInput){.roster = roster, .before = before});
    g_assert_true(vkp_rows_lookup(before, "process:101:10100")->label ==
                  vkp_rows_lookup(after, "process:101:10100")->label);
    g_clear_pointer(&before, vkp_rows_unref);
    g_autofree char *text = describe(after);
    g_autoptr(VkpRows) fresh = build(NULL);
    assert_tree(fresh, text);
}

static void test_search_keeps_parents_and_totals(void)
{
    g_autoptr(VkpRows) rows = build(&(VkpRowFilter){.search = "RG log"});
    assert_tree(rows, "Alpha 7\n"
                      "  Login 4\n"
                      "    vk/login 4\n"
                      "      npm exec 1\n"
                      "        claude 1\n"
                      "          rg 1\n");
}

/* What each word finds, by the names of the processes that match themselves. */
static void test_search_looks_everywhere(void)
{
    const struct {
        const char *search;
        const char *key;
        guint n;
    } cases[] = {
        {"vite", "process:110:11000", 1},        {"--VERBOSE", "process:101:10100", 1},
        {"110", "process:110:11000", 1},         {":9222", "process:50:5000", 1},
        {"login/web", "process:110:11000", 1},   {"cart", "process:120:12000", 2},
        {"beta", "process:130:13000", 1},        {"quick", "process:130:13000", 1},
        {"claude_code", "process:101:10100", 5},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(VkpRoster) roster = sample_roster();
        g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){
            .roster = roster, .filter = &(VkpRowFilter){.search = cases[i].search}});
        const VkpRow *row = vkp_rows_lookup(rows, cases[i].key);
        g_test_message("%s", cases[i].search);
        g_assert_true(row->is_visible);
        guint n_leaves = 0;
        for (guint m = 0; m < vkp_roster_size(roster); m++) {
            char id[VKP_IDENTITY_TEXT_SIZE];
            g_autofree char *key = g_strconcat(
                "process:", vkp_identity_to_text(vkp_roster_at(roster, m)->process->identity, id),
                NULL);
            const VkpRow *process = vkp_rows_lookup(rows, key);
            gboolean has_visible_child = FALSE;
            for (guint c = 0; c < process->children->len; c++)
                has_visible_child |=
                    ((const VkpRow *)g_ptr_array_index(process->children, c))->is_visible;
            n_leaves += process->is_visible && !has_visible_child ? 1 : 0;
        }
        g_assert_cmpuint(n_leaves, <=, cases[i].n);
        g_assert_cmpuint(n_leaves, >, 0);
    }
}

static void test_search_finds_letters_however_they_are_made(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .project = 1, .task = 1, .task_title = "Re\xcc\x81sume\xcc\x81");
    SAMPLE_ADD(roster, .pid = 11, .project = 1, .task = 2,
               .task_title = "\xef\xbc\xa1\xef\xbc\xb0\xef\xbc\xa9");
    vkp_roster_seal(roster);
    static const struct {
        const char *search, *found;
    } cases[] = {
        {"R\xc3\x89SUM\xc3\x89", "process:10:1000"},
        {"re\xcc\x81sume\xcc\x81", "process:10:1000"},
        {"api", "process:11:1100"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        VkpRowFilter filter = {.search = cases[i].search};
        g_autoptr(VkpRows) rows =
            vkp_rows_build(&(VkpRowsInput){.roster = roster, .filter = &filter});
        g_assert_true(vkp_rows_lookup(rows, cases[i].found)->is_visible);
    }
}

static void test_no_match_shows_nothing(void)
{
    g_autoptr(VkpRows) rows = build(&(VkpRowFilter){.search = "nowhere"});
    assert_tree(rows, "");
    g_assert_false(vkp_rows_root(rows)->is_visible);
    g_assert_cmpuint(vkp_rows_root(rows)->totals.n_processes, ==, 8);
}

static void test_filters_choose_by_kind_and_project(void)
{
    g_autoptr(VkpRows) agents = build(&(VkpRowFilter){.show = VKP_SHOW_AGENTS});
    assert_tree(agents, "Alpha 7\n"
                        "  Login 4\n"
                        "    vk/login 4\n"
                        "      npm exec 1\n"
                        "        claude 1\n"
                        "  Cart 1\n"
                        "    vk/cart 1\n"
                        "      codex 1\n"
                        "Beta 1\n"
                        "  Quick look 1\n"
                        "    claude 1\n");
    g_autoptr(VkpRows) servers = build(&(VkpRowFilter){.show = VKP_SHOW_DEV_SERVERS});
    assert_tree(servers, "Alpha 7\n  Login 4\n    vk/login 4\n      vite 1\n");
    g_autoptr(VkpRows) leftovers = build(&(VkpRowFilter){.show = VKP_SHOW_LEFTOVERS});
    assert_tree(leftovers, "Alpha 7\n  Leftovers 2\n    chrome 1\n    esbuild 1\n");
    g_autoptr(VkpRows) beta =
        build(&(VkpRowFilter){.project_key = "project:00000000-0000-0000-0000-000000000002"});
    assert_tree(beta, "Beta 1\n  Quick look 1\n    claude 1\n");
}

static void test_names_that_the_kernel_cut_are_shown_whole(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .name = "npm exec @anthr",
               .command = (const char *const[]){"npm exec @anthropic-ai/claude-code", NULL});
    SAMPLE_ADD(roster, .pid = 11, .name = "vibe-kanban-mcp",
               .command = (const char *const[]){"/opt/bin/vibe-kanban-mcp-server", "-v", NULL});
    SAMPLE_ADD(roster, .pid = 12, .name = "node", .command = (const char *const[]){"nodejs", NULL});
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    assert_tree(rows, "No project 3\n"
                      "  npm exec @anthropic-ai/claude-code 1\n"
                      "  vibe-kanban-mcp-server 1\n"
                      "  node 1\n");
    g_assert_null(vkp_rows_lookup(rows, "process:10:1000")->detail);
    g_assert_cmpstr(vkp_rows_lookup(rows, "process:11:1100")->detail, ==, "-v");
}

static void test_arguments_follow_a_program_whose_path_has_spaces(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .name = "vite",
               .command =
                   (const char *const[]){"/home/ada/my project/bin/vite", "--port", "5173", NULL});
    SAMPLE_ADD(roster, .pid = 11, .name = "vite",
               .command = (const char *const[]){"/home/ada/my project/bin/vite", NULL});
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    g_assert_cmpstr(vkp_rows_lookup(rows, "process:10:1000")->detail, ==, "--port 5173");
    g_assert_null(vkp_rows_lookup(rows, "process:11:1100")->detail);
}

static void test_hostile_names_cannot_pretend(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .name = "a\nb\xe2\x80\xae", .task = 1, .attempt = 1,
               .task_title = "x\x1b[31m");
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    assert_tree(rows, "No project 1\n"
                      "  x\\x1b[31m 1\n"
                      "    Attempt without a name 1\n"
                      "      a\\x0ab\\u202e 1\n");
}

/* A chain of a thousand parents, as a forged or runaway tree may have. */
static void test_deep_chains_are_flattened(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    for (pid_t pid = 10; pid < 1010; pid++)
        SAMPLE_ADD(roster, .pid = pid, .parent = pid - 1, .project = 1, .attempt = 1);
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    const VkpRow *deepest = vkp_rows_lookup(rows, "process:1009:100900");
    guint depth = 0;
    for (const VkpRow *row = deepest; row; row = row->parent)
        depth++;
    g_assert_cmpuint(depth, <, 20);
    g_assert_cmpuint(vkp_rows_root(rows)->totals.n_processes, ==, 1000);
}

static void test_a_loop_of_parents_ends(void)
{
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .parent = 11, .name = "one", .attempt = 1);
    SAMPLE_ADD(roster, .pid = 11, .parent = 10, .name = "two", .attempt = 1);
    SAMPLE_ADD(roster, .pid = 12, .parent = 12, .name = "self", .attempt = 1);
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    assert_tree(rows, "No project 3\n"
                      "  Attempt without a name 3\n"
                      "    one 1\n"
                      "      two 1\n"
                      "    self 1\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/rows/groups-by-project-task-attempt-and-parent",
                    test_groups_by_project_task_attempt_and_parent);
    g_test_add_func("/view/rows/groups-sum-what-is-below", test_groups_sum_what_is_below);
    g_test_add_func("/view/rows/targets-are-neither-weak-nor-protected",
                    test_targets_are_neither_weak_nor_protected);
    g_test_add_func("/view/rows/targets-of-a-task-are-its-leftovers-too",
                    test_targets_of_a_task_are_its_leftovers_too);
    g_test_add_func("/view/rows/usage-is-newer-than-members", test_usage_is_newer_than_members);
    g_test_add_func("/view/rows/keys-stay-from-build-to-build", test_keys_stay_from_build_to_build);
    g_test_add_func("/view/rows/unknown-board-gets-fallback-labels",
                    test_unknown_board_gets_fallback_labels);
    g_test_add_func("/view/rows/texts-are-taken-over-from-the-build-before",
                    test_texts_are_taken_over_from_the_build_before);
    g_test_add_func("/view/rows/search-keeps-parents-and-totals",
                    test_search_keeps_parents_and_totals);
    g_test_add_func("/view/rows/search-looks-everywhere", test_search_looks_everywhere);
    g_test_add_func("/view/rows/search-finds-letters-however-they-are-made",
                    test_search_finds_letters_however_they_are_made);
    g_test_add_func("/view/rows/no-match-shows-nothing", test_no_match_shows_nothing);
    g_test_add_func("/view/rows/filters-choose-by-kind-and-project",
                    test_filters_choose_by_kind_and_project);
    g_test_add_func("/view/rows/names-that-the-kernel-cut-are-shown-whole",
                    test_names_that_the_kernel_cut_are_shown_whole);
    g_test_add_func("/view/rows/arguments-follow-a-program-whose-path-has-spaces",
                    test_arguments_follow_a_program_whose_path_has_spaces);
    g_test_add_func("/view/rows/hostile-names-cannot-pretend", test_hostile_names_cannot_pretend);
    g_test_add_func("/view/rows/deep-chains-are-flattened", test_deep_chains_are_flattened);
    g_test_add_func("/view/rows/a-loop-of-parents-ends", test_a_loop_of_parents_ends);
    return g_test_run();
}
