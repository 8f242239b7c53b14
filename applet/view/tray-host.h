/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* Whether there is anything that shows tray icons: a host behind the StatusNotifierWatcher, or a
 * tray of the older kind on X11. Follows watchers that come late, go and come back. */
typedef struct VkpTrayHost VkpTrayHost;

typedef void (*VkpTrayHostChanged)(gboolean is_present, gpointer user_data);

/* `changed` is called when it is known for the first time, and at each change. */
VkpTrayHost *vkp_tray_host_new(GDBusConnection *connection, VkpTrayHostChanged changed,
                               gpointer user_data);
void vkp_tray_host_free(VkpTrayHost *host); /* takes NULL */

/* Whether it is known that there is none: not before the desktop had time to bring its own. */
gboolean vkp_tray_host_is_absent(const VkpTrayHost *host);
