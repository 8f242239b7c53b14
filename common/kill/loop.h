/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The event loop a kill job runs on, handed in: sd-event in the service, a small poll loop in
 * tests. Callbacks run from the loop, never from within watch or start. */
typedef void (*VkpLoopFunc)(void *data);

/* A timer of this length or more may be late by as much as that, so that the machine can be woken
 * once for several; shorter ones, which pace a kill, are exact to half a millisecond. */
#define VKP_LOOP_LONG_USEC (800 * G_TIME_SPAN_MILLISECOND)
#define VKP_LOOP_SLACK_USEC (125 * G_TIME_SPAN_MILLISECOND)

typedef enum {
    VKP_LOOP_READABLE, /* a pidfd is when its process has exited */
    VKP_LOOP_HUNG_UP, /* ... and when it was collected besides; before Linux 6.9 that never comes */
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
