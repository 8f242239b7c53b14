/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/preferences.h"

#include <glib/gi18n.h>

#include "applet/autostart.h"

struct _VkpPreferences {
    GtkDialog parent;
    GtkWidget *missing; /* says that nothing can be stored */
    GtkWidget *stored;  /* the widgets of what is stored in GSettings */
    GtkAdjustment *interval;
    GtkAdjustment *grace;
    GtkSwitch *escalate;
    GtkSwitch *confirm_always;
    GtkSwitch *notify_leftovers;
    GtkSwitch *notify_failures;
    GtkSwitch *symbolic_icon;
    GtkSwitch *autostart;
    GtkLabel *autostart_problem;
};

G_DEFINE_FINAL_TYPE(VkpPreferences, vkp_preferences, GTK_TYPE_DIALOG)

/* The enumeration has two values: a switch says more than a list of two. */
static gboolean confirm_to_switch(GValue *value, GVariant *variant,
                                  gpointer user_data G_GNUC_UNUSED)
{
    g_value_set_boolean(value, g_str_equal(g_variant_get_string(variant, NULL), "always"));
    return TRUE;
}

static GVariant *switch_to_confirm(const GValue *value, const GVariantType *type G_GNUC_UNUSED,
                                   gpointer user_data G_GNUC_UNUSED)
{
    return g_variant_new_string(g_value_get_boolean(value) ? "always" : "groups-and-agents");
}

/* Adjustments are doubles, the settings unsigned numbers. */
static gboolean uint_to_double(GValue *value, GVariant *variant, gpointer user_data G_GNUC_UNUSED)
{
    g_value_set_double(value, g_variant_get_uint32(variant));
    return TRUE;
}

static GVariant *double_to_uint(const GValue *value, const GVariantType *type G_GNUC_UNUSED,
                                gpointer user_data G_GNUC_UNUSED)
{
    return g_variant_new_uint32((guint32)(g_value_get_double(value) + 0.5));
}

static void bind_number(GSettings *gsettings, const char *key, GtkAdjustment *adjustment)
{
    g_settings_bind_with_mapping(gsettings, key, adjustment, "value", G_SETTINGS_BIND_DEFAULT,
                                 uint_to_double, double_to_uint, NULL, NULL);
}

static void bind_all(VkpPreferences *self, GSettings *gsettings)
{
    bind_number(gsettings, "update-interval", self->interval);
    bind_number(gsettings, "grace", self->grace);
    g_settings_bind(gsettings, "escalate", self->escalate, "active", G_SETTINGS_BIND_DEFAULT);
    g_settings_bind(gsettings, "notify-leftovers", self->notify_leftovers, "active",
                    G_SETTINGS_BIND_DEFAULT);
    g_settings_bind(gsettings, "notify-failures", self->notify_failures, "active",
                    G_SETTINGS_BIND_DEFAULT);
    g_settings_bind(gsettings, "symbolic-icon", self->symbolic_icon, "active",
                    G_SETTINGS_BIND_DEFAULT);
    g_settings_bind_with_mapping(gsettings, "confirm", self->confirm_always, "active",
                                 G_SETTINGS_BIND_DEFAULT, confirm_to_switch, switch_to_confirm,
                                 NULL, NULL);
}

/* NULL: there is none. */
static void show_autostart_problem(VkpPreferences *self, const GError *error)
{
    g_autofree char *text =
        error ? g_strdup_printf(_("This could not be stored: %s"), error->message) : NULL;
    gtk_label_set_text(self->autostart_problem, text ? text : "");
    gtk_widget_set_visible(GTK_WIDGET(self->autostart_problem), text != NULL);
}

/* Only a switch that could be stored stays where it was put; putting it back comes here too. */
static gboolean on_autostart(VkpPreferences *self, gboolean is_on, GtkSwitch *button)
{
    g_autoptr(GError) error = NULL;
    if (is_on == gtk_switch_get_state(button))
        return TRUE;
    if (vkp_autostart_set_enabled(is_on, &error))
        gtk_switch_set_state(button, is_on);
    else
        gtk_switch_set_active(button, gtk_switch_get_state(button));
    show_autostart_problem(self, error);
    return TRUE;
}

static void bind_children(GtkWidgetClass *class)
{
    gtk_widget_class_bind_template_child(class, VkpPreferences, missing);
    gtk_widget_class_bind_template_child(class, VkpPreferences, stored);
    gtk_widget_class_bind_template_child(class, VkpPreferences, interval);
    gtk_widget_class_bind_template_child(class, VkpPreferences, grace);
    gtk_widget_class_bind_template_child(class, VkpPreferences, escalate);
    gtk_widget_class_bind_template_child(class, VkpPreferences, confirm_always);
    gtk_widget_class_bind_template_child(class, VkpPreferences, notify_leftovers);
    gtk_widget_class_bind_template_child(class, VkpPreferences, notify_failures);
    gtk_widget_class_bind_template_child(class, VkpPreferences, symbolic_icon);
    gtk_widget_class_bind_template_child(class, VkpPreferences, autostart);
    gtk_widget_class_bind_template_child(class, VkpPreferences, autostart_problem);
}

static void vkp_preferences_class_init(VkpPreferencesClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/vibekanban/Processes/Applet/preferences.ui");
    bind_children(widget_class);
}

static void vkp_preferences_init(VkpPreferences *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

VkpPreferences *vkp_preferences_new(GtkWindow *parent, VkpSettings *settings)
{
    VkpPreferences *self =
        g_object_new(VKP_TYPE_PREFERENCES, "transient-for", parent, "use-header-bar", 0, NULL);
    GSettings *gsettings = vkp_settings_gsettings(settings);
    if (gsettings)
        bind_all(self, gsettings);
    gtk_widget_set_sensitive(self->stored, gsettings != NULL);
    gtk_widget_set_visible(self->missing, gsettings == NULL);
    gtk_switch_set_active(self->autostart, vkp_autostart_is_enabled());
    g_signal_connect_swapped(self->autostart, "state-set", G_CALLBACK(on_autostart), self);
    g_signal_connect(self, "response", G_CALLBACK(gtk_widget_destroy), NULL);
    return self;
}
