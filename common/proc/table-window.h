/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Which numbers the kernel has given out since we last looked. It counts upwards and begins again
 * at pid_max. A number is taken some microseconds before its process can be seen, so each number is
 * named twice: at this turn and at the next. Pure. */
typedef struct {
    gboolean is_known; /* FALSE: no newest pid seen yet */
    pid_t last;        /* the newest at the last turn */
    pid_t before;      /* ... and at the turn before */
} VkpPidWindow;

/* More than this are not worth asking for one by one. */
#define VKP_PID_WINDOW_MAX 4096u

/* A turn at which `newest` is the newest pid. TRUE: *numbers (pid_t) are to be looked at, none if
 * nothing was forked. FALSE: too many, or the first turn: look at all there are. */
gboolean vkp_pid_window_turn(VkpPidWindow *window, pid_t newest, pid_t pid_max, GArray *numbers);

/* Whether `newest` was the newest pid at the last two turns, so that another would name nobody. */
gboolean vkp_pid_window_is_at(const VkpPidWindow *window, pid_t newest);
