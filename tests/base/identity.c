/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/identity.h"

static void assert_refused(const char *text)
{
    VkpIdentity identity = {77, 88};
    if (vkp_identity_parse(text, &identity))
        g_error("taken: %s", text);
    g_assert_true(vkp_identity_equal(identity, (VkpIdentity){77, 88}));
}

static void test_round_trip(void)
{
    static const VkpIdentity identities[] = {{1, 0}, {4242, 9000}, {G_MAXINT, G_MAXUINT64}, {2, 1}};
    static const char *const texts[] = {"1:0", "4242:9000", "2147483647:18446744073709551615",
                                        "2:1"};
    for (guint i = 0; i < G_N_ELEMENTS(identities); i++) {
        char text[VKP_IDENTITY_TEXT_SIZE];
        VkpIdentity parsed = {0};
        g_assert_cmpstr(vkp_identity_to_text(identities[i], text), ==, texts[i]);
        g_assert_true(vkp_identity_parse(texts[i], &parsed));
        g_assert_true(vkp_identity_equal(parsed, identities[i]));
    }
}

static void test_order(void)
{
    const VkpIdentity first = {9, 1};
    const VkpIdentity second = {8, 2};
    const VkpIdentity third = {10, 2};
    g_assert_cmpint(vkp_identity_compare_start(first, first), ==, 0);
    g_assert_cmpint(vkp_identity_compare_start(first, second), <, 0);
    g_assert_cmpint(vkp_identity_compare_start(second, first), >, 0);
    g_assert_cmpint(vkp_identity_compare_start(second, third), <, 0);
    g_assert_cmpint(vkp_identity_compare_start(third, second), >, 0);
    const VkpIdentity last = {1, G_MAXUINT64};
    g_assert_cmpint(vkp_identity_compare_start(first, last), <, 0);
}

static void test_garbage(void)
{
    static const char *const texts[] = {
        "",
        ":",
        "1",
        "1:",
        ":1",
        "0:1",
        "-1:1",
        "+1:1",
        " 1:1",
        "1:1 ",
        "1: 1",
        "1:-1",
        "1:+1",
        "01:1",
        "1:01",
        "1:1:1",
        "1.0:1",
        "0x1:1",
        "1:0x1",
        "a:b",
        "1,1",
        "1:1\n",
        "2147483648:1",
        "99999999999999999999:1",
        "1:18446744073709551616",
        "1:99999999999999999999999",
        "00:1",
        "1:00",
    };
    assert_refused(NULL);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        assert_refused(texts[i]);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/identity/has-one-text", test_round_trip);
    g_test_add_func("/identity/any-other-text-is-refused", test_garbage);
    g_test_add_func("/identity/the-older-then-the-lower-comes-first", test_order);
    return g_test_run();
}
