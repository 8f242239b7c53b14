/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/figures.h"

static void assert_shown(const char *text, GtkTextDirection direction, const char *shown)
{
    g_autofree char *got = vkp_figures_dup(text, direction);
    g_assert_cmpstr(got, ==, shown);
}

static void test_stay_in_order_right_to_left(void)
{
    assert_shown("3000 5173 +2", GTK_TEXT_DIR_RTL, "\u200e3000 5173 +2");
    assert_shown("100 %", GTK_TEXT_DIR_RTL, "\u200e100 %");
    assert_shown("100 %", GTK_TEXT_DIR_LTR, "100 %");
}

static void test_words_go_their_own_way(void)
{
    assert_shown("62.0 MB", GTK_TEXT_DIR_RTL, "62.0 MB");
    assert_shown("", GTK_TEXT_DIR_RTL, "");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/figures/stay-in-order-right-to-left",
                    test_stay_in_order_right_to_left);
    g_test_add_func("/applet/figures/words-go-their-own-way", test_words_go_their_own_way);
    return g_test_run();
}
