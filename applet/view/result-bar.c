/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/result-bar.h"

#include <glib/gi18n.h>

#include "applet/view/sentences.h"

#define SUCCESS_SECONDS 10
#define POINTED_SECONDS 1
#define RESPONSE_FORCE 1

struct _VkpResultBar {
    GtkInfoBar parent;
    VkpKillOperation *operation;
    GtkWidget *spinner;
    GtkWidget *icon;
    GtkLabel *title;
    GtkLabel *label;
    GtkWidget *force_button;
    GtkWidget *cancel_button;
    GtkWidget *close_button;
    guint close_timer;
    gboolean is_folded;
};

G_DEFINE_FINAL_TYPE(VkpResultBar, vkp_result_bar, GTK_TYPE_INFO_BAR)

/* Whether the pointer is where the window would move when the bar goes. */
static gboolean is_pointed_at(VkpResultBar *self)
{
    GtkWidget *toplevel = gtk_widget_get_toplevel(GTK_WIDGET(self));
    GdkWindow *window = gtk_widget_get_window(toplevel);
    GdkSeat *seat = gdk_display_get_default_seat(gtk_widget_get_display(toplevel));
    GdkDevice *pointer = gdk_seat_get_pointer(seat);
    GdkWindow *under = pointer ? gdk_device_get_window_at_position(pointer, NULL, NULL) : NULL;
    if (!under || gdk_window_get_toplevel(under) != window)
        return FALSE;
    gint pointed, top;
    gdk_window_get_device_position(window, pointer, NULL, &pointed, NULL);
    return gtk_widget_translate_coordinates(GTK_WIDGET(self), toplevel, 0, 0, NULL, &top) &&
           pointed >= top;
}

static void start_close_timer(VkpResultBar *self, guint seconds);

/* What a person points at does not move away under the pointer. */
static gboolean on_close_timer(gpointer user_data)
{
    VkpResultBar *self = user_data;
    self->close_timer = 0;
    if (is_pointed_at(self)) {
        start_close_timer(self, POINTED_SECONDS);
        return G_SOURCE_REMOVE;
    }
    gtk_widget_destroy(GTK_WIDGET(self));
    return G_SOURCE_REMOVE;
}

static void start_close_timer(VkpResultBar *self, guint seconds)
{
    self->close_timer = g_timeout_add_seconds(seconds, on_close_timer, self);
    g_source_set_name_by_id(self->close_timer, "vkp-result-close");
}

/* While the window is hidden nobody reads it. */
static void run_close_timer(VkpResultBar *self)
{
    g_clear_handle_id(&self->close_timer, g_source_remove);
    if (!vkp_kill_operation_has_succeeded(self->operation) ||
        !gtk_widget_get_mapped(GTK_WIDGET(self)))
        return;
    start_close_timer(self, SUCCESS_SECONDS);
}

static void show_buttons(VkpResultBar *self, VkpKillState state)
{
    gboolean is_asking = state == VKP_KILL_ASKING;
    gboolean is_running = state == VKP_KILL_RUNNING;
    gboolean is_forced = is_running && vkp_kill_operation_order(self->operation)->force;
    guint n_remaining = vkp_kill_operation_count(self->operation).n_remaining;
    /* While it waits politely, or for those that survived that. */
    gtk_widget_set_visible(self->force_button,
                           (is_running || state == VKP_KILL_DONE) && n_remaining > 0 && !is_forced);
    gtk_widget_set_visible(self->cancel_button, is_asking);
    gtk_widget_set_visible(self->close_button, !is_asking);
}

gboolean vkp_result_bar_has_words(VkpResultBar *self)
{
    return vkp_kill_operation_state(self->operation) != VKP_KILL_CONFIRMING;
}

static void show_bar(VkpResultBar *self)
{
    gtk_widget_set_visible(GTK_WIDGET(self), vkp_result_bar_has_words(self) && !self->is_folded);
}

void vkp_result_bar_set_folded(VkpResultBar *self, gboolean is_folded)
{
    self->is_folded = is_folded;
    show_bar(self);
}

static void show_state(VkpResultBar *self, VkpKillState state)
{
    gboolean is_waiting = state == VKP_KILL_ASKING || state == VKP_KILL_RUNNING;
    gboolean is_well = vkp_kill_operation_has_succeeded(self->operation);
    gtk_info_bar_set_message_type(GTK_INFO_BAR(self),
                                  is_waiting || is_well ? GTK_MESSAGE_INFO : GTK_MESSAGE_WARNING);
    gtk_image_set_from_icon_name(GTK_IMAGE(self->icon),
                                 is_well ? "vkp-done-symbolic" : "dialog-warning-symbolic",
                                 GTK_ICON_SIZE_MENU);
    gtk_widget_set_visible(self->icon, !is_waiting);
    gtk_widget_set_visible(self->spinner, is_waiting);
    g_object_set(self->spinner, "active", is_waiting, NULL);
    show_bar(self);
}

static void on_operation_changed(VkpResultBar *self)
{
    VkpKillState state = vkp_kill_operation_state(self->operation);
    if (state == VKP_KILL_CANCELLED) {
        gtk_widget_destroy(GTK_WIDGET(self));
        return;
    }
    g_autofree char *title = vkp_sentence_dup_title(self->operation);
    gtk_label_set_text(self->title, title);
    g_autofree char *sentence = vkp_sentence_dup_result(self->operation);
    gtk_label_set_text(self->label, sentence);
    show_state(self, state);
    show_buttons(self, state);
    run_close_timer(self);
}

static void vkp_result_bar_map(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(vkp_result_bar_parent_class)->map(widget);
    run_close_timer(VKP_RESULT_BAR(widget));
}

static void vkp_result_bar_unmap(GtkWidget *widget)
{
    GTK_WIDGET_CLASS(vkp_result_bar_parent_class)->unmap(widget);
    g_clear_handle_id(&VKP_RESULT_BAR(widget)->close_timer, g_source_remove);
}

static void vkp_result_bar_response(GtkInfoBar *bar, gint response)
{
    VkpResultBar *self = VKP_RESULT_BAR(bar);
    if (response == RESPONSE_FORCE)
        vkp_kill_operation_force(self->operation);
    else if (vkp_kill_operation_state(self->operation) == VKP_KILL_ASKING)
        vkp_kill_operation_cancel(self->operation);
    else
        gtk_widget_destroy(GTK_WIDGET(self));
}

static void vkp_result_bar_dispose(GObject *object)
{
    VkpResultBar *self = VKP_RESULT_BAR(object);
    g_clear_handle_id(&self->close_timer, g_source_remove);
    if (self->operation)
        g_signal_handlers_disconnect_by_data(self->operation, self);
    g_clear_object(&self->operation);
    G_OBJECT_CLASS(vkp_result_bar_parent_class)->dispose(object);
}

static void vkp_result_bar_class_init(VkpResultBarClass *class)
{
    GtkWidgetClass *widget_class = GTK_WIDGET_CLASS(class);
    G_OBJECT_CLASS(class)->dispose = vkp_result_bar_dispose;
    widget_class->map = vkp_result_bar_map;
    widget_class->unmap = vkp_result_bar_unmap;
    GTK_INFO_BAR_CLASS(class)->response = vkp_result_bar_response;
    gtk_widget_class_set_template_from_resource(widget_class,
                                                "/org/vibekanban/Processes/Applet/result-bar.ui");
    gtk_widget_class_bind_template_child(widget_class, VkpResultBar, spinner);
    gtk_widget_class_bind_template_child(widget_class, VkpResultBar, icon);
    gtk_widget_class_bind_template_child(widget_class, VkpResultBar, label);
    gtk_widget_class_bind_template_child(widget_class, VkpResultBar, title);
    gtk_widget_class_bind_template_child(widget_class, VkpResultBar, force_button);
    gtk_widget_class_bind_template_child(widget_class, VkpResultBar, cancel_button);
    gtk_widget_class_bind_template_child(widget_class, VkpResultBar, close_button);
}

static void vkp_result_bar_init(VkpResultBar *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

VkpKillOperation *vkp_result_bar_operation(VkpResultBar *self)
{
    return self->operation;
}

VkpResultBar *vkp_result_bar_new(VkpKillOperation *operation)
{
    VkpResultBar *self = g_object_new(VKP_TYPE_RESULT_BAR, NULL);
    self->operation = g_object_ref(operation);
    g_signal_connect_swapped(operation, "changed", G_CALLBACK(on_operation_changed), self);
    on_operation_changed(self);
    return self;
}
