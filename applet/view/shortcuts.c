/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/shortcuts.h"

#include <glib/gi18n.h>

static void name_toggle(GtkWidget *widget, gpointer user_data G_GNUC_UNUSED)
{
    if (GTK_IS_TOGGLE_BUTTON(widget))
        atk_object_set_name(gtk_widget_get_accessible(widget), _("Search"));
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_forall(GTK_CONTAINER(widget), name_toggle, NULL);
}

void vkp_shortcuts_name_search(GtkApplicationWindow *window)
{
    GtkShortcutsWindow *shortcuts = gtk_application_window_get_help_overlay(window);
    GtkWidget *title = shortcuts ? gtk_window_get_titlebar(GTK_WINDOW(shortcuts)) : NULL;
    if (title)
        name_toggle(title, NULL);
}
