/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/deadline.h"

#include <errno.h>
#include <poll.h>

#define FIRST_PAUSE_USEC 200
#define LAST_PAUSE_USEC 10000

gboolean vkp_deadline_wait(guint timeout_ms, VkpDeadlineFunc func, gpointer data)
{
    gint64 end = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    gulong pause_usec = FIRST_PAUSE_USEC;
    while (!func(data)) {
        if (g_get_monotonic_time() >= end)
            return func(data);
        g_usleep(pause_usec);
        pause_usec = MIN(pause_usec * 2, LAST_PAUSE_USEC);
    }
    return TRUE;
}

gboolean vkp_deadline_wait_readable(guint timeout_ms, int fd)
{
    gint64 end = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    for (;;) {
        gint64 left_ms = (end - g_get_monotonic_time() + 999) / 1000;
        struct pollfd entry = {.fd = fd, .events = POLLIN};
        int n_ready = poll(&entry, 1, (int)MAX(left_ms, 0));
        if (n_ready > 0)
            return TRUE;
        if (n_ready == 0 || errno != EINTR)
            return FALSE;
    }
}

guint vkp_deadline_lifetime(void)
{
    const char *text = g_getenv("VKP_TEST_LIFETIME_SECONDS");
    guint64 seconds = text ? g_ascii_strtoull(text, NULL, 10) : 0;
    return seconds > 0 && seconds < G_MAXUINT ? (guint)seconds : 300;
}
