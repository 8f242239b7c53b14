/* SPDX-License-Identifier: Apache-2.0 */
#include "service/database-log.h"

#define MINUTE_USEC G_TIME_SPAN_MINUTE
#define DOMAIN "vibekanban-processesd"

static const VkpDatabaseNews fine = {"/home/db", VKP_DATABASE_OK, NULL};
static const VkpDatabaseNews damaged = {"/home/db", VKP_DATABASE_CORRUPT, "It is damaged."};
static const VkpDatabaseNews locked = {"/home/db", VKP_DATABASE_LOCKED, "It is locked."};
static const VkpDatabaseNews missing = {"/home/db", VKP_DATABASE_MISSING, "It is not there."};

/* All that is said in a test, in order; end_of_log() sees that there was no more. */
static void expect(GLogLevelFlags level, const char *what)
{
    g_test_expect_message(DOMAIN, level, what);
}

static void end_of_log(void)
{
    g_log(DOMAIN, G_LOG_LEVEL_CRITICAL, "end of log");
    g_test_assert_expected_messages();
}

static void test_once(void)
{
    g_autoptr(VkpDatabaseLog) log = vkp_database_log_new();
    expect(G_LOG_LEVEL_WARNING, "It is damaged.");
    expect(G_LOG_LEVEL_MESSAGE, "The database \"/home/db\" can be read now.");
    expect(G_LOG_LEVEL_CRITICAL, "end of log");
    vkp_database_log_note(log, &fine, 0);
    for (guint i = 0; i < 3; i++)
        vkp_database_log_note(log, &damaged, i * 20 * MINUTE_USEC);
    for (guint i = 0; i < 3; i++)
        vkp_database_log_note(log, &fine, 60 * MINUTE_USEC);
    end_of_log();
}

static void test_usual(void)
{
    g_autoptr(VkpDatabaseLog) log = vkp_database_log_new();
    expect(G_LOG_LEVEL_MESSAGE, "It is not there.");
    expect(G_LOG_LEVEL_MESSAGE, "It is locked.");
    expect(G_LOG_LEVEL_WARNING, "It is damaged.");
    expect(G_LOG_LEVEL_CRITICAL, "end of log");
    vkp_database_log_note(log, &missing, 0);
    vkp_database_log_note(log, &locked, 0);
    vkp_database_log_note(log, &damaged, 0);
    end_of_log();
}

/* Locked for some seconds, free for some seconds, all day long. */
static void test_flapping(void)
{
    g_autoptr(VkpDatabaseLog) log = vkp_database_log_new();
    for (guint i = 0; i < 3; i++) {
        expect(G_LOG_LEVEL_MESSAGE, "It is locked.");
        expect(G_LOG_LEVEL_MESSAGE, "*can be read now.");
    }
    expect(G_LOG_LEVEL_CRITICAL, "end of log");
    for (gint64 now_usec = 0; now_usec < 30 * MINUTE_USEC; now_usec += 10 * G_USEC_PER_SEC) {
        vkp_database_log_note(log, &locked, now_usec);
        vkp_database_log_note(log, &fine, now_usec + 5 * G_USEC_PER_SEC);
    }
    end_of_log();
}

/* The log's last word on a lasting trouble is not that it is over. */
static void test_lasting_after_flapping(void)
{
    g_autoptr(VkpDatabaseLog) log = vkp_database_log_new();
    expect(G_LOG_LEVEL_MESSAGE, "It is locked.");
    expect(G_LOG_LEVEL_MESSAGE, "*can be read now.");
    expect(G_LOG_LEVEL_MESSAGE, "It is locked.");
    expect(G_LOG_LEVEL_CRITICAL, "end of log");
    vkp_database_log_note(log, &locked, 0);
    vkp_database_log_note(log, &fine, 1 * MINUTE_USEC);
    for (guint minute = 2; minute < 60; minute++)
        vkp_database_log_note(log, &locked, minute * MINUTE_USEC);
    end_of_log();
}

/* Somebody copies another file over it, again and again, and we look in between. */
static void test_changing(void)
{
    g_autoptr(VkpDatabaseLog) log = vkp_database_log_new();
    for (guint i = 0; i < 3; i++) {
        expect(G_LOG_LEVEL_WARNING, "It is damaged.");
        expect(G_LOG_LEVEL_MESSAGE, "It is not there.");
        expect(G_LOG_LEVEL_MESSAGE, "*can be read now.");
    }
    expect(G_LOG_LEVEL_CRITICAL, "end of log");
    for (gint64 now_usec = 0; now_usec < 30 * MINUTE_USEC; now_usec += 10 * G_USEC_PER_SEC) {
        vkp_database_log_note(log, &damaged, now_usec);
        vkp_database_log_note(log, &missing, now_usec);
        vkp_database_log_note(log, &fine, now_usec);
    }
    end_of_log();
}

/* A trouble that is told after another one, and lasts, is the log's last word. */
static void test_many(void)
{
    g_autoptr(VkpDatabaseLog) log = vkp_database_log_new();
    for (guint i = 0; i < 8; i++)
        expect(G_LOG_LEVEL_WARNING, "Trouble *");
    expect(G_LOG_LEVEL_WARNING, "It is damaged.");
    expect(G_LOG_LEVEL_CRITICAL, "end of log");
    for (guint i = 0; i < 1000; i++) {
        g_autofree char *problem = g_strdup_printf("Trouble %u.", i);
        VkpDatabaseNews news = {"/home/db", VKP_DATABASE_UNREADABLE, problem};
        vkp_database_log_note(log, &news, 0);
    }
    for (guint minute = 1; minute < 60; minute++)
        vkp_database_log_note(log, &damaged, minute * MINUTE_USEC);
    end_of_log();
}

static void test_hostile_path(void)
{
    static const VkpDatabaseNews strange = {"/\x1b[2J", VKP_DATABASE_CORRUPT,
                                            "\x1b[2J is\ndamaged"};
    static const VkpDatabaseNews read = {"/\x1b[2J", VKP_DATABASE_OK, NULL};
    g_autoptr(VkpDatabaseLog) log = vkp_database_log_new();
    expect(G_LOG_LEVEL_WARNING, "\\x1b[2J is\\x0adamaged");
    expect(G_LOG_LEVEL_MESSAGE, "*\"/\\x1b[2J\"*");
    vkp_database_log_note(log, &strange, 0);
    vkp_database_log_note(log, &read, 0);
    g_test_assert_expected_messages();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/service/database-log/a-trouble-and-its-end-are-told-once", test_once);
    g_test_add_func("/service/database-log/what-is-usual-is-no-warning", test_usual);
    g_test_add_func("/service/database-log/a-trouble-that-comes-and-goes-is-told-now-and-then",
                    test_flapping);
    g_test_add_func("/service/database-log/a-trouble-that-stays-is-told-in-the-end",
                    test_lasting_after_flapping);
    g_test_add_func("/service/database-log/troubles-in-turn-are-told-now-and-then", test_changing);
    g_test_add_func("/service/database-log/troubles-without-end-are-told-a-few-times", test_many);
    g_test_add_func("/service/database-log/a-path-rewrites-no-terminal", test_hostile_path);
    return g_test_run();
}
