/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/table-window.h"

#define KNOWN_FOR_USEC (500 * G_TIME_SPAN_MILLISECOND)

/* Much longer than a tick, unless the user wants ticks so seldom: we were stopped, and the numbers
 * may have gone round meanwhile. */
#define ROUND_USEC (30 * G_TIME_SPAN_SECOND)

static void append_range(GArray *numbers, pid_t first, pid_t last)
{
    for (pid_t number = first; number <= last; number++)
        g_array_append_val(numbers, number);
}

/* How many were given out after `from` up to `to`, at most one round. */
static guint64 count_between(pid_t from, pid_t to, pid_t pid_max)
{
    return to >= from ? (guint64)(to - from) : (guint64)MAX(pid_max - from, 0) + (guint64)to;
}

gboolean vkp_pid_window_turn(VkpPidWindow *window, pid_t newest, pid_t pid_max, gint64 now_usec,
                             GArray *numbers)
{
    VkpPidWindow now = *window;
    g_array_set_size(numbers, 0);
    if (!now.is_known || now_usec - now.last_at_usec >= KNOWN_FOR_USEC)
        *window =
            (VkpPidWindow){TRUE, newest, now_usec, now.is_known ? now.last : MAX(newest - 1, 0)};
    if (!now.is_known || (newest != now.last && now_usec - now.last_at_usec >= ROUND_USEC))
        return FALSE;
    if (count_between(now.before, now.last, pid_max) + count_between(now.last, newest, pid_max) >
        VKP_PID_WINDOW_MAX)
        return FALSE;
    if (newest >= now.before) {
        append_range(numbers, now.before + 1, newest);
    } else {
        append_range(numbers, now.before + 1, pid_max);
        append_range(numbers, 1, newest);
    }
    return TRUE;
}

gboolean vkp_pid_window_is_at(const VkpPidWindow *window, pid_t newest)
{
    return window->is_known && window->last == newest && window->before == newest;
}
