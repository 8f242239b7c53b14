/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-event.h>

#include "service/caller.h"

/* Queues the calls that cost a look at the system each, the most expensive ones, and serves them by
 * fair queueing: each caller has a queue, and the next call is from the caller whose calls have
 * cost the least time so far. So a caller that sends a thousand waits for them, but the others
 * don't. The calls of one caller keep their order. One call is served at a time, after all other
 * messages that wait on the bus (but some every second, even if there are always more messages). */
typedef struct VkpTurns VkpTurns;

/* What can be done with a queued call. It keeps its caller's record, see vkp_caller_begin_call().
 */
typedef struct {
    /* Its turn has come. Takes the call. */
    void (*serve)(void *call);
    /* It will not be served: the caller has left the bus, or the service ends. Takes the call. */
    void (*drop)(void *call);
    gboolean outlives_caller; /* is served even if the caller has left the bus */
} VkpTurnKind;

/* `event` is borrowed and outlives the turns. NULL and error when no event source can be added. */
VkpTurns *vkp_turns_new(sd_event *event, GError **error);

/* Takes NULL. Drops the queued calls. */
void vkp_turns_free(VkpTurns *turns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpTurns, vkp_turns_free)

/* Queues the call, which is served later from the loop. Takes it. */
void vkp_turns_line_up(VkpTurns *turns, VkpCaller *caller, const VkpTurnKind *kind, void *call);

/* To be called when a caller has left the bus: the queued calls of all callers that have are put
 * into one queue, as if from a single caller, and at most VKP_TURNS_MAX_LEFT of them are kept. */
void vkp_turns_note_left(VkpTurns *turns);

#define VKP_TURNS_MAX_LEFT 64u
