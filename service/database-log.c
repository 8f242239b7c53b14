/* SPDX-License-Identifier: Apache-2.0 */
#include "service/database-log.h"

#include <limits.h>

#include "common/base/text.h"

/* A busy owner locks its database now and again: that is told once in so long. */
#define PAUSE_USEC (10 * G_TIME_SPAN_MINUTE)

/* A file that is being written over has a trouble after the other: so many are told in a pause. */
#define MAX_TOLD 8

typedef struct {
    char *problem;
    gint64 at_usec;
} Told;

struct VkpDatabaseLog {
    GArray *told; /* Told: each trouble once, the last one that was told behind all others */
    gboolean is_standing; /* the end of that one was not told */
};

static void told_clear(gpointer data)
{
    g_free(((Told *)data)->problem);
}

VkpDatabaseLog *vkp_database_log_new(void)
{
    VkpDatabaseLog *log = g_new0(VkpDatabaseLog, 1);
    log->told = g_array_new(FALSE, FALSE, sizeof(Told));
    g_array_set_clear_func(log->told, told_clear);
    return log;
}

void vkp_database_log_free(VkpDatabaseLog *log)
{
    if (!log)
        return;
    g_array_unref(log->told);
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

static const Told *last_told(const VkpDatabaseLog *log)
{
    return log->told->len > 0 ? &g_array_index(log->told, Told, log->told->len - 1) : NULL;
}

/* But the one that stands. */
static void forget_old(VkpDatabaseLog *log, gint64 now_usec)
{
    for (guint i = log->told->len; i-- > 0;) {
        const Told *told = &g_array_index(log->told, Told, i);
        gboolean stands = log->is_standing && told == last_told(log);
        if (!stands && now_usec - told->at_usec >= PAUSE_USEC)
            g_array_remove_index(log->told, i);
    }
}

/* The same thing again, so soon that it is not news; or too many things. */
static gboolean is_old(const VkpDatabaseLog *log, const VkpDatabaseNews *news)
{
    for (guint i = 0; i < log->told->len; i++)
        if (g_str_equal(g_array_index(log->told, Told, i).problem, news->problem))
            return TRUE;
    return log->told->len >= MAX_TOLD;
}

static void note_trouble(VkpDatabaseLog *log, const VkpDatabaseNews *news, gint64 now_usec)
{
    forget_old(log, now_usec);
    if (is_old(log, news))
        return;
    tell(news);
    Told told = {g_strdup(news->problem), now_usec};
    g_array_append_val(log->told, told);
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
