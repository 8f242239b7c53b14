/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <systemd/sd-event.h>

#include "service/caller.h"

/* Calls that cost a look at the system each, the dearest that anybody may ask for without end. They
 * are not served as they come, but one at a time, after whatever else is waiting on the bus (yet
 * some each second even if something always is), and the caller whose calls have cost the least is
 * next: who sends a thousand waits for them, the others don't. Those of one caller keep their
 * order. */
typedef struct VkpTurns VkpTurns;

/* What can be done with a call that waits. It holds its caller: see vkp_caller_begin_call(). */
typedef struct {
    /* Its turn has come. Takes the call. */
    void (*serve)(void *call);
    /* Its turn won't come any more: the caller has left, or the service ends. Takes the call. */
    void (*drop)(void *call);
    gboolean outlives_caller; /* is served though the caller has left */
} VkpTurnKind;

/* `event` is borrowed and outlives the turns. NULL and error when it takes no source. */
VkpTurns *vkp_turns_new(sd_event *event, GError **error);

/* Takes NULL. Drops whoever still waits. */
void vkp_turns_free(VkpTurns *turns);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpTurns, vkp_turns_free)

/* Takes the call, which is served later from the loop. */
void vkp_turns_line_up(VkpTurns *turns, VkpCaller *caller, const VkpTurnKind *kind, void *call);

/* To be called when somebody has left: the calls of all who have wait together from then on, as if
 * they were one caller's, and so many of them at most. */
void vkp_turns_note_left(VkpTurns *turns);

#define VKP_TURNS_MAX_LEFT 64u
