/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Whether the applet starts with the session: a file of the user's, or else the system's, in the
 * autostart folders. */
gboolean vkp_autostart_is_enabled(void);

/* Writes the user's file, which overrides the system's. FALSE and error when that fails. */
gboolean vkp_autostart_set_enabled(gboolean is_enabled, GError **error);
