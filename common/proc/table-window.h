/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Which pids the kernel has assigned since we last looked. It counts upwards and starts again at
 * pid_max. A pid is assigned shortly before its process can be seen, mostly microseconds, so each
 * is returned again at every turn until half a second has passed. Pure. */
typedef struct {
    gboolean is_known; /* FALSE: no newest pid seen yet */
    pid_t last; /* the newest pid at an earlier turn; after half a second it becomes `before` */
    gint64 last_at_usec; /* ... and the time of that turn */
    pid_t before;        /* pids up to this one are no longer returned */
} VkpPidWindow;

/* If there are more, it is cheaper to list all of /proc. */
#define VKP_PID_WINDOW_MAX 4096u

/* To be called at each look, with the newest pid and a monotonic clock. TRUE: *numbers (pid_t) are
 * to be looked at; none if nothing was forked. FALSE: there are or may be too many, or it is the
 * first turn: all processes are to be looked at. */
gboolean vkp_pid_window_turn(VkpPidWindow *window, pid_t newest, pid_t pid_max, gint64 now_usec,
                             GArray *numbers);

/* Whether a turn with `newest` would return no pids. */
gboolean vkp_pid_window_is_at(const VkpPidWindow *window, pid_t newest);
