/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/bus/database-info.h"
#include "applet/model/kill-operation.h"

/* The info bars above the list: problems with the desktop, with the database and with what the
 * service can see, the results of kills, and what could not be opened. A closed one stays hidden
 * until it has something else to show. */
#define VKP_TYPE_NOTICES (vkp_notices_get_type())
G_DECLARE_FINAL_TYPE(VkpNotices, vkp_notices, VKP, NOTICES, GtkBox)

/* Shows what is wrong with the database, unless `is_told_already`: a page in place of the list says
 * it. */
void vkp_notices_show_database(VkpNotices *notices, const VkpDatabaseInfo *database,
                               gboolean is_told_already);

/* Shows or hides the notice that there is no tray. */
void vkp_notices_set_has_tray(VkpNotices *notices, gboolean has_tray);

/* Shows the progress and result of a kill, in place of older ones that it makes obsolete. */
void vkp_notices_add_operation(VkpNotices *notices, VkpKillOperation *operation);

/* Shows why something could not be opened, even if that notice was closed before; NULL: hides it.
 */
void vkp_notices_show_failure(VkpNotices *notices, const char *sentence);
