/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/settings.h"

/* The preferences dialog; each change takes effect at once. `parent` may be NULL. */
#define VKP_TYPE_PREFERENCES (vkp_preferences_get_type())
G_DECLARE_FINAL_TYPE(VkpPreferences, vkp_preferences, VKP, PREFERENCES, GtkDialog)

VkpPreferences *vkp_preferences_new(GtkWindow *parent, VkpSettings *settings);
