/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/notices.h"

#include <glib/gi18n.h>

#include "applet/view/database-sentences.h"
#include "applet/view/result-bar.h"

/* So many results leave the list its room. */
#define MAX_RESULTS 3

/* A label that wraps asks for the height of its least width: without one the window would grow. */
#define WIDTH_CHARS 36

typedef struct {
    GtkWidget *bar; /* weak: it goes with the others */
    GtkLabel *label;
} Notice;

struct _VkpNotices {
    GtkBox parent;
    Notice tray;
    Notice database;
    Notice sight;
    Notice failure; /* to open something */
    Notice older;   /* stands for the results that are folded */
};

G_DEFINE_FINAL_TYPE(VkpNotices, vkp_notices, GTK_TYPE_BOX)

/* GTK's own has no name for screen readers. */
static void add_close_button(GtkInfoBar *bar)
{
    GtkWidget *button =
        gtk_button_new_from_icon_name("window-close-symbolic", GTK_ICON_SIZE_BUTTON);
    gtk_widget_set_tooltip_text(button, _("Close"));
    atk_object_set_name(gtk_widget_get_accessible(button), _("Close"));
    gtk_widget_show(button);
    gtk_info_bar_add_action_widget(bar, button, GTK_RESPONSE_CLOSE);
    gtk_button_box_set_child_non_homogeneous(GTK_BUTTON_BOX(gtk_info_bar_get_action_area(bar)),
                                             button, TRUE); /* no wider than it is */
}

static void add_notice(VkpNotices *self, Notice *notice, GtkPackType side)
{
    GtkWidget *label = gtk_label_new("");
    gtk_label_set_line_wrap(GTK_LABEL(label), TRUE);
    gtk_label_set_line_wrap_mode(GTK_LABEL(label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_xalign(GTK_LABEL(label), 0);
    gtk_label_set_width_chars(GTK_LABEL(label), WIDTH_CHARS);
    gtk_widget_set_hexpand(label, TRUE);
    gtk_widget_show(label);
    notice->label = GTK_LABEL(label);
    g_set_weak_pointer(&notice->bar, gtk_info_bar_new());
    add_close_button(GTK_INFO_BAR(notice->bar));
    GtkWidget *area = gtk_info_bar_get_content_area(GTK_INFO_BAR(notice->bar));
    gtk_container_add(GTK_CONTAINER(area), label);
    g_signal_connect(notice->bar, "response", G_CALLBACK(gtk_widget_hide), NULL);
    gtk_container_add_with_properties(GTK_CONTAINER(self), notice->bar, "pack-type", side, NULL);
}

/* NULL: nothing to say. */
static void say(Notice *notice, const char *text, GtkMessageType type)
{
    if (!notice->bar)
        return; /* the window is gone */
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

void vkp_notices_show_failure(VkpNotices *self, const char *sentence)
{
    say(&self->failure, NULL, GTK_MESSAGE_WARNING);
    say(&self->failure, sentence, GTK_MESSAGE_WARNING);
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

/* Newest first, as they stand below each other. The caller frees the list alone. */
static GList *list_results(VkpNotices *self)
{
    GList *results = NULL;
    g_autoptr(GList) children = gtk_container_get_children(GTK_CONTAINER(self));
    for (GList *at = g_list_last(children); at; at = at->prev)
        if (VKP_IS_RESULT_BAR(at->data) && vkp_result_bar_has_words(at->data))
            results = g_list_prepend(results, at->data);
    return results;
}

/* Failures stay until they are closed: however many there are, the window keeps its height. */
static void fold_results(VkpNotices *self)
{
    guint n = 0;
    g_autoptr(GList) results = list_results(self);
    for (GList *at = results; at; at = at->next)
        vkp_result_bar_set_folded(at->data, ++n > MAX_RESULTS);
    guint n_folded = n > MAX_RESULTS ? n - MAX_RESULTS : 0;
    g_autofree char *text = g_strdup_printf(
        ngettext("%u older result is not shown.", "%u older results are not shown.", n_folded),
        n_folded);
    say(&self->older, n_folded > 0 ? text : NULL, GTK_MESSAGE_INFO);
}

static void close_folded(VkpNotices *self)
{
    g_autoptr(GList) results = list_results(self);
    for (GList *at = g_list_nth(results, MAX_RESULTS); at; at = at->next)
        gtk_widget_destroy(at->data);
}

/* A success that waits for the pointer to leave gives its place to the next. */
static void drop_seen(VkpNotices *self)
{
    g_autoptr(GList) results = list_results(self);
    for (GList *at = results; at; at = at->next)
        if (gtk_widget_get_mapped(at->data) &&
            vkp_kill_operation_has_succeeded(vkp_result_bar_operation(at->data)))
            gtk_widget_destroy(at->data);
}

/* Tries on a stubborn process would pile up. */
static void drop_replaced(VkpNotices *self, VkpKillOperation *operation)
{
    VkpKillState state = vkp_kill_operation_state(operation);
    if (state != VKP_KILL_RUNNING && state != VKP_KILL_FAILED)
        return;
    g_autoptr(GList) results = list_results(self);
    for (GList *at = results; at; at = at->next) {
        VkpKillOperation *older = vkp_result_bar_operation(at->data);
        if (older != operation && vkp_kill_operation_replaces(operation, older))
            gtk_widget_destroy(at->data);
    }
}

static void on_operation_changed(VkpNotices *self, VkpKillOperation *operation)
{
    drop_replaced(self, operation);
    fold_results(self);
}

void vkp_notices_add_operation(VkpNotices *self, VkpKillOperation *operation)
{
    drop_seen(self);
    gtk_box_pack_end(GTK_BOX(self), GTK_WIDGET(vkp_result_bar_new(operation)), FALSE, FALSE, 0);
    g_signal_connect_object(operation, "changed", G_CALLBACK(on_operation_changed), self,
                            G_CONNECT_SWAPPED);
    on_operation_changed(self, operation);
}

static void vkp_notices_finalize(GObject *object)
{
    VkpNotices *self = VKP_NOTICES(object);
    Notice *notices[] = {&self->tray, &self->database, &self->sight, &self->failure, &self->older};
    for (guint i = 0; i < G_N_ELEMENTS(notices); i++)
        g_clear_weak_pointer(&notices[i]->bar);
    G_OBJECT_CLASS(vkp_notices_parent_class)->finalize(object);
}

static void vkp_notices_class_init(VkpNoticesClass *class)
{
    G_OBJECT_CLASS(class)->finalize = vkp_notices_finalize;
}

static void vkp_notices_init(VkpNotices *self)
{
    gtk_orientable_set_orientation(GTK_ORIENTABLE(self), GTK_ORIENTATION_VERTICAL);
    add_notice(self, &self->tray, GTK_PACK_START);
    add_notice(self, &self->database, GTK_PACK_START);
    add_notice(self, &self->sight, GTK_PACK_START);
    add_notice(self, &self->failure, GTK_PACK_START);
    add_notice(self, &self->older, GTK_PACK_END);
    g_signal_connect_swapped(self->older.bar, "response", G_CALLBACK(close_folded), self);
    g_signal_connect(self, "remove", G_CALLBACK(fold_results), NULL);
}
