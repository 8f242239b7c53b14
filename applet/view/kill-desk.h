/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/feed.h"
#include "applet/model/kill-operation.h"
#include "applet/settings.h"

/* Where kills are asked for: runs the dry run, asks the person, and hands on what was confirmed.
 *
 * Signal "started" (VkpKillOperation *operation): a kill runs, or could not even be asked for, or
 * its dry run takes its time; once for each. Somebody has to show what comes of it. */
#define VKP_TYPE_KILL_DESK (vkp_kill_desk_get_type())
G_DECLARE_FINAL_TYPE(VkpKillDesk, vkp_kill_desk, VKP, KILL_DESK, GObject)

VkpKillDesk *vkp_kill_desk_new(VkpFeed *feed, VkpSettings *settings);

/* What the row stands for. `parent` is visible or NULL. While a question is open it is shown again,
 * and the new one is dropped; a dry run that is under way gives way to the new one. Nothing of
 * `row` is kept. */
void vkp_kill_desk_kill_row(VkpKillDesk *desk, GtkWindow *parent, const VkpRow *row,
                            gboolean force);

/* leftovers, all_except_executors or all. */
void vkp_kill_desk_kill_scope(VkpKillDesk *desk, GtkWindow *parent, VkpScopeKind scope);

/* Brings an open question to the front; it holds the other windows. FALSE: there is none. */
gboolean vkp_kill_desk_present(VkpKillDesk *desk);

/* Whether a question is open. */
gboolean vkp_kill_desk_is_asking(VkpKillDesk *desk);
