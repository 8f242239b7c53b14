/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

/* The schema's id; also the application's. */
#define VKP_APPLET_ID "org.vibekanban.Processes.Applet"

/* Our preferences. Without the schema (not installed, or GSETTINGS_SCHEMA_DIR not set for a build
 * folder) GSettings would abort the program: here the defaults count and setting does nothing. */
typedef struct VkpSettings VkpSettings;

VkpSettings *vkp_settings_new(void);
VkpSettings *vkp_settings_ref(VkpSettings *settings);
void vkp_settings_unref(VkpSettings *settings); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSettings, vkp_settings_unref)

/* For bindings and change signals; borrowed, NULL without the schema. */
GSettings *vkp_settings_gsettings(VkpSettings *settings);

guint vkp_settings_get_update_interval_seconds(VkpSettings *settings);
guint vkp_settings_get_grace_ms(VkpSettings *settings);
gboolean vkp_settings_get_escalate(VkpSettings *settings);
gboolean vkp_settings_get_confirms_always(VkpSettings *settings);
gboolean vkp_settings_get_notify_leftovers(VkpSettings *settings);
gboolean vkp_settings_get_notify_failures(VkpSettings *settings);
gboolean vkp_settings_get_symbolic_icon(VkpSettings *settings);

/* Names of the columns beside the name's; the caller frees it. */
GStrv vkp_settings_get_columns(VkpSettings *settings);
void vkp_settings_set_columns(VkpSettings *settings, const char *const *columns);

/* Pixels; 0: not set. */
gint vkp_settings_get_column_width(VkpSettings *settings, const char *column);
void vkp_settings_set_column_width(VkpSettings *settings, const char *column, gint width);

/* The caller frees the column's name. */
char *vkp_settings_get_sort(VkpSettings *settings, gboolean *is_descending);
void vkp_settings_set_sort(VkpSettings *settings, const char *column, gboolean is_descending);

/* Whether a size was ever stored. */
gboolean vkp_settings_has_window(VkpSettings *settings);
void vkp_settings_get_window(VkpSettings *settings, gint *width, gint *height,
                             gboolean *is_maximized);
void vkp_settings_set_window(VkpSettings *settings, gint width, gint height, gboolean is_maximized);

gboolean vkp_settings_get_show_details(VkpSettings *settings);
void vkp_settings_set_show_details(VkpSettings *settings, gboolean show);
