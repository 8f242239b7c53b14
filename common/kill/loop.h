/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The event loop that a kill job runs on, passed in by the caller: sd-event in the service, a small
 * poll loop in tests. Callbacks run from the loop, never from within watch or start_timer. */
typedef void (*VkpLoopFunc)(void *data);

/* A timer of LONG or more may be late by SLACK, so that the machine is woken once for several
 * timers; shorter ones, which pace a kill, are exact to half a millisecond. */
#define VKP_LOOP_LONG_USEC (800 * G_TIME_SPAN_MILLISECOND)
#define VKP_LOOP_SLACK_USEC (125 * G_TIME_SPAN_MILLISECOND)

typedef enum {
    VKP_LOOP_READABLE, /* of a pidfd: its process has exited */
    VKP_LOOP_HUNG_UP,  /* of a pidfd: it was also reaped; before Linux 6.9 this never comes */
} VkpLoopEvent;

typedef struct {
    /* Calls `func` once when that happens to `fd` (borrowed). NULL and error when it can't. */
    void *(*watch)(void *loop, int fd, VkpLoopEvent event, VkpLoopFunc func, void *data,
                   GError **error);
    /* Calls `func` once, `usec` from now or a little later. NULL and error when it can't. */
    void *(*start_timer)(void *loop, guint64 usec, VkpLoopFunc func, void *data, GError **error);
    /* Forgets a source of either kind, fired or not. Takes NULL. */
    void (*cancel)(void *loop, void *source);
} VkpLoopOps;

typedef struct {
    const VkpLoopOps *ops;
    void *loop;
} VkpLoop;
