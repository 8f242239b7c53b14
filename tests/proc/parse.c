/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/parse.h"

#include <string.h>
#include <sys/prctl.h>

#define TAIL                                                                                       \
    " S 1 4242 4241 0 -1 4194560 11 22 0 0 33 44 0 0 20 0 5 0 9000 8192000 660 "                   \
    "18446744073709551615 1 2 3 4 5 0 0 0 0 0 0 0 17 1 0 0 0 0 0 6 7 8 901 902 903 904 0\n"

/* A field's place after the name: 3 is the state, 52 the exit code. */
#define FIRST_FIELD 3
#define LAST_FIELD 52

static gboolean parses(const char *text, VkpStat *stat)
{
    /* In a block of its exact size, so that a sanitizer sees any byte read beyond. */
    gsize length = strlen(text);
    g_autofree char *exact = g_memdup2(text, MAX(length, 1));
    return vkp_stat_parse(exact, length, stat);
}

static void assert_refused(const char *text)
{
    VkpStat stat;
    memset(&stat, 0x5a, sizeof stat);
    VkpStat untouched = stat;
    if (parses(text, &stat))
        g_error("taken: %s", text);
    g_assert_cmpmem(&stat, sizeof stat, &untouched, sizeof untouched);
}

/* The sample with one field replaced. */
static char *with_field(guint field, const char *value)
{
    g_auto(GStrv) words = g_strsplit(&TAIL[1], " ", -1);
    guint index = field - FIRST_FIELD;
    g_assert_cmpuint(index, <, g_strv_length(words));
    g_free(words[index]);
    words[index] = g_strdup(value);
    g_autofree char *tail = g_strjoinv(" ", words);
    return g_strconcat("4242 (a b) ", tail, NULL);
}

static void test_sample(void)
{
    VkpStat stat;
    g_assert_true(parses("4242 (node)" TAIL, &stat));
    g_assert_cmpint(stat.pid, ==, 4242);
    g_assert_cmpstr(stat.comm, ==, "node");
    g_assert_cmpint(stat.state, ==, 'S');
    g_assert_cmpint(stat.parent_pid, ==, 1);
    g_assert_cmpint(stat.group, ==, 4242);
    g_assert_cmpint(stat.session, ==, 4241);
    g_assert_cmpuint(stat.flags, ==, 4194560);
    g_assert_cmpuint(stat.user_ticks, ==, 33);
    g_assert_cmpuint(stat.system_ticks, ==, 44);
    g_assert_cmpuint(stat.threads, ==, 5);
    g_assert_false(stat.is_thread);
    g_assert_cmpuint(stat.start_ticks, ==, 9000);
    g_assert_cmpuint(stat.resident_pages, ==, 660);
    g_assert_cmpuint(stat.place.arguments_start, ==, 901);
    g_assert_cmpuint(stat.place.arguments_end, ==, 902);
    g_assert_cmpuint(stat.place.environment_start, ==, 903);
    g_assert_cmpuint(stat.place.environment_end, ==, 904);
}

/* Field 38 is the signal that the parent gets at the end; 0: it wants none. */
static void test_thread(void)
{
    static const struct {
        const char *signal;
        gboolean is_thread;
    } cases[] = {{"-1", TRUE}, {"0", FALSE}, {"17", FALSE}};
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *line = with_field(38, cases[i].signal);
        VkpStat stat;
        g_assert_true(parses(line, &stat));
        g_assert_cmpint(stat.is_thread, ==, cases[i].is_thread);
    }
}

static void test_own_line(void)
{
    g_autofree char *text = NULL;
    gsize length = 0;
    VkpStat stat;
    char before[16] = "";
    prctl(PR_GET_NAME, before);
    prctl(PR_SET_NAME, "a) S 1 (b\n");
    g_assert_true(g_file_get_contents("/proc/self/stat", &text, &length, NULL));
    prctl(PR_SET_NAME, before);
    g_assert_true(vkp_stat_parse(text, length, &stat));
    g_assert_cmpstr(stat.comm, ==, "a) S 1 (b\n");
    g_assert_cmpuint(stat.place.arguments_start, >, 0);
    g_assert_cmpuint(stat.place.environment_end, >=, stat.place.environment_start);
}

static void test_names(void)
{
    static const char *const names[] = {
        "",          " ",
        ")",         "a) S 1 2 3",
        "(((",       "a\nb",
        "x) R (y",   "\xff\xfe",
        "tab\there", ") Z 0 0 0 0 -1 0",
        "npm exec ", "kworker/u8:3-events_unbound",
    };
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf("7 (%s)%s", names[i], TAIL);
        VkpStat stat;
        g_assert_true(parses(line, &stat));
        g_assert_cmpstr(stat.comm, ==, names[i]);
        g_assert_cmpint(stat.pid, ==, 7);
        g_assert_cmpint(stat.state, ==, 'S');
        g_assert_cmpuint(stat.start_ticks, ==, 9000);
    }
}

static void test_long_name(void)
{
    g_autofree char *name = g_strnfill(500, 'n');
    g_autofree char *line = g_strdup_printf("7 (%s)%s", name, TAIL);
    VkpStat stat;
    g_assert_true(parses(line, &stat));
    g_assert_cmpuint(strlen(stat.comm), ==, sizeof stat.comm - 1);
}

static void test_nul(void)
{
    static const char line[] = "7 (a\0b)" TAIL;
    VkpStat stat;
    g_assert_false(vkp_stat_parse(line, sizeof line - 1, &stat));
}

static void test_garbage(void)
{
    static const char *const lines[] = {
        "",
        " ",
        "\n",
        "4242",
        "4242 ",
        "4242 (",
        "4242 (node",
        "4242 node" TAIL,
        "4242(node)" TAIL,
        "4242  (node)" TAIL,
        " 4242 (node)" TAIL,
        "(node)" TAIL,
        "x (node)" TAIL,
        "-1 (node)" TAIL,
        "+1 (node)" TAIL,
        "0 (node)" TAIL,
        "2147483648 (node)" TAIL,
        "99999999999999999999999999 (node)" TAIL,
        "4242 (node)",
        "4242 (node) ",
        "4242 (node) S",
        "4242 (node) S ",
        "4242 (node)S 1 2 3",
    };
    for (guint i = 0; i < G_N_ELEMENTS(lines); i++)
        assert_refused(lines[i]);
}

static void test_each_field_bad(void)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "+1",
                                      "-",
                                      "--1",
                                      "1x",
                                      "0x10",
                                      "1.5",
                                      "1\t",
                                      "18446744073709551616",
                                      "99999999999999999999999999999999"};
    for (guint field = FIRST_FIELD + 1; field < LAST_FIELD; field++) {
        for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
            g_autofree char *line = with_field(field, bad[i]);
            assert_refused(line);
        }
    }
    for (guint i = 0; i < 128; i++) {
        char letter[] = {(char)i, '\0'};
        g_autofree char *line = with_field(FIRST_FIELD, letter);
        VkpStat stat;
        g_assert_cmpint(parses(line, &stat), ==, g_ascii_isalpha(letter[0]));
    }
    assert_refused("4242 (a) SS 1 2 3 0 -1 4");
}

static void test_limits(void)
{
    static const struct {
        guint field;
        const char *good;
        const char *bad;
    } limits[] = {
        {4, "2147483647", "2147483648"},
        {5, "2147483647", "2147483648"},
        {6, "2147483647", "2147483648"},
        {9, "4294967295", "4294967296"},
        {20, "4294967295", "4294967296"},
        {14, "18446744073709551615", "18446744073709551616"},
        {22, "18446744073709551615", "18446744073709551620"},
        {51, "18446744073709551615", "18446744073709551700"},
    };
    for (guint i = 0; i < G_N_ELEMENTS(limits); i++) {
        g_autofree char *good = with_field(limits[i].field, limits[i].good);
        g_autofree char *bad = with_field(limits[i].field, limits[i].bad);
        VkpStat stat;
        g_assert_true(parses(good, &stat));
        assert_refused(bad);
    }
}

static void test_negative_is_none(void)
{
    static const guint fields[] = {4, 5, 6, 20, 24};
    for (guint i = 0; i < G_N_ELEMENTS(fields); i++) {
        g_autofree char *line = with_field(fields[i], "-1");
        VkpStat stat;
        g_assert_true(parses(line, &stat));
        guint64 values[] = {(guint64)stat.parent_pid, (guint64)stat.group, (guint64)stat.session,
                            stat.threads, stat.resident_pages};
        g_assert_cmpuint(values[i], ==, 0);
    }
}

static void test_every_cut(void)
{
    static const char line[] = "4242 (a (b) c)" TAIL;
    /* Whole up to the last number that is needed (its first digit makes it a number), then the
     * exit code, which is not. */
    gsize needed = strlen(line) - strlen("04 0\n");
    for (gsize length = 0; length < strlen(line); length++) {
        g_autofree char *cut = g_strndup(line, length);
        VkpStat stat;
        g_assert_cmpint(parses(cut, &stat), ==, length >= needed);
    }
}

static void test_every_byte_changed(void)
{
    static const char line[] = "4242 (a (b) c)" TAIL;
    guint n_taken = 0;
    for (gsize i = 0; i < strlen(line); i++) {
        for (guint byte = 0; byte < 256; byte++) {
            g_autofree char *changed = g_strdup(line);
            VkpStat stat = {0};
            changed[i] = (char)byte;
            if (!vkp_stat_parse(changed, strlen(line), &stat))
                continue;
            n_taken++;
            g_assert_cmpint(stat.pid, >, 0);
            g_assert_true(g_ascii_isalpha(stat.state));
            g_assert_cmpint(stat.group, >=, 0);
        }
    }
    g_assert_cmpuint(n_taken, >, 0);
}

static void test_random_bytes(void)
{
    for (guint round = 0; round < 20000; round++) {
        char bytes[200];
        gsize length = (gsize)g_test_rand_int_range(0, sizeof bytes);
        VkpStat stat;
        for (gsize i = 0; i < length; i++)
            bytes[i] = (char)" ()0123456789-S\n"[g_test_rand_int_range(0, 16)];
        /* Too short to hold all fields. */
        g_assert_false(length < 100 && vkp_stat_parse(bytes, length, &stat));
    }
}

static void test_more_fields(void)
{
    VkpStat stat;
    g_autofree char *line = g_strconcat("4242 (a)", TAIL, NULL);
    line[strlen(line) - 1] = '\0';
    g_autofree char *longer = g_strconcat(line, " 77 a-new-one (x\n", NULL);
    g_assert_true(parses(line, &stat));
    g_assert_true(parses(longer, &stat));
    g_assert_cmpuint(stat.place.environment_end, ==, 904);
}

static void test_loadavg(void)
{
    pid_t pid = -1;
    g_assert_true(vkp_loadavg_parse_newest_pid("0.00 0.01 0.05 1/123 4567\n", &pid));
    g_assert_cmpint(pid, ==, 4567);
    g_assert_true(vkp_loadavg_parse_newest_pid("100.00 20.01 3.05 12/12300 2147483647", &pid));
    g_assert_cmpint(pid, ==, G_MAXINT);

    g_autofree char *own = NULL;
    g_assert_true(g_file_get_contents("/proc/loadavg", &own, NULL, NULL));
    g_assert_true(vkp_loadavg_parse_newest_pid(own, &pid));
    g_assert_cmpint(pid, >, 0);
}

static void test_loadavg_garbage(void)
{
    static const char *const texts[] = {
        "",
        "\n",
        "0.00",
        "0.00 0.01 0.05 1/123",
        "0.00 0.01 0.05 1/123 ",
        "0.00 0.01 0.05 1 4567",
        "0.00 0.01 0.05 1/123 x",
        "0.00 0.01 0.05 1/123 -1",
        "0.00 0.01 0.05 1/123 2147483648",
        "0.00 0.01 0.05 1/123 4567 8",
        "0.00 0.01 0.05 1/123 4567\n\n",
        "0.00 0.01 0.05 /123 4567",
        "0.00 0.01 0.05 1/ 4567",
        "0.00 0.01 005 1/123 4567",
        "0.00 .01 0.05 1/123 4567",
        "0.00 0. 0.05 1/123 4567",
        "0.00 0.01 0.051/123 4567",
        "x",
        "0.00  0.01 0.05 1/123 4567",
    };
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        pid_t pid = 99;
        if (vkp_loadavg_parse_newest_pid(texts[i], &pid))
            g_error("taken: %s", texts[i]);
        g_assert_cmpint(pid, ==, 99);
    }
}

static void test_boot_time(void)
{
    guint64 seconds = 0;
    g_assert_true(vkp_boot_time_parse("cpu 1 2\nintr 5\nbtime 1700000000\nctxt 7\n", &seconds));
    g_assert_cmpuint(seconds, ==, 1700000000);
    g_assert_true(vkp_boot_time_parse("btime 5", &seconds));
    g_assert_cmpuint(seconds, ==, 5);

    static const char *const texts[] = {"",         "btime",         "btime ",
                                        "btime x",  "btime -5",      "btime 5 6",
                                        "xbtime 5", "cpu\n btime 5", "btime 18446744073709551616"};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        g_assert_false(vkp_boot_time_parse(texts[i], &seconds));
    g_assert_cmpuint(seconds, ==, 5);
}

static void test_pid(void)
{
    pid_t pid = 0;
    g_assert_true(vkp_pid_parse("1", &pid) && pid == 1);
    g_assert_true(vkp_pid_parse("2147483647", &pid) && pid == G_MAXINT);
    static const char *const names[] = {"", "0", "01", "-1", "1a", "a", "2147483648", "self", " 1"};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++)
        g_assert_false(vkp_pid_parse(names[i], &pid));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/parse/stat/every-field-of-a-sample-is-found", test_sample);
    g_test_add_func("/parse/stat/a-thread-is-told-from-a-process", test_thread);
    g_test_add_func("/parse/stat/the-kernel's-own-line-is-understood", test_own_line);
    g_test_add_func("/parse/stat/a-name-may-hold-anything", test_names);
    g_test_add_func("/parse/stat/a-name-beyond-the-kernel's-limit-is-cut", test_long_name);
    g_test_add_func("/parse/stat/a-nul-is-refused", test_nul);
    g_test_add_func("/parse/stat/garbage-is-refused-and-changes-nothing", test_garbage);
    g_test_add_func("/parse/stat/no-field-takes-anything-but-a-number", test_each_field_bad);
    g_test_add_func("/parse/stat/a-number-too-large-is-refused", test_limits);
    g_test_add_func("/parse/stat/a-negative-number-is-none", test_negative_is_none);
    g_test_add_func("/parse/stat/a-line-cut-anywhere-is-refused", test_every_cut);
    g_test_add_func("/parse/stat/any-byte-changed-does-no-harm", test_every_byte_changed);
    g_test_add_func("/parse/stat/random-text-is-refused", test_random_bytes);
    g_test_add_func("/parse/stat/a-newer-kernel-may-say-more", test_more_fields);
    g_test_add_func("/parse/loadavg/the-newest-pid-is-found", test_loadavg);
    g_test_add_func("/parse/loadavg/garbage-is-refused", test_loadavg_garbage);
    g_test_add_func("/parse/boot-time/only-a-whole-line-counts", test_boot_time);
    g_test_add_func("/parse/pid/only-canonical-numbers-are-pids", test_pid);
    return g_test_run();
}
