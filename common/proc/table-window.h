/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Which numbers the kernel has given out since we last looked. It counts upwards and begins again
 * at pid_max. A number is taken before its process can be seen, mostly by microseconds, so each is
 * named again and again until it has been known for half a second. Pure. */
typedef struct {
    gboolean is_known;   /* FALSE: no newest pid seen yet */
    pid_t last;          /* the newest at that turn */
    gint64 last_at_usec; /* ... and when that was */
    pid_t before;        /* up to here all are named no more */
} VkpPidWindow;

/* More than this are not worth asking for one by one. */
#define VKP_PID_WINDOW_MAX 4096u

/* A turn at which `newest` is the newest pid; the clock is any that does not jump. TRUE: *numbers
 * (pid_t) are to be looked at, none if nothing was forked. FALSE: too many, or there may be, or the
 * first turn: look at all there are. */
gboolean vkp_pid_window_turn(VkpPidWindow *window, pid_t newest, pid_t pid_max, gint64 now_usec,
                             GArray *numbers);

/* Whether another turn with `newest` would name nobody. */
gboolean vkp_pid_window_is_at(const VkpPidWindow *window, pid_t newest);
