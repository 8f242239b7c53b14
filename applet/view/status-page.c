/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/status-page.h"

#include <glib/gi18n.h>

#include "applet/view/database-sentences.h"

struct _VkpStatusPage {
    GtkBox parent;
    GtkWidget *spinner;
    GtkImage *icon;
    GtkLabel *title;
    GtkLabel *description;
    GtkButton *button;
};

G_DEFINE_FINAL_TYPE(VkpStatusPage, vkp_status_page, GTK_TYPE_BOX)

typedef struct {
    const char *icon_name; /* NULL: a spinner */
    const char *title;
    const char *description;  /* NULL: none */
    const char *button_label; /* NULL: none */
    const char *action_name;  /* of the window */
} Status;

static void show_status(VkpStatusPage *self, const Status *status)
{
    gboolean is_waiting = status->icon_name == NULL;
    gtk_widget_set_visible(self->spinner, is_waiting);
    g_object_set(self->spinner, "active", is_waiting, NULL);
    gtk_widget_set_visible(GTK_WIDGET(self->icon), !is_waiting);
    if (!is_waiting)
        gtk_image_set_from_icon_name(self->icon, status->icon_name, GTK_ICON_SIZE_DIALOG);
    gtk_label_set_text(self->title, status->title);
    gtk_label_set_text(self->description, status->description ? status->description : "");
    gtk_widget_set_visible(GTK_WIDGET(self->description), status->description != NULL);
    gtk_button_set_label(self->button, status->button_label ? status->button_label : "");
    gtk_widget_set_visible(GTK_WIDGET(self->button), status->button_label != NULL);
    gtk_actionable_set_action_name(GTK_ACTIONABLE(self->button), status->action_name);
}

static void show_unreachable(VkpStatusPage *self, VkpClient *client)
{
    show_status(self, &(Status){"vkp-unreachable-symbolic", _("The service cannot be reached"),
                                vkp_client_problem(client), _("_Retry"), "win.refresh"});
}

static void show_database(VkpStatusPage *self, const VkpDatabaseInfo *database)
{
    g_autofree char *advice = vkp_sentence_dup_database(database);
    show_status(self,
                &(Status){"vkp-database-symbolic", vkp_sentence_database_title(database->state),
                          advice, _("_Retry"), "win.refresh"});
}

static void show_no_rows(VkpStatusPage *self, VkpClient *client)
{
    const VkpDatabaseInfo *database = vkp_client_database(client);
    if (vkp_client_state(client) == VKP_CLIENT_CONNECTING)
        show_status(self, &(Status){.title = _("Loading…")});
    else if (database->state != VKP_DATABASE_OK)
        show_database(self, database);
    else
        show_status(self,
                    &(Status){.icon_name = "vkp-done-symbolic",
                              .title = _("Nothing is running"),
                              .description = _("Processes of vibe-kanban's tasks appear here.")});
}

gboolean vkp_status_page_update(VkpStatusPage *self, VkpClient *client, const VkpRow *root)
{
    if (vkp_client_state(client) == VKP_CLIENT_UNREACHABLE)
        show_unreachable(self, client);
    else if (root->totals.n_processes == 0)
        show_no_rows(self, client);
    else if (!root->is_visible)
        show_status(
            self, &(Status){"edit-find-symbolic", _("No process matches"),
                            _("Try another search or filter. A search finds names, commands, IDs, "
                              "ports such as “:3000”, folders, tasks and projects."),
                            _("Show _All"), "win.show-all"});
    else
        return FALSE;
    return TRUE;
}

GtkWidget *vkp_status_page_offer(VkpStatusPage *self)
{
    GtkWidget *button = GTK_WIDGET(self->button);
    return gtk_widget_get_visible(button) ? button : NULL;
}

static void vkp_status_page_class_init(VkpStatusPageClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/vibekanban/Processes/Applet/status-page.ui");
    gtk_widget_class_bind_template_child(widget_class, VkpStatusPage, spinner);
    gtk_widget_class_bind_template_child(widget_class, VkpStatusPage, icon);
    gtk_widget_class_bind_template_child(widget_class, VkpStatusPage, title);
    gtk_widget_class_bind_template_child(widget_class, VkpStatusPage, description);
    gtk_widget_class_bind_template_child(widget_class, VkpStatusPage, button);
}

static void vkp_status_page_init(VkpStatusPage *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}
