/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Whether the applet starts with the session, according to the user's autostart file or, without
 * one, the system's. */
gboolean vkp_autostart_is_enabled(void);

/* Writes the user's file, which overrides the system's. FALSE and error when that fails. */
gboolean vkp_autostart_set_enabled(gboolean is_enabled, GError **error);
