/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The event loop a kill job runs on, handed in: sd-event in the service, a small poll loop in
 * tests. Callbacks run from the loop, never from within watch or start. */
typedef void (*VkpLoopFunc)(void *data);

typedef struct {
    /* Calls `func` once when `fd` (borrowed) becomes readable. NULL and error when it can't. */
    void *(*watch)(void *loop, int fd, VkpLoopFunc func, void *data, GError **error);
    /* Calls `func` once after `usec`. NULL and error when it can't. */
    void *(*start_timer)(void *loop, guint64 usec, VkpLoopFunc func, void *data, GError **error);
    /* Forgets a source of either kind, fired or not. Takes NULL. */
    void (*cancel)(void *loop, void *source);
} VkpLoopOps;

typedef struct {
    const VkpLoopOps *ops;
    void *loop;
} VkpLoop;
