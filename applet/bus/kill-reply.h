/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "applet/bus/decode.h"

/* The reply of a Kill. */
typedef struct {
    guint n_killed;
    guint n_failed;
    GPtrArray *results; /* of VkpKillResult */
} VkpKillReply;

void vkp_kill_reply_free(VkpKillReply *reply); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpKillReply, vkp_kill_reply_free)
