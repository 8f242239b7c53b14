/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/column-chooser.h"

#include <glib/gi18n.h>
#include <string.h>

#include "applet/view/columns.h"

#define PREFIX "column-"

static gboolean is_shown(VkpSettings *settings, const char *name)
{
    g_auto(GStrv) shown = vkp_settings_get_columns(settings);
    return g_strv_contains((const char *const *)shown, name);
}

/* Kept in the order of the columns. */
static void set_shown(VkpSettings *settings, const char *name, gboolean show)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    g_auto(GStrv) before = vkp_settings_get_columns(settings);
    for (guint i = 1; i < vkp_columns_n(); i++) {
        const char *column = vkp_columns_at(i)->name;
        gboolean was_shown = g_strv_contains((const char *const *)before, column);
        if (g_str_equal(column, name) ? show : was_shown)
            g_ptr_array_add(names, (gpointer)column);
    }
    g_ptr_array_add(names, NULL);
    vkp_settings_set_columns(settings, (const char *const *)names->pdata);
}

static void on_change_state(GSimpleAction *action, GVariant *value, gpointer user_data)
{
    const char *name = g_action_get_name(G_ACTION(action)) + strlen(PREFIX);
    g_simple_action_set_state(action, value);
    set_shown(user_data, name, g_variant_get_boolean(value));
}

static void add_column(GActionMap *actions, GMenu *menu, VkpSettings *settings,
                       const VkpColumn *column)
{
    g_autofree char *name = g_strconcat(PREFIX, column->name, NULL);
    g_autofree char *detailed = g_strconcat("win.", name, NULL);
    g_autoptr(GSimpleAction) action = g_simple_action_new_stateful(
        name, NULL, g_variant_new_boolean(is_shown(settings, column->name)));
    g_signal_connect_data(action, "change-state", G_CALLBACK(on_change_state),
                          vkp_settings_ref(settings),
                          (GClosureNotify)(void (*)(void))vkp_settings_unref, 0);
    g_action_map_add_action(actions, G_ACTION(action));
    g_menu_append(menu, _(column->title), detailed);
}

void vkp_column_chooser_add(GActionMap *actions, GMenu *menu, VkpSettings *settings)
{
    for (guint i = 1; i < vkp_columns_n(); i++)
        add_column(actions, menu, settings, vkp_columns_at(i));
}

GtkWidget *vkp_column_chooser_popup(GMenu *model, GtkWidget *header, GdkEvent *event)
{
    GtkMenu *menu = GTK_MENU(gtk_menu_new_from_model(G_MENU_MODEL(model)));
    gtk_menu_attach_to_widget(menu, gtk_widget_get_parent(header), NULL); /* else it is bold, too */
    if (event)
        gtk_menu_popup_at_pointer(menu, event);
    else
        gtk_menu_popup_at_widget(menu, header, GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST,
                                 NULL);
    return GTK_WIDGET(menu);
}
