/* SPDX-License-Identifier: Apache-2.0 */
#include "common/base/text.h"

#include <string.h>

#define R "\xef\xbf\xbd"

static void test_cleaned(void)
{
    static const struct {
        const char *bytes;
        const char *text;
    } cases[] = {
        {"", ""},
        {"plain", "plain"},
        {"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
        {"\xff", R},
        {"a\x80"
         "b",
         "a" R "b"},
        {"\xc0\xaf", R R},                   /* overlong */
        {"\xe0\x80\xaf", R R R},             /* overlong */
        {"\xed\xa0\x80", R R R},             /* a surrogate */
        {"\xef\xbf\xbe", R R R},             /* U+FFFE */
        {"\xef\xb7\x90", R R R},             /* U+FDD0 */
        {"\xf4\x90\x80\x80", R R R R},       /* beyond U+10FFFF */
        {"\xf8\x88\x80\x80\x80", R R R R R}, /* five bytes */
        {"ab\xe2\x82", "ab" R R},            /* cut off */
        {"\xe2\x82"
         "a",
         R R "a"},
        {R, R},
        {"\x01\x1b\x7f", "\x01\x1b\x7f"}, /* valid, though not for the eye */
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = vkp_text_dup_valid(cases[i].bytes, strlen(cases[i].bytes), 1000);
        g_assert_cmpstr(text, ==, cases[i].text);
        g_assert_true(vkp_text_is_valid(text));
        g_assert_cmpint(vkp_text_is_valid(cases[i].bytes), ==,
                        strcmp(cases[i].bytes, cases[i].text) == 0);
    }
    g_autofree char *nul = vkp_text_dup_valid("a\0b", 3, 1000);
    g_assert_cmpstr(nul, ==, "a" R "b");
}

static void test_limit(void)
{
    static const char whole[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\xff";
    static const gsize lengths[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10, 10, 13, 13};
    for (gsize limit = 0; limit < G_N_ELEMENTS(lengths); limit++) {
        g_autofree char *text = vkp_text_dup_valid(whole, strlen(whole), limit);
        g_assert_cmpuint(strlen(text), ==, lengths[limit]);
        g_assert_true(vkp_text_is_valid(text));
    }
    g_autofree char *nothing = vkp_text_dup_valid("", 0, 0);
    g_assert_cmpstr(nothing, ==, "");
}

static void test_random(void)
{
    for (guint round = 0; round < 50000; round++) {
        char bytes[40];
        gsize length = (gsize)g_test_rand_int_range(0, sizeof bytes);
        gsize limit = (gsize)g_test_rand_int_range(0, 60);
        for (gsize i = 0; i < length; i++)
            bytes[i] = (char)g_test_rand_int_range(g_test_rand_bit() ? 0x80 : 0, 256);
        g_autofree char *exact = g_memdup2(bytes, MAX(length, 1));
        g_autofree char *text = vkp_text_dup_valid(exact, length, limit);
        g_assert_cmpuint(strlen(text), <=, limit);
        g_assert_true(vkp_text_is_valid(text));
        g_assert_true(g_utf8_validate(text, -1, NULL));
        /* What is clean stays as it is. */
        g_autofree char *again = vkp_text_dup_valid(text, strlen(text), 1000);
        g_assert_cmpstr(again, ==, text);
    }
}

static void test_display(void)
{
    static const struct {
        const char *text;
        const char *shown;
    } cases[] = {
        {"", ""},
        {"na\xc3\xafve \xe2\x82\xac", "na\xc3\xafve \xe2\x82\xac"},
        {"a\nb\tc", "a\\x0ab\\x09c"},
        {"\x1b[31mred", "\\x1b[31mred"},
        {"\x7f\xc2\x80\xc2\x9f\xc2\xa0", "\\x7f\\x80\\x9f\xc2\xa0"},
        {"x\xe2\x80\xaegnp.exe", "x\\u202egnp.exe"},
        {"\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029"},
        {"\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069"},
        {"\xd8\x9c\xe2\x80\x8e\xe2\x80\x8f", "\\u061c\\u200e\\u200f"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *shown = vkp_text_dup_display(cases[i].text);
        g_assert_cmpstr(shown, ==, cases[i].shown);
    }
}

/* A letter keeps its accents, but heaps of them would paint over what stands above. */
static void test_display_marks(void)
{
#define EIGHT "\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"
    g_autofree char *some = vkp_text_dup_display("e" EIGHT "a" EIGHT);
    g_assert_cmpstr(some, ==, "e" EIGHT "a" EIGHT);
    g_autofree char *many = vkp_text_dup_display("e" EIGHT "\xcc\x81\xcc\x88!");
    g_assert_cmpstr(many, ==, "e" EIGHT "\\u0301\\u0308!");
#define NON_JOINER "\xe2\x80\x8c"
#define SOFT_HYPHEN "\xc2\xad"
    g_autofree char *hidden =
        vkp_text_dup_display("e" EIGHT NON_JOINER "\xcc\x88" SOFT_HYPHEN "\xcc\x88");
    g_assert_cmpstr(hidden, ==, "e" EIGHT NON_JOINER "\\u0308\\xad\\u0308");
}

/* No bidirectional control of Unicode, and no control character, gets through. */
static void test_display_all(void)
{
    for (gunichar character = 1; character <= 0x10ffff; character++) {
        char text[7] = {0};
        if (!g_unichar_validate(character))
            continue;
        g_unichar_to_utf8(character, text);
        g_autofree char *shown = vkp_text_dup_display(text);
        GUnicodeType type = g_unichar_type(character);
        gboolean must_go = type == G_UNICODE_CONTROL || type == G_UNICODE_LINE_SEPARATOR ||
                           type == G_UNICODE_PARAGRAPH_SEPARATOR;
        if (must_go)
            g_assert_cmpstr(shown, !=, text);
        else if (g_unichar_isgraph(character) && type != G_UNICODE_FORMAT)
            g_assert_cmpstr(shown, ==, text);
    }
}

static void test_quoted(void)
{
    static const struct {
        const char *word;
        gsize max_bytes;
        const char *quoted;
    } cases[] = {
        {NULL, 10, ""},
        {"", 10, ""},
        {"plain", 10, "plain"},
        {"plain", 5, "plain"},
        {"plain", 4, "plai..."},
        {"plain", 0, "..."},
        {"na\xc3\xafve", 6, "na\xc3\xafve"},
        {"na\xc3\xafve", 3, "na..."}, /* not half a character */
        {"\xf0\x9f\x98\x80", 3, "..."},
        {"\xff\xff", 6, R R},
        {"\xff\xff", 5, R "..."},
        {"\x1b[2J\n", 5, "\\x1b[2J\\x0a"}, /* what is shown may be longer */
        {"x\xe2\x80\xaegnp", 4, "x\\u202e..."},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *quoted = vkp_text_dup_quoted(cases[i].word, cases[i].max_bytes);
        g_assert_cmpstr(quoted, ==, cases[i].quoted);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/text/valid/offenders-are-replaced", test_cleaned);
    g_test_add_func("/text/valid/is-cut-between-characters", test_limit);
    g_test_add_func("/text/valid/any-bytes-become-valid", test_random);
    g_test_add_func("/text/display/controls-are-made-visible", test_display);
    g_test_add_func("/text/display/no-heap-of-marks-gets-through", test_display_marks);
    g_test_add_func("/text/display/no-control-gets-through", test_display_all);
    g_test_add_func("/text/quoted/a-strangers-word-is-cut-and-escaped", test_quoted);
    return g_test_run();
}
