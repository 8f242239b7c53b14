/* SPDX-License-Identifier: Apache-2.0 */
#include <gtk/gtk.h>

/* A GTK module that turns every program around, as a right-to-left language does: GTK's own
 * translations, by which it decides, are not installed where tests run. */
void gtk_module_init(gint *argc, gchar ***argv);

void gtk_module_init(gint *argc G_GNUC_UNUSED, gchar ***argv G_GNUC_UNUSED)
{
    gtk_widget_set_default_direction(GTK_TEXT_DIR_RTL);
}
