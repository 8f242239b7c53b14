/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/scope.h"
#include "common/base/error.h"
#include "tests/kill/sketch.h"

#define UUID "0b7c1e2f-6f0b-4ff1-b07a-6d3ef2b5aaaa"

static void assert_refused(const char *scope, const char *target, VkpError code, const char *named)
{
    VkpScope parsed = {.kind = VKP_SCOPE_ALL, .identity = {7, 7}};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_scope_parse(scope, target, &parsed, &error));
    g_assert_error(error, VKP_ERROR, (int)code);
    g_assert_nonnull(strstr(error->message, named));
    g_assert_true(g_utf8_validate(error->message, -1, NULL));
    g_assert_cmpint(parsed.identity.pid, ==, 7);
}

static void assert_taken(const char *scope, const char *target, VkpScope *parsed)
{
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_scope_parse(scope, target, parsed, &error));
    g_assert_no_error(error);
}

static void test_unknown_scope_names_the_valid_ones(void)
{
    assert_refused("evrything", "", VKP_ERROR_INVALID_SCOPE, "evrything");
    assert_refused("evrything", "", VKP_ERROR_INVALID_SCOPE, "all_except_executors");
    assert_refused("", "", VKP_ERROR_INVALID_SCOPE, "single");
    assert_refused("ALL", "", VKP_ERROR_INVALID_SCOPE, "leftovers");
    assert_refused(NULL, NULL, VKP_ERROR_INVALID_SCOPE, "project");
}

static void test_hostile_words_are_quoted_and_cut(void)
{
    g_autofree char *endless = g_strnfill(100000, 'x');
    VkpScope parsed;
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_scope_parse(endless, "", &parsed, &error));
    g_assert_cmpuint(strlen(error->message), <, 400);
    assert_refused("bad\xff\n\"word", "", VKP_ERROR_INVALID_SCOPE, "\\x0a\"word");
    /* A character that the cut goes through. */
    g_autofree char *wide = g_strnfill(79, 'x');
    g_autofree char *cut = g_strconcat(wide, "\xc3\xa4\xc3\xa4", NULL);
    assert_refused(cut, "", VKP_ERROR_INVALID_SCOPE, "xxx...\"");
    assert_refused("M\xc3\xbcll", "", VKP_ERROR_INVALID_SCOPE, "\"M\xc3\xbcll\"");
}

static void test_single_takes_a_pid_or_an_identity(void)
{
    VkpScope parsed;
    assert_taken("single", "4242", &parsed);
    g_assert_cmpint(parsed.identity.pid, ==, 4242);
    g_assert_cmpuint(parsed.identity.start_ticks, ==, 0);
    assert_taken("single", "4242:99", &parsed);
    g_assert_cmpuint(parsed.identity.start_ticks, ==, 99);
    assert_taken("single", "2147483647:18446744073709551615", &parsed);
}

static void test_single_refuses_everything_else(void)
{
    static const char *const targets[] = {"",
                                          "0",
                                          "-1",
                                          "+5",
                                          " 5",
                                          "5 ",
                                          "5:",
                                          ":5",
                                          "5:x",
                                          "5:-1",
                                          "5:0",
                                          "0:5",
                                          "5:5 ",
                                          "5:5:5",
                                          "2147483648",
                                          "0x10",
                                          "1e3",
                                          UUID,
                                          "five",
                                          "5.0",
                                          "5\n",
                                          "5:5\n",
                                          "99999999999999999999:1",
                                          "5:18446744073709551616",
                                          "\xef\xbc\x95"};
    for (guint i = 0; i < G_N_ELEMENTS(targets); i++)
        assert_refused("single", targets[i], VKP_ERROR_INVALID_TARGET, "PID:STARTTICKS");
    assert_refused("single", NULL, VKP_ERROR_INVALID_TARGET, "PID");
}

static void test_groups_take_an_id(void)
{
    static const char *const scopes[] = {"execution", "attempt", "task", "project"};
    for (guint i = 0; i < G_N_ELEMENTS(scopes); i++) {
        VkpScope parsed;
        assert_taken(scopes[i], UUID, &parsed);
        g_assert_cmpint(parsed.id.bytes[0], ==, 0x0b);
        assert_refused(scopes[i], "", VKP_ERROR_INVALID_TARGET, "UUID");
        assert_refused(scopes[i], "0b7c1e2f", VKP_ERROR_INVALID_TARGET, "0b7c1e2f");
        assert_refused(scopes[i], UUID " ", VKP_ERROR_INVALID_TARGET, scopes[i]);
    }
}

static void test_wide_scopes_take_no_target(void)
{
    static const char *const scopes[] = {"all", "leftovers", "all_except_executors"};
    for (guint i = 0; i < G_N_ELEMENTS(scopes); i++) {
        VkpScope parsed;
        assert_taken(scopes[i], "", &parsed);
        assert_taken(scopes[i], NULL, &parsed);
        assert_refused(scopes[i], UUID, VKP_ERROR_INVALID_TARGET, "empty");
    }
}

static guint count_covered(const VkpScope *scope, const VkpRoster *roster)
{
    guint n_covered = 0;
    for (guint i = 0; i < vkp_roster_size(roster); i++)
        n_covered += vkp_scope_covers(scope, vkp_roster_at(roster, i));
    return n_covered;
}

static void test_ids_cover_who_carries_them(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER(
        {.pid = 10, .attempt = 1}, {.pid = 11, .attempt = 1}, {.pid = 12, .attempt = 2});
    VkpScope attempt = {.kind = VKP_SCOPE_ATTEMPT, .id = sketch_id(1)};
    VkpScope task = {.kind = VKP_SCOPE_TASK, .id = sketch_id(102)};
    VkpScope project = {.kind = VKP_SCOPE_PROJECT, .id = sketch_id(201)};
    VkpScope execution = {.kind = VKP_SCOPE_EXECUTION, .id = sketch_id(302)};
    VkpScope wrong_kind = {.kind = VKP_SCOPE_TASK, .id = sketch_id(1)};
    g_assert_cmpuint(count_covered(&attempt, roster), ==, 2);
    g_assert_cmpuint(count_covered(&task, roster), ==, 1);
    g_assert_cmpuint(count_covered(&project, roster), ==, 2);
    g_assert_cmpuint(count_covered(&execution, roster), ==, 1);
    g_assert_cmpuint(count_covered(&wrong_kind, roster), ==, 0);
}

static void test_nil_id_covers_nobody(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10}, {.pid = 11, .attempt = 1});
    for (VkpScopeKind kind = VKP_SCOPE_EXECUTION; kind <= VKP_SCOPE_PROJECT; kind++) {
        VkpScope scope = {.kind = kind};
        g_assert_cmpuint(count_covered(&scope, roster), ==, 0);
    }
}

static void test_wide_scopes_cover_by_kind(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER(
        {.pid = 10, .is_executor = TRUE}, {.pid = 11},
        {.pid = 12, .is_executor = TRUE, .is_leftover = TRUE}, {.pid = 13, .is_leftover = TRUE});
    VkpScope all = {.kind = VKP_SCOPE_ALL};
    VkpScope except = {.kind = VKP_SCOPE_ALL_EXCEPT_EXECUTORS};
    VkpScope leftovers = {.kind = VKP_SCOPE_LEFTOVERS};
    g_assert_cmpuint(count_covered(&all, roster), ==, 4);
    g_assert_cmpuint(count_covered(&except, roster), ==, 2);
    g_assert_cmpuint(count_covered(&leftovers, roster), ==, 2);
}

/* A number that is no kind, as by a mistake of ours, is not "all". */
static void test_no_kind_covers_nobody(void)
{
    g_autoptr(VkpRoster) roster = SKETCH_ROSTER({.pid = 10}, {.pid = 11, .attempt = 1});
    VkpScope scope = {.kind = (VkpScopeKind)99, .id = sketch_id(1)};
    g_assert_cmpuint(count_covered(&scope, roster), ==, 0);
}

static void test_single_covers_one_identity(void)
{
    g_autoptr(VkpRoster) roster =
        SKETCH_ROSTER({.pid = 10, .start_ticks = 5}, {.pid = 11, .start_ticks = 5});
    VkpScope by_pid = {.kind = VKP_SCOPE_SINGLE, .identity = {10, 0}};
    VkpScope exact = {.kind = VKP_SCOPE_SINGLE, .identity = {11, 5}};
    VkpScope other = {.kind = VKP_SCOPE_SINGLE, .identity = {11, 6}};
    g_assert_cmpuint(count_covered(&by_pid, roster), ==, 1);
    g_assert_cmpuint(count_covered(&exact, roster), ==, 1);
    g_assert_cmpuint(count_covered(&other, roster), ==, 0);
}

static void test_equal(void)
{
    const VkpScope one = {.kind = VKP_SCOPE_TASK, .id = {{1}}, .identity = {7, 70}};
    VkpScope other = one;
    g_assert_true(vkp_scope_equal(&one, &other));
    other.kind = VKP_SCOPE_PROJECT;
    g_assert_false(vkp_scope_equal(&one, &other));
    other = one;
    other.id.bytes[15] = 1;
    g_assert_false(vkp_scope_equal(&one, &other));
    other = one;
    other.identity.start_ticks = 71;
    g_assert_false(vkp_scope_equal(&one, &other));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kill/scope/unknown-scope-names-the-valid-ones",
                    test_unknown_scope_names_the_valid_ones);
    g_test_add_func("/kill/scope/hostile-words-are-quoted-and-cut",
                    test_hostile_words_are_quoted_and_cut);
    g_test_add_func("/kill/scope/single-takes-a-pid-or-an-identity",
                    test_single_takes_a_pid_or_an_identity);
    g_test_add_func("/kill/scope/single-refuses-everything-else",
                    test_single_refuses_everything_else);
    g_test_add_func("/kill/scope/groups-take-an-id", test_groups_take_an_id);
    g_test_add_func("/kill/scope/wide-scopes-take-no-target", test_wide_scopes_take_no_target);
    g_test_add_func("/kill/scope/ids-cover-who-carries-them", test_ids_cover_who_carries_them);
    g_test_add_func("/kill/scope/nil-id-covers-nobody", test_nil_id_covers_nobody);
    g_test_add_func("/kill/scope/wide-scopes-cover-by-kind", test_wide_scopes_cover_by_kind);
    g_test_add_func("/kill/scope/no-kind-covers-nobody", test_no_kind_covers_nobody);
    g_test_add_func("/kill/scope/single-covers-one-identity", test_single_covers_one_identity);
    g_test_add_func("/kill/scope/all-of-it-counts-for-equality", test_equal);
    return g_test_run();
}
