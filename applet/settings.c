/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/settings.h"

struct VkpSettings {
    GSettings *gsettings; /* NULL: no schema */
};

static const char *const default_columns[] = {"pid", "cpu",      "memory", "ports",
                                              "age", "activity", "why",    NULL};

VkpSettings *vkp_settings_new(void)
{
    VkpSettings *settings = g_rc_box_new0(VkpSettings);
    GSettingsSchemaSource *source = g_settings_schema_source_get_default();
    g_autoptr(GSettingsSchema) schema =
        source ? g_settings_schema_source_lookup(source, VKP_APPLET_ID, TRUE) : NULL;
    if (schema)
        settings->gsettings = g_settings_new_full(schema, NULL, NULL);
    else
        g_message("the settings schema %s is not installed: using defaults", VKP_APPLET_ID);
    return settings;
}

VkpSettings *vkp_settings_ref(VkpSettings *settings)
{
    return g_rc_box_acquire(settings);
}

static void clear_settings(gpointer data)
{
    g_clear_object(&((VkpSettings *)data)->gsettings);
}

void vkp_settings_unref(VkpSettings *settings)
{
    if (settings)
        g_rc_box_release_full(settings, clear_settings);
}

GSettings *vkp_settings_gsettings(VkpSettings *settings)
{
    return settings->gsettings;
}

static gboolean get_boolean(VkpSettings *settings, const char *key, gboolean fallback)
{
    return settings->gsettings ? g_settings_get_boolean(settings->gsettings, key) : fallback;
}

static guint get_uint(VkpSettings *settings, const char *key, guint fallback)
{
    return settings->gsettings ? g_settings_get_uint(settings->gsettings, key) : fallback;
}

static gint get_int(VkpSettings *settings, const char *key, gint fallback)
{
    return settings->gsettings ? g_settings_get_int(settings->gsettings, key) : fallback;
}

guint vkp_settings_get_update_interval_seconds(VkpSettings *settings)
{
    return get_uint(settings, "update-interval", 1);
}

guint vkp_settings_get_grace_ms(VkpSettings *settings)
{
    return get_uint(settings, "grace", 5) * 1000;
}

gboolean vkp_settings_get_escalate(VkpSettings *settings)
{
    return get_boolean(settings, "escalate", FALSE);
}

gboolean vkp_settings_get_confirms_always(VkpSettings *settings)
{
    return !settings->gsettings || g_settings_get_enum(settings->gsettings, "confirm") == 0;
}

gboolean vkp_settings_get_notify_leftovers(VkpSettings *settings)
{
    return get_boolean(settings, "notify-leftovers", TRUE);
}

gboolean vkp_settings_get_notify_failures(VkpSettings *settings)
{
    return get_boolean(settings, "notify-failures", TRUE);
}

gboolean vkp_settings_get_symbolic_icon(VkpSettings *settings)
{
    return get_boolean(settings, "symbolic-icon", FALSE);
}

GStrv vkp_settings_get_columns(VkpSettings *settings)
{
    return settings->gsettings ? g_settings_get_strv(settings->gsettings, "columns")
                               : g_strdupv((GStrv)default_columns);
}

void vkp_settings_set_columns(VkpSettings *settings, const char *const *columns)
{
    if (settings->gsettings)
        g_settings_set_strv(settings->gsettings, "columns", columns);
}

gint vkp_settings_get_column_width(VkpSettings *settings, const char *column)
{
    if (!settings->gsettings)
        return 0;
    g_autoptr(GVariant) widths = g_settings_get_value(settings->gsettings, "column-widths");
    gint width = 0;
    return g_variant_lookup(widths, column, "i", &width) ? CLAMP(width, 0, 4000) : 0;
}

void vkp_settings_set_column_width(VkpSettings *settings, const char *column, gint width)
{
    if (!settings->gsettings)
        return;
    g_autoptr(GVariant) widths = g_settings_get_value(settings->gsettings, "column-widths");
    g_auto(GVariantBuilder) builder = G_VARIANT_BUILDER_INIT(G_VARIANT_TYPE("a{si}"));
    GVariantIter iter;
    const char *name;
    gint old_width;
    g_variant_iter_init(&iter, widths);
    while (g_variant_iter_next(&iter, "{&si}", &name, &old_width))
        if (!g_str_equal(name, column))
            g_variant_builder_add(&builder, "{si}", name, old_width);
    g_variant_builder_add(&builder, "{si}", column, width);
    g_settings_set_value(settings->gsettings, "column-widths", g_variant_builder_end(&builder));
}

char *vkp_settings_get_sort(VkpSettings *settings, gboolean *is_descending)
{
    *is_descending = get_boolean(settings, "sort-descending", FALSE);
    return settings->gsettings ? g_settings_get_string(settings->gsettings, "sort-column")
                               : g_strdup("name");
}

void vkp_settings_set_sort(VkpSettings *settings, const char *column, gboolean is_descending)
{
    if (!settings->gsettings)
        return;
    g_settings_set_string(settings->gsettings, "sort-column", column);
    g_settings_set_boolean(settings->gsettings, "sort-descending", is_descending);
}

gboolean vkp_settings_has_window(VkpSettings *settings)
{
    g_autoptr(GVariant) width =
        settings->gsettings ? g_settings_get_user_value(settings->gsettings, "window-width") : NULL;
    return width != NULL;
}

void vkp_settings_get_window(VkpSettings *settings, gint *width, gint *height,
                             gboolean *is_maximized)
{
    *width = CLAMP(get_int(settings, "window-width", 1080), 360, 10000);
    *height = CLAMP(get_int(settings, "window-height", 640), 240, 10000);
    *is_maximized = get_boolean(settings, "window-maximized", FALSE);
}

void vkp_settings_set_window(VkpSettings *settings, gint width, gint height, gboolean is_maximized)
{
    if (!settings->gsettings)
        return;
    g_settings_set_boolean(settings->gsettings, "window-maximized", is_maximized);
    if (is_maximized)
        return; /* the size to come back to stays */
    g_settings_set_int(settings->gsettings, "window-width", width);
    g_settings_set_int(settings->gsettings, "window-height", height);
}

gboolean vkp_settings_get_show_details(VkpSettings *settings)
{
    return get_boolean(settings, "show-details", FALSE);
}

void vkp_settings_set_show_details(VkpSettings *settings, gboolean show)
{
    if (settings->gsettings)
        g_settings_set_boolean(settings->gsettings, "show-details", show);
}
