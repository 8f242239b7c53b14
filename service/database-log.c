/* SPDX-License-Identifier: Apache-2.0 */
#include "service/database-log.h"

#include <limits.h>

#include "common/base/text.h"

/* A busy owner locks its database now and again: that is told once in so long. */
#define PAUSE_USEC (10 * G_TIME_SPAN_MINUTE)

struct VkpDatabaseLog {
    char *told;           /* the last trouble that was; NULL: none */
    gint64 told_at_usec;  /* when that was */
    gboolean is_standing; /* its end was not told */
};

VkpDatabaseLog *vkp_database_log_new(void)
{
    return g_new0(VkpDatabaseLog, 1);
}

void vkp_database_log_free(VkpDatabaseLog *log)
{
    if (!log)
        return;
    g_free(log->told);
    g_free(log);
}

static void tell(const VkpDatabaseNews *news)
{
    /* A path may hold what rewrites a terminal. */
    g_autofree char *shown = vkp_text_dup_display(news->problem);
    /* Both are usual: before vibe-kanban is first started, and while it works. */
    if (news->state == VKP_DATABASE_MISSING || news->state == VKP_DATABASE_LOCKED)
        g_message("%s", shown);
    else
        g_warning("%s", shown);
}

static void tell_end(const VkpDatabaseNews *news)
{
    g_autofree char *shown = vkp_text_dup_quoted(news->path, PATH_MAX);
    g_message("The database \"%s\" can be read now.", shown);
}

/* The same thing again, so soon that it is not news. */
static gboolean is_old(const VkpDatabaseLog *log, const VkpDatabaseNews *news, gint64 now_usec)
{
    return g_strcmp0(news->problem, log->told) == 0 &&
           (log->is_standing || now_usec - log->told_at_usec < PAUSE_USEC);
}

static void note_trouble(VkpDatabaseLog *log, const VkpDatabaseNews *news, gint64 now_usec)
{
    if (is_old(log, news, now_usec))
        return;
    tell(news);
    g_free(log->told);
    log->told = g_strdup(news->problem);
    log->told_at_usec = now_usec;
    log->is_standing = TRUE;
}

void vkp_database_log_note(VkpDatabaseLog *log, const VkpDatabaseNews *news, gint64 now_usec)
{
    if (news->problem) {
        note_trouble(log, news, now_usec);
    } else if (log->is_standing) {
        log->is_standing = FALSE;
        tell_end(news);
    }
}
