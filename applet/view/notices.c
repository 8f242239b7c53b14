/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/notices.h"

#include <glib/gi18n.h>

#include "applet/view/database-sentences.h"
#include "applet/view/result-bar.h"

typedef struct {
    GtkWidget *bar;
    GtkLabel *label;
} Notice;

struct _VkpNotices {
    GtkBox parent;
    Notice tray;
    Notice database;
    Notice sight;
};

G_DEFINE_FINAL_TYPE(VkpNotices, vkp_notices, GTK_TYPE_BOX)

static void add_notice(VkpNotices *self, Notice *notice)
{
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_show(label);
    notice->label = GTK_LABEL(label);
    notice->bar = gtk_info_bar_new();
    gtk_info_bar_set_show_close_button(GTK_INFO_BAR(notice->bar), TRUE);
    GtkWidget *area = gtk_info_bar_get_content_area(GTK_INFO_BAR(notice->bar));
    gtk_container_add(GTK_CONTAINER(area), label);
    g_signal_connect(notice->bar, "response", G_CALLBACK(gtk_widget_hide), NULL);
    gtk_box_pack_start(GTK_BOX(self), notice->bar, FALSE, FALSE, 0);
}

/* NULL: nothing to say. */
static void say(Notice *notice, const char *text, GtkMessageType type)
{
    if (g_strcmp0(gtk_label_get_text(notice->label), text ? text : "") == 0)
        return;
    gtk_label_set_text(notice->label, text ? text : "");
    gtk_info_bar_set_message_type(GTK_INFO_BAR(notice->bar), type);
    gtk_widget_set_visible(notice->bar, text != NULL);
}

static gboolean is_degraded(const VkpDatabaseInfo *database, const char *word)
{
    return database->degraded && g_strv_contains((const char *const *)database->degraded, word);
}

void vkp_notices_show_database(VkpNotices *self, const VkpDatabaseInfo *database,
                               gboolean is_told_already)
{
    g_autofree char *advice = vkp_sentence_dup_database(database);
    g_autofree char *text =
        g_strdup_printf("%s. %s", vkp_sentence_database_title(database->state), advice);
    gboolean is_wrong = database->state != VKP_DATABASE_OK && !is_told_already;
    say(&self->database, is_wrong ? text : NULL, GTK_MESSAGE_WARNING);
    gboolean is_hidden =
        is_degraded(database, "environment_hidden") || is_degraded(database, "folder_hidden");
    say(&self->sight,
        is_hidden ? _("The service may not look at some processes, so the list may lack some.")
                  : NULL,
        GTK_MESSAGE_INFO);
}

void vkp_notices_set_has_tray(VkpNotices *self, gboolean has_tray)
{
    say(&self->tray,
        has_tray ? NULL
                 : _("This desktop shows no tray icons, so closing this window quits. On GNOME the "
                     "extension AppIndicator and KStatusNotifierItem Support adds a tray; on Xfce "
                     "and MATE it is a panel's Status Tray or Notification Area."),
        GTK_MESSAGE_INFO);
}

/* Tries on a stubborn process would pile up. */
static void drop_replaced(VkpNotices *self, VkpKillOperation *operation)
{
    VkpKillState state = vkp_kill_operation_state(operation);
    if (state != VKP_KILL_RUNNING && state != VKP_KILL_FAILED)
        return;
    g_autoptr(GList) bars = gtk_container_get_children(GTK_CONTAINER(self));
    for (GList *at = bars; at; at = at->next) {
        VkpKillOperation *older =
            VKP_IS_RESULT_BAR(at->data) ? vkp_result_bar_operation(at->data) : NULL;
        if (older && older != operation && vkp_kill_operation_replaces(operation, older))
            gtk_widget_destroy(at->data);
    }
}

void vkp_notices_add_operation(VkpNotices *self, VkpKillOperation *operation)
{
    gtk_box_pack_end(GTK_BOX(self), GTK_WIDGET(vkp_result_bar_new(operation)), FALSE, FALSE, 0);
    g_signal_connect_object(operation, "changed", G_CALLBACK(drop_replaced), self,
                            G_CONNECT_SWAPPED);
    drop_replaced(self, operation);
}

static void vkp_notices_class_init(VkpNoticesClass *class G_GNUC_UNUSED)
{
}

static void vkp_notices_init(VkpNotices *self)
{
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    add_notice(self, &self->tray);
    add_notice(self, &self->database);
    add_notice(self, &self->sight);
}
