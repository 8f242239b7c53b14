/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/bus/database-info.h"
#include "applet/model/kill-operation.h"

/* The info bars above the list: what is wrong with the desktop, the database or the service's
 * sight, what becomes of kills, and what could not be opened. Closing one hides it until it has
 * something else to say. */
#define VKP_TYPE_NOTICES (vkp_notices_get_type())
G_DECLARE_FINAL_TYPE(VkpNotices, vkp_notices, VKP, NOTICES, GtkBox)

/* Says what is wrong with the database, unless it is told in place of the list already. */
void vkp_notices_show_database(VkpNotices *notices, const VkpDatabaseInfo *database,
                               gboolean is_told_already);

/* Says, or stops saying, that there is no tray. */
void vkp_notices_set_has_tray(VkpNotices *notices, gboolean has_tray);

/* Shows what becomes of a kill, in place of what that makes old. */
void vkp_notices_add_operation(VkpNotices *notices, VkpKillOperation *operation);

/* Says why something could not be opened, once more if it was closed; NULL: nothing any more. */
void vkp_notices_show_failure(VkpNotices *notices, const char *sentence);
