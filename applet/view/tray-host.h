/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* Whether there is anything that shows tray icons: a host registered with the
 * StatusNotifierWatcher, or an XEmbed tray on X11. Notices when these appear later, disappear and
 * come back. */
typedef struct VkpTrayHost VkpTrayHost;

typedef void (*VkpTrayHostChanged)(gboolean is_present, gpointer user_data);

/* Calls `changed` as soon as it is known, and at each change. */
VkpTrayHost *vkp_tray_host_new(GDBusConnection *connection, VkpTrayHostChanged changed,
                               gpointer user_data);
void vkp_tray_host_free(VkpTrayHost *host); /* takes NULL */

/* Whether there is certainly none; FALSE until the desktop had time to start its own. */
gboolean vkp_tray_host_is_absent(const VkpTrayHost *host);
