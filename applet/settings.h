/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* The schema's id; also the application's. */
#define VKP_APPLET_ID "org.vibekanban.Processes.Applet"

/* Our preferences. Without the schema (not installed, or GSETTINGS_SCHEMA_DIR not set for a build
 * folder) GSettings would abort the program; here the getters then return the defaults and the
 * setters do nothing. */
typedef struct VkpSettings VkpSettings;

VkpSettings *vkp_settings_new(void);
VkpSettings *vkp_settings_ref(VkpSettings *settings);
void vkp_settings_unref(VkpSettings *settings); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSettings, vkp_settings_unref)

/* For bindings and change signals; borrowed, NULL without the schema. */
GSettings *vkp_settings_gsettings(VkpSettings *settings);

/* The time between two updates of the list: 1 to 10, by default 1. */
guint vkp_settings_get_update_interval_seconds(VkpSettings *settings);

/* The grace period: how long processes have to exit after SIGTERM; 1 to 60 s, by default 5. */
guint vkp_settings_get_grace_ms(VkpSettings *settings);

/* Whether SIGKILL follows after the grace period; by default not. */
gboolean vkp_settings_get_escalate(VkpSettings *settings);

/* Whether to ask before each kill, even of a single process that is no agent; by default so. */
gboolean vkp_settings_get_confirms_always(VkpSettings *settings);

/* Whether to notify of new leftovers and of kills that failed; by default so. */
gboolean vkp_settings_get_notify_leftovers(VkpSettings *settings);
gboolean vkp_settings_get_notify_failures(VkpSettings *settings);

/* Whether the icon in the tray takes the panel's own colour; by default not. */
gboolean vkp_settings_get_symbolic_icon(VkpSettings *settings);

/* The names of the columns that are shown besides that of the name; the caller frees it. */
GStrv vkp_settings_get_columns(VkpSettings *settings);
void vkp_settings_set_columns(VkpSettings *settings, const char *const *columns);

/* Pixels; 0: not set. */
gint vkp_settings_get_column_width(VkpSettings *settings, const char *column);
void vkp_settings_set_column_width(VkpSettings *settings, const char *column, gint width);

/* By default the name, ascending. The caller frees the column's name. */
char *vkp_settings_get_sort(VkpSettings *settings, gboolean *is_descending);
void vkp_settings_set_sort(VkpSettings *settings, const char *column, gboolean is_descending);

/* Whether a size was ever stored. */
gboolean vkp_settings_has_window(VkpSettings *settings);

/* The window's size in pixels, at least 360 by 240, by default 1080 by 640. For a maximized window
 * it is the size that it returns to. */
void vkp_settings_get_window(VkpSettings *settings, gint *width, gint *height,
                             gboolean *is_maximized);
void vkp_settings_set_window(VkpSettings *settings, gint width, gint height, gboolean is_maximized);

/* Whether the details of the selected row are shown; by default not. */
gboolean vkp_settings_get_show_details(VkpSettings *settings);
void vkp_settings_set_show_details(VkpSettings *settings, gboolean show);
