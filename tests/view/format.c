/* SPDX-License-Identifier: Apache-2.0 */
#include "common/view/format.h"

#include <math.h>
#include <string.h>

#include "common/proc/image.h"
#include "tests/view/sample.h"

static void assert_text(char *text, const char *expected)
{
    g_assert_cmpstr(text, ==, expected);
    g_free(text);
}

static void test_bytes_have_a_fitting_unit(void)
{
    g_autofree char *text = vkp_format_dup_bytes(612000000);
    g_assert_true(g_str_has_prefix(text, "612"));
    g_assert_true(g_str_has_suffix(text, "MB"));
}

static void test_percent_is_whole_and_never_negative(void)
{
    assert_text(vkp_format_dup_percent(41.2), "41 %");
    assert_text(vkp_format_dup_percent(0), "0 %");
    assert_text(vkp_format_dup_percent(1234.5), "1234 %");
    assert_text(vkp_format_dup_percent(-3), "0 %");
    assert_text(vkp_format_dup_percent(NAN), "0 %");
    assert_text(vkp_format_dup_percent(INFINITY), "0 %");
}

static void test_age_is_in_its_largest_unit(void)
{
    const guint64 now = 1000000 * (guint64)G_USEC_PER_SEC;
    const struct {
        guint64 seconds;
        const char *text;
    } cases[] = {{0, "0 s"},    {59, "59 s"},    {60, "1 min"},      {3599, "59 min"},
                 {3600, "1 h"}, {86400, "24 h"}, {2 * 86400, "2 d"}, {9 * 86400, "9 d"}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        assert_text(vkp_format_dup_age(now - cases[i].seconds * G_USEC_PER_SEC, now),
                    cases[i].text);
}

static void test_age_of_the_future_and_of_nothing(void)
{
    assert_text(vkp_format_dup_age(2000, 1000), "0 s");
    assert_text(vkp_format_dup_age(0, 1000), "");
}

static void test_ports_say_how_many_more(void)
{
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(guint16));
    assert_text(vkp_format_dup_ports(NULL, 2), "");
    assert_text(vkp_format_dup_ports(ports, 2), "");
    const guint16 numbers[] = {80, 3000, 65535};
    g_array_append_vals(ports, numbers, 3);
    assert_text(vkp_format_dup_ports(ports, 2), "80 3000 +1");
    assert_text(vkp_format_dup_ports(ports, 3), "80 3000 65535");
}

static void test_counts_leave_out_nothing_but_zeros(void)
{
    assert_text(vkp_format_dup_counts(0, 0, 0), "0 processes");
    assert_text(vkp_format_dup_counts(1, 1, 1), "1 process, 1 agent, 1 leftover");
    assert_text(vkp_format_dup_counts(12, 2, 3), "12 processes, 2 agents, 3 leftovers");
    assert_text(vkp_format_dup_counts(12, 0, 3), "12 processes, 3 leftovers");
}

static void test_command_is_quoted_cut_and_visible(void)
{
    const char *const command[] = {"sh", "-c", "sleep 1", "\x1b[2J", NULL};
    g_autoptr(VkpImage) image = vkp_image_new_for_command(command, FALSE);
    assert_text(vkp_format_dup_command(image, 100), "sh -c 'sleep 1' \\x1b[2J");
    assert_text(vkp_format_dup_command(image, 6), "sh -c…");
    g_autoptr(VkpImage) cut = vkp_image_new_for_command(command, TRUE);
    g_autofree char *text = vkp_format_dup_command(cut, 100);
    g_assert_true(g_str_has_suffix(text, " …"));
    assert_text(vkp_format_dup_command(NULL, 100), "");
    assert_text(vkp_format_dup_arguments(image, 100), "-c 'sleep 1' \\x1b[2J");
    assert_text(vkp_format_dup_arguments(NULL, 100), "");
}

static void test_every_word_has_a_text(void)
{
    for (int kind = VKP_KIND_UNKNOWN; kind <= VKP_KIND_CHILD; kind++)
        g_assert_cmpstr(vkp_format_kind((VkpKind)kind), !=, "");
    const char states[] = "RSDTtZXI?";
    for (guint i = 0; i < sizeof states; i++)
        g_assert_cmpstr(vkp_format_state(states[i]), !=, "");
}

static void test_reason_names_evidence_leftover_and_protection(void)
{
    g_autoptr(VkpMember) member =
        sample_member(&(Sample){.pid = 1, .leftover = VKP_LEFTOVER_EXECUTOR_EXITED});
    g_autofree char *leftover = vkp_format_dup_reason(member);
    g_assert_nonnull(strstr(leftover, "started by another process"));
    g_assert_nonnull(strstr(leftover, "left over"));
    g_assert_cmpstr(vkp_format_why(member), ==, "agent exited");
    g_autoptr(VkpMember) safe = sample_member(&(Sample){.pid = 1, .is_protected = TRUE});
    g_autofree char *protection = vkp_format_dup_reason(safe);
    g_assert_nonnull(strstr(protection, "never killed"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/view/format/bytes-have-a-fitting-unit", test_bytes_have_a_fitting_unit);
    g_test_add_func("/view/format/percent-is-whole-and-never-negative",
                    test_percent_is_whole_and_never_negative);
    g_test_add_func("/view/format/age-is-in-its-largest-unit", test_age_is_in_its_largest_unit);
    g_test_add_func("/view/format/age-of-the-future-and-of-nothing",
                    test_age_of_the_future_and_of_nothing);
    g_test_add_func("/view/format/ports-say-how-many-more", test_ports_say_how_many_more);
    g_test_add_func("/view/format/counts-leave-out-nothing-but-zeros",
                    test_counts_leave_out_nothing_but_zeros);
    g_test_add_func("/view/format/command-is-quoted-cut-and-visible",
                    test_command_is_quoted_cut_and_visible);
    g_test_add_func("/view/format/every-word-has-a-text", test_every_word_has_a_text);
    g_test_add_func("/view/format/reason-names-evidence-leftover-and-protection",
                    test_reason_names_evidence_leftover_and_protection);
    return g_test_run();
}
