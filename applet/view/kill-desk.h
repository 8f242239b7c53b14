/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/feed.h"
#include "applet/model/kill-operation.h"
#include "applet/settings.h"

/* Handles all requests to kill: runs the dry run, asks the person, and starts what was confirmed.
 *
 * Signal "started" (VkpKillOperation *operation): the kill was started, or its dry run failed or
 * takes long; emitted once per operation. The receiver has to show its progress and result. */
#define VKP_TYPE_KILL_DESK (vkp_kill_desk_get_type())
G_DECLARE_FINAL_TYPE(VkpKillDesk, vkp_kill_desk, VKP, KILL_DESK, GObject)

VkpKillDesk *vkp_kill_desk_new(VkpFeed *feed, VkpSettings *settings);

/* Kills the process or the group of the row. `parent` is visible or NULL. If a question is open
 * already, that one is brought to the front and this call does nothing; a dry run in flight is
 * abandoned for the new one. Keeps no reference to `row`. */
void vkp_kill_desk_kill_row(VkpKillDesk *desk, GtkWindow *parent, const VkpRow *row,
                            gboolean force);

/* `scope`: leftovers, all_except_executors or all. */
void vkp_kill_desk_kill_scope(VkpKillDesk *desk, GtkWindow *parent, VkpScopeKind scope);

/* Brings an open question to the front; it is modal. FALSE: there is none. */
gboolean vkp_kill_desk_present(VkpKillDesk *desk);

/* Whether a question is open. */
gboolean vkp_kill_desk_is_asking(VkpKillDesk *desk);
