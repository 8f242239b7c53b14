/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* The icons of the tray. A panel draws them, so they must be files. */
typedef enum {
    VKP_TRAY_ICON_IDLE,
    VKP_TRAY_ICON_ACTIVE,
    VKP_TRAY_ICON_ATTENTION,
} VkpTrayIcon;

/* Static. */
const char *vkp_tray_icon_name(VkpTrayIcon icon, gboolean is_symbolic);

/* A folder in which a panel finds them: NULL when they are installed, so that none is needed;
 * otherwise one in the user's runtime folder, with copies of those built into the program. The
 * caller frees it. */
char *vkp_tray_icons_dup_folder(void);
