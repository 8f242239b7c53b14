/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/value.h"

#include <string.h>

static void test_times(void)
{
    static const struct {
        const char *text;
        gint64 usec;
    } cases[] = {
        {"2026-01-10T03:00:00.123456789+00:00", 1768014000123456},
        {"2026-01-10 03:00:00.123", 1768014000123000},
        {"2026-01-10 03:00:00", 1768014000000000},
        {"2026-01-10T03:00:00Z", 1768014000000000},
        {"2026-01-10T05:30:00.5+02:30", 1768014000500000},
        {"2026-01-09T22:00:00-05:00", 1768014000000000},
        {"2024-02-29 23:59:60", 1709251200000000},
        {"1970-01-01 00:00:00.000001", 1},
        {"9999-12-31T23:59:59.999999999+00:00", 253402300799999999},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(vkp_time_parse(cases[i].text), ==, cases[i].usec);
}

static void test_no_times(void)
{
    static const char *const cases[] = {
        "",
        "now",
        "2026",
        "2026-01-10",
        "2026-01-10T03:00",
        "2026-02-30 03:00:00",
        "2026-13-01 03:00:00",
        "2026-00-10 03:00:00",
        "0000-01-01 00:00:00",
        "2026-01-10 24:00:00",
        "2026-01-10 03:60:00",
        "2026-01-10 03:00:61",
        "2026-01-10 03:00:00.",
        "2026-01-10 03:00:00.x",
        "2026-01-10 03:00:00+",
        "2026-01-10 03:00:00+0200",
        "2026-01-10 03:00:00+24:00",
        "2026-01-10 03:00:00Zulu",
        "2026-01-10_03:00:00",
        " 2026-01-10 03:00:00",
        "-026-01-10 03:00:00",
        "1969-12-31 23:59:59",
        "1768014000",
    };
    g_assert_cmpint(vkp_time_parse(NULL), ==, 0);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        g_assert_cmpint(vkp_time_parse(cases[i]), ==, 0);
}

/* Every prefix of a good time is a shorter good one or none, and is read without looking behind. */
static void test_cut_times(void)
{
    const char *whole = "2026-01-10T03:00:00.123456789+00:00";
    for (gsize length = 0; length < strlen(whole); length++) {
        g_autofree char *cut = g_strndup(whole, length);
        gint64 usec = vkp_time_parse(cut);
        g_assert_true(usec == 0 || usec / G_USEC_PER_SEC == 1768014000);
    }
}

static void test_agents(void)
{
    static const struct {
        const char *text;
        const char *agent;
    } cases[] = {
        {"CLAUDE_CODE", "CLAUDE_CODE"},
        {"claude-code", "CLAUDE_CODE"},
        {"claude", "CLAUDE_CODE"},
        {"Claude Code", "CLAUDE_CODE"},
        {"gemini", "GEMINI"},
        {"qwen-code", "QWEN_CODE"},
        {"cursor", "CURSOR_AGENT"},
        {"GPT5", "GPT5"},
        {"dev-server", NULL},
        {"dev_server", NULL},
        {"", NULL},
        {NULL, NULL},
        {"{\"executor\":1}", NULL},
        {"a\nb", NULL},
        {"\xff\xfe", NULL},
        {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *agent = vkp_agent_dup_normal(cases[i].text);
        g_assert_cmpstr(agent, ==, cases[i].agent);
    }
}

static void test_words(void)
{
    g_assert_cmpint(vkp_run_reason_parse("codingagent"), ==, VKP_KIND_CODING_AGENT);
    g_assert_cmpint(vkp_run_reason_parse("devserver"), ==, VKP_KIND_DEV_SERVER);
    g_assert_cmpint(vkp_run_reason_parse("setupscript"), ==, VKP_KIND_SETUP_SCRIPT);
    g_assert_cmpint(vkp_run_reason_parse("cleanupscript"), ==, VKP_KIND_CLEANUP_SCRIPT);
    g_assert_cmpint(vkp_run_reason_parse("archivescript"), ==, VKP_KIND_ARCHIVE_SCRIPT);
    g_assert_cmpint(vkp_run_reason_parse("child"), ==, VKP_KIND_UNKNOWN);
    g_assert_cmpint(vkp_run_reason_parse(NULL), ==, VKP_KIND_UNKNOWN);
    g_assert_cmpint(vkp_status_parse("running"), ==, VKP_EXECUTION_RUNNING);
    g_assert_cmpint(vkp_status_parse("killed"), ==, VKP_EXECUTION_KILLED);
    g_assert_cmpint(vkp_status_parse("paused"), ==, VKP_EXECUTION_UNKNOWN);
    g_assert_cmpint(vkp_status_parse(NULL), ==, VKP_EXECUTION_UNKNOWN);
}

static void test_folders(void)
{
    static const struct {
        const char *path;
        const char *folder;
    } cases[] = {
        {"/w/a", "/w/a"},
        {"/w//a/./b/../", "/w/a"},
        {"/home/ada/w", "/home/ada/w"},
        {"/home/adam", "/home/adam"},
        {"", NULL},
        {"/", NULL},
        {"//", NULL},
        {"/w/..", NULL},
        {"/home/ada", NULL},
        {"/home/ada/", NULL},
        {"/home/ada/w/..", NULL},
        {"/home", NULL},
        {"w/a", NULL},
        {"~/w", NULL},
        {"/w/\xff", NULL},
        {NULL, NULL},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folder = vkp_folder_dup_normal(cases[i].path, "/home/ada/");
        g_assert_cmpstr(folder, ==, cases[i].folder);
    }
    g_autofree char *without_home = vkp_folder_dup_normal("/home/ada", NULL);
    g_assert_cmpstr(without_home, ==, "/home/ada");
    g_autofree char *huge = g_strnfill(100000, 'a');
    huge[0] = '/';
    g_assert_null(vkp_folder_dup_normal(huge, NULL));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/value/both-time-formats-and-all-offsets-are-read", test_times);
    g_test_add_func("/store/value/what-is-no-time-is-unknown", test_no_times);
    g_test_add_func("/store/value/a-cut-time-is-never-misread", test_cut_times);
    g_test_add_func("/store/value/agents-of-every-age-are-spelled-alike", test_agents);
    g_test_add_func("/store/value/unknown-words-are-unknown", test_words);
    g_test_add_func("/store/value/root-and-home-are-no-worktrees", test_folders);
    return g_test_run();
}
