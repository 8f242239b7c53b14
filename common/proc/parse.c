/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/parse.h"

#include <string.h>

#include "common/base/number.h"

/* What is left of a line. Every take_ function moves `at` past what it took, or returns FALSE. */
typedef struct {
    const char *at;
    const char *end;
} Cursor;

static gboolean take_char(Cursor *cursor, char expected)
{
    if (cursor->at == cursor->end || *cursor->at != expected)
        return FALSE;
    cursor->at++;
    return TRUE;
}

static gboolean take_number(Cursor *cursor, guint64 max, guint64 *number)
{
    return vkp_number_take(&cursor->at, cursor->end, max, number);
}

/* A space and a number; those below 0 all read as 0, and only of one does it matter. */
static gboolean take_field(Cursor *cursor, guint64 max, guint64 *number, gboolean *is_negative)
{
    if (!take_char(cursor, ' '))
        return FALSE;
    *is_negative = take_char(cursor, '-');
    if (!take_number(cursor, max, number))
        return FALSE;
    if (*is_negative)
        *number = 0;
    return TRUE;
}

/* "4242 (a) b)": the name ends at the last parenthesis of the line, for after it come numbers only,
 * while the name may hold anything. */
static gboolean take_name(Cursor *cursor, VkpStat *stat)
{
    guint64 pid = 0;
    if (!take_number(cursor, G_MAXINT, &pid) || pid == 0)
        return FALSE;
    if (!take_char(cursor, ' ') || !take_char(cursor, '('))
        return FALSE;
    const char *close = memrchr(cursor->at, ')', (gsize)(cursor->end - cursor->at));
    if (!close)
        return FALSE;
    gsize length = MIN((gsize)(close - cursor->at), sizeof stat->comm - 1);
    memcpy(stat->comm, cursor->at, length);
    stat->comm[length] = '\0';
    stat->pid = (pid_t)pid;
    cursor->at = close + 1;
    return TRUE;
}

static gboolean take_state(Cursor *cursor, char *state)
{
    if (!take_char(cursor, ' ') || cursor->at == cursor->end || !g_ascii_isalpha(*cursor->at))
        return FALSE;
    *state = *cursor->at++;
    return TRUE;
}

/* The numbers of the fields that we use, counted as proc(5) does. All up to the last one must be
 * there: every kernel since 3.5 writes them, so a shorter line is a damaged one. */
enum {
    FIELD_PARENT = 4,
    FIELD_GROUP = 5,
    FIELD_SESSION = 6,
    FIELD_FLAGS = 9,
    FIELD_USER_TIME = 14,
    FIELD_SYSTEM_TIME = 15,
    FIELD_THREADS = 20,
    FIELD_START_TIME = 22,
    FIELD_RESIDENT = 24,
    FIELD_EXIT_SIGNAL = 38,
    FIELD_ARGUMENTS_START = 48,
    FIELD_ARGUMENTS_END = 49,
    FIELD_ENVIRONMENT_START = 50,
    FIELD_ENVIRONMENT_END = 51,
    N_FIELDS = 52,
};

static guint64 field_max(guint field)
{
    switch (field) {
    case FIELD_PARENT:
    case FIELD_GROUP:
    case FIELD_SESSION:
        return G_MAXINT;
    case FIELD_FLAGS:
    case FIELD_THREADS:
        return G_MAXUINT;
    default:
        return G_MAXUINT64;
    }
}

/* A thread has no exit signal, -1: that is how the kernel itself tells who is no leader. */
static gboolean take_fields(Cursor *cursor, guint64 fields[N_FIELDS], gboolean *is_thread)
{
    for (guint field = FIELD_PARENT; field < N_FIELDS; field++) {
        gboolean is_negative;
        if (!take_field(cursor, field_max(field), &fields[field], &is_negative))
            return FALSE;
        if (field == FIELD_EXIT_SIGNAL)
            *is_thread = is_negative;
    }
    /* Newer kernels may say more, but not in the middle of a number. */
    return cursor->at == cursor->end || *cursor->at == ' ' || *cursor->at == '\n';
}

gboolean vkp_stat_parse(const char *text, gsize length, VkpStat *stat)
{
    Cursor cursor = {text, text + length};
    VkpStat parsed = {0};
    guint64 fields[N_FIELDS];
    if (memchr(text, '\0', length) || !take_name(&cursor, &parsed))
        return FALSE;
    if (!take_state(&cursor, &parsed.state) || !take_fields(&cursor, fields, &parsed.is_thread))
        return FALSE;
    parsed.parent_pid = (pid_t)fields[FIELD_PARENT];
    parsed.group = (pid_t)fields[FIELD_GROUP];
    parsed.session = (pid_t)fields[FIELD_SESSION];
    parsed.flags = (guint)fields[FIELD_FLAGS];
    parsed.user_ticks = fields[FIELD_USER_TIME];
    parsed.system_ticks = fields[FIELD_SYSTEM_TIME];
    parsed.threads = (guint)fields[FIELD_THREADS];
    parsed.start_ticks = fields[FIELD_START_TIME];
    parsed.resident_pages = fields[FIELD_RESIDENT];
    parsed.place.arguments_start = fields[FIELD_ARGUMENTS_START];
    parsed.place.arguments_end = fields[FIELD_ARGUMENTS_END];
    parsed.place.environment_start = fields[FIELD_ENVIRONMENT_START];
    parsed.place.environment_end = fields[FIELD_ENVIRONMENT_END];
    *stat = parsed;
    return TRUE;
}

/* "0.05 " */
static gboolean take_load(Cursor *cursor)
{
    guint64 ignored;
    return take_number(cursor, G_MAXUINT64, &ignored) && take_char(cursor, '.') &&
           take_number(cursor, G_MAXUINT64, &ignored) && take_char(cursor, ' ');
}

/* At the end of the text, or of its only line. */
static gboolean is_at_end(const Cursor *cursor)
{
    return cursor->at == cursor->end || (*cursor->at == '\n' && cursor->at + 1 == cursor->end);
}

gboolean vkp_loadavg_parse_newest_pid(const char *text, pid_t *pid)
{
    Cursor cursor = {text, text + strlen(text)};
    guint64 ignored;
    guint64 newest = 0;
    if (!take_load(&cursor) || !take_load(&cursor) || !take_load(&cursor))
        return FALSE;
    if (!take_number(&cursor, G_MAXUINT64, &ignored) || !take_char(&cursor, '/') ||
        !take_number(&cursor, G_MAXUINT64, &ignored) || !take_char(&cursor, ' '))
        return FALSE;
    if (!take_number(&cursor, G_MAXINT, &newest) || !is_at_end(&cursor))
        return FALSE;
    *pid = (pid_t)newest;
    return TRUE;
}

gboolean vkp_boot_time_parse(const char *text, guint64 *seconds)
{
    static const char key[] = "btime ";
    const char *line = g_str_has_prefix(text, key) ? text : strstr(text, "\nbtime ");
    if (!line)
        return FALSE;
    line += *line == '\n';
    Cursor cursor = {line + strlen(key), line + strlen(line)};
    guint64 parsed = 0;
    if (!take_number(&cursor, G_MAXUINT64, &parsed))
        return FALSE;
    if (cursor.at < cursor.end && *cursor.at != '\n')
        return FALSE;
    *seconds = parsed;
    return TRUE;
}

gboolean vkp_pid_parse(const char *name, pid_t *pid)
{
    Cursor cursor = {name, name + strlen(name)};
    guint64 number = 0;
    if (*name == '0' || !take_number(&cursor, G_MAXINT, &number) || cursor.at < cursor.end)
        return FALSE;
    *pid = (pid_t)number;
    return TRUE;
}
