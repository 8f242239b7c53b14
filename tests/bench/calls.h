/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Counts the system calls of this process, exactly, however loaded the machine is: a tracer, forked
 * by calls_new(), stops at each of them. */
typedef struct Calls Calls;

Calls *calls_new(void);
void calls_free(Calls *calls); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Calls, calls_free)

/* How many `func` makes; -1 when this system lets nobody trace. */
int calls_count(Calls *calls, void (*func)(void *data), void *data);
