/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/value.h"

#include <limits.h>
#include <string.h>

#include "common/base/path.h"
#include "common/base/text.h"

#define AGENT_MAX_BYTES 64

/* Takes `n_digits` digits and moves behind them. */
static gboolean take_number(const char **at, guint n_digits, int *number)
{
    int value = 0;
    for (guint i = 0; i < n_digits; i++) {
        if (!g_ascii_isdigit((*at)[i]))
            return FALSE;
        value = value * 10 + g_ascii_digit_value((*at)[i]);
    }
    *at += n_digits;
    *number = value;
    return TRUE;
}

static gboolean take_character(const char **at, const char *any_of)
{
    if (**at == '\0' || !strchr(any_of, **at))
        return FALSE;
    (*at)++;
    return TRUE;
}

/* "2026-01-10" as days since the epoch. */
static gboolean take_date(const char **at, gint64 *days)
{
    int year, month, day;
    if (!take_number(at, 4, &year) || !take_character(at, "-") || !take_number(at, 2, &month) ||
        !take_character(at, "-") || !take_number(at, 2, &day))
        return FALSE;
    if (!g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year))
        return FALSE;
    GDate date;
    g_date_clear(&date, 1);
    g_date_set_dmy(&date, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
    *days = (gint64)g_date_get_julian(&date) - 719163; /* 1970-01-01 */
    return TRUE;
}

/* "03:00:00"; a leap second is a second. */
static gboolean take_clock(const char **at, gint64 *seconds)
{
    int hour, minute, second;
    if (!take_number(at, 2, &hour) || !take_character(at, ":") || !take_number(at, 2, &minute) ||
        !take_character(at, ":") || !take_number(at, 2, &second))
        return FALSE;
    *seconds = (hour * 60 + minute) * 60 + second;
    return hour < 24 && minute < 60 && second <= 60;
}

/* ".123456789", of which six digits count, or nothing. */
static gboolean take_fraction(const char **at, gint64 *usec)
{
    *usec = 0;
    if (!take_character(at, "."))
        return TRUE;
    if (!g_ascii_isdigit(**at))
        return FALSE;
    for (gint64 weight = 100000; g_ascii_isdigit(**at); weight /= 10)
        *usec += weight * g_ascii_digit_value(*(*at)++);
    return TRUE;
}

/* "+02:00", "Z" or nothing, which is UTC. */
static gboolean take_offset(const char **at, gint64 *seconds)
{
    int hours, minutes;
    *seconds = 0;
    if (**at == '\0' || take_character(at, "Zz"))
        return TRUE;
    gint64 sign = **at == '-' ? -1 : 1;
    if (!take_character(at, "+-") || !take_number(at, 2, &hours) || !take_character(at, ":") ||
        !take_number(at, 2, &minutes))
        return FALSE;
    *seconds = sign * (hours * 60 + minutes) * 60;
    return hours < 24 && minutes < 60;
}

gint64 vkp_time_parse(const char *text)
{
    gint64 days, seconds, usec, offset;
    if (!text || !take_date(&text, &days) || !take_character(&text, "Tt ") ||
        !take_clock(&text, &seconds) || !take_fraction(&text, &usec) ||
        !take_offset(&text, &offset) || *text != '\0')
        return 0;
    gint64 moment = (days * 86400 + seconds - offset) * G_USEC_PER_SEC + usec;
    return MAX(moment, 0);
}

/* Names of agents that were changed altogether. */
static const struct {
    const char *then;
    const char *now;
} renamed_agents[] = {
    {"CLAUDE", "CLAUDE_CODE"},
    {"CURSOR", "CURSOR_AGENT"},
    {"SST_OPENCODE", "OPENCODE"},
};

char *vkp_agent_dup_normal(const char *text)
{
    if (!text || text[0] == '\0' || strlen(text) > AGENT_MAX_BYTES)
        return NULL;
    g_autofree char *name = g_ascii_strup(text, -1);
    for (char *at = name; *at; at++) {
        if (*at == '-' || *at == ' ')
            *at = '_';
        else if (!g_ascii_isalnum(*at) && *at != '_')
            return NULL;
    }
    if (g_str_equal(name, "DEV_SERVER"))
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(renamed_agents); i++)
        if (g_str_equal(name, renamed_agents[i].then))
            return g_strdup(renamed_agents[i].now);
    return g_steal_pointer(&name);
}

VkpKind vkp_run_reason_parse(const char *text)
{
    static const struct {
        const char *word;
        VkpKind kind;
    } reasons[] = {
        {"codingagent", VKP_KIND_CODING_AGENT},     {"devserver", VKP_KIND_DEV_SERVER},
        {"setupscript", VKP_KIND_SETUP_SCRIPT},     {"cleanupscript", VKP_KIND_CLEANUP_SCRIPT},
        {"archivescript", VKP_KIND_ARCHIVE_SCRIPT},
    };
    for (guint i = 0; text && i < G_N_ELEMENTS(reasons); i++)
        if (g_ascii_strcasecmp(text, reasons[i].word) == 0)
            return reasons[i].kind;
    return VKP_KIND_UNKNOWN;
}

VkpExecutionStatus vkp_status_parse(const char *text)
{
    VkpExecutionStatus status = VKP_EXECUTION_UNKNOWN;
    vkp_execution_status_from_string(text, &status);
    return status;
}

char *vkp_folder_dup_normal(const char *path, const char *home)
{
    if (!path || path[0] != '/' || strlen(path) >= PATH_MAX || !vkp_text_is_valid(path))
        return NULL;
    g_autofree char *folder = vkp_path_dup_shortest(path);
    if (g_str_equal(folder, "/"))
        return NULL;
    g_autofree char *shortest_home = vkp_path_dup_shortest(home);
    if (shortest_home && vkp_path_is_within(shortest_home, folder))
        return NULL;
    return g_steal_pointer(&folder);
}
