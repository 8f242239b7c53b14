/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/confirm-dialog.h"

#include <glib/gi18n.h>

#include "applet/view/question-sentences.h"
#include "applet/view/victim-list.h"

struct _VkpConfirmDialog {
    GtkDialog parent;
    VkpKillOperation *operation;
    GtkLabel *question;
    GtkLabel *manner;
    GtkWidget *agents_box;
    GtkLabel *agents;
    GtkLabel *hidden;
    GtkLabel *weak;
    GtkLabel *spared;
    GtkLabel *gone;
    GtkLabel *unlisted;
    GtkWidget *expander;
    GtkTreeView *victims;
    GtkButton *cancel_button;
    GtkButton *kill_button;
};

G_DEFINE_FINAL_TYPE(VkpConfirmDialog, vkp_confirm_dialog, GTK_TYPE_DIALOG)

/* Takes the sentence; hides what has none. */
static void show_sentence(GtkLabel *label, GtkWidget *box, char *sentence)
{
    g_autofree char *text = sentence;
    gtk_label_set_text(label, text ? text : "");
    gtk_widget_set_visible(box ? box : GTK_WIDGET(label), text != NULL);
}

/* Where nothing can be killed there is nothing to cancel either. */
static void show_buttons(VkpConfirmDialog *self, const VkpKillCounts *counts)
{
    gboolean has_choice = counts->n_choices > 0;
    g_autofree char *verb = vkp_sentence_dup_verb(self->operation);
    gtk_button_set_label(self->kill_button, verb);
    gtk_button_set_label(self->cancel_button, has_choice ? _("_Cancel") : _("C_lose"));
    gtk_widget_set_sensitive(GTK_WIDGET(self->kill_button), counts->n_remaining > 0);
    gtk_widget_set_visible(GTK_WIDGET(self->kill_button), has_choice);
    if (!has_choice)
        gtk_widget_grab_focus(GTK_WIDGET(self->cancel_button));
}

static void show_operation(VkpConfirmDialog *self)
{
    if (vkp_kill_operation_state(self->operation) != VKP_KILL_CONFIRMING)
        return;
    VkpKillCounts counts = vkp_kill_operation_count(self->operation);
    show_sentence(self->question, NULL, vkp_sentence_dup_question(self->operation));
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)),
                        gtk_label_get_text(self->question));
    show_sentence(self->manner, NULL, vkp_sentence_dup_manner(self->operation));
    show_sentence(self->agents, self->agents_box, vkp_sentence_dup_agents(self->operation));
    show_sentence(self->hidden, NULL, vkp_sentence_dup_hidden(self->operation));
    show_sentence(self->weak, NULL, vkp_sentence_dup_weak(self->operation));
    show_sentence(self->spared, NULL, vkp_sentence_dup_spared(self->operation));
    show_sentence(self->gone, NULL, vkp_sentence_dup_gone(self->operation));
    show_sentence(self->unlisted, NULL, vkp_sentence_dup_unlisted(self->operation));
    show_buttons(self, &counts);
}

/* Return activates the default, which is Cancel, also from the list and from the expander: only the
 * verb itself, focused or clicked, goes ahead. */
static gboolean on_key_press(GtkWidget *widget, GdkEventKey *event,
                             gpointer user_data G_GNUC_UNUSED)
{
    VkpConfirmDialog *self = VKP_CONFIRM_DIALOG(widget);
    gboolean is_return = event->keyval == GDK_KEY_Return || event->keyval == GDK_KEY_KP_Enter ||
                         event->keyval == GDK_KEY_ISO_Enter;
    if (!is_return || gtk_window_get_focus(GTK_WINDOW(self)) == GTK_WIDGET(self->kill_button))
        return GDK_EVENT_PROPAGATE;
    gtk_dialog_response(GTK_DIALOG(self), GTK_RESPONSE_CANCEL);
    return GDK_EVENT_STOP;
}

static void vkp_confirm_dialog_dispose(GObject *object)
{
    VkpConfirmDialog *self = VKP_CONFIRM_DIALOG(object);
    if (self->operation)
        g_signal_handlers_disconnect_by_data(self->operation, self);
    g_clear_object(&self->operation);
    G_OBJECT_CLASS(vkp_confirm_dialog_parent_class)->dispose(object);
}

static void vkp_confirm_dialog_class_init(VkpConfirmDialogClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = vkp_confirm_dialog_dispose;
    gtk_widget_class_set_template_from_resource(
        widget_class, "/org/vibekanban/Processes/Applet/confirm-dialog.ui");
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, question);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, manner);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, agents_box);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, agents);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, hidden);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, weak);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, spared);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, gone);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, unlisted);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, expander);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, victims);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, cancel_button);
    gtk_widget_class_bind_template_child(widget_class, VkpConfirmDialog, kill_button);
}

static void vkp_confirm_dialog_init(VkpConfirmDialog *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    g_signal_connect(self, "key-press-event", G_CALLBACK(on_key_press), NULL);
}

VkpConfirmDialog *vkp_confirm_dialog_new(GtkWindow *parent, VkpKillOperation *operation)
{
    VkpConfirmDialog *self =
        g_object_new(VKP_TYPE_CONFIRM_DIALOG, "transient-for", parent, "use-header-bar", 0, NULL);
    self->operation = g_object_ref(operation);
    vkp_victim_list_setup(self->victims, operation);
    gtk_widget_set_visible(self->expander, vkp_kill_operation_victims(operation)->len > 0);
    g_signal_connect_swapped(operation, "changed", G_CALLBACK(show_operation), self);
    show_operation(self);
    gtk_dialog_set_default_response(GTK_DIALOG(self), GTK_RESPONSE_CANCEL);
    gtk_widget_grab_focus(GTK_WIDGET(self->cancel_button));
    return self;
}
