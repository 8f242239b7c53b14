/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/path.h"

static void test_shortest(void)
{
    const struct {
        const char *path;
        const char *shortest;
    } cases[] = {
        {"/", "/"},         {"//", "/"},        {"///", "/"},     {"/..", "/"},
        {"/a", "/a"},       {"/a/", "/a"},      {"//a", "/a"},    {"///a//b///", "/a/b"},
        {"/a/./b", "/a/b"}, {"/a/../b", "/b"},  {"//../a", "/a"}, {"/a b/...", "/a b/..."},
        {"", NULL},         {"relative", NULL}, {"./a", NULL},    {NULL, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shortest = vkp_path_dup_shortest(cases[i].path);
        g_assert_cmpstr(shortest, ==, cases[i].shortest);
    }
}

static void test_within(void)
{
    g_assert_true(vkp_path_is_within("/a/b", "/a/b"));
    g_assert_true(vkp_path_is_within("/a/b/c", "/a/b"));
    g_assert_true(vkp_path_is_within("/a", "/"));
    g_assert_true(vkp_path_is_within("/", "/"));
    g_assert_false(vkp_path_is_within("/a/bc", "/a/b"));
    g_assert_false(vkp_path_is_within("/a", "/a/b"));
    g_assert_false(vkp_path_is_within("/", "/a"));
    g_assert_false(vkp_path_is_within("", "/a"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/path/shortest/has-no-needless-component", test_shortest);
    g_test_add_func("/path/within/by-whole-components", test_within);
    return g_test_run();
}
