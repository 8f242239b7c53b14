/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/row-actions.h"

#include <glib/gi18n.h>

#include "applet/application.h"
#include "applet/view/row-menu.h"
#include "common/base/text.h"

/* What the actions work on; owned by the tree. */
typedef struct {
    VkpProcessTree *tree;
    VkpNotices *notices;
} RowActions;

static void copy_text(const RowActions *self, const char *text)
{
    GtkClipboard *clipboard =
        gtk_widget_get_clipboard(GTK_WIDGET(self->tree), GDK_SELECTION_CLIPBOARD);
    gtk_clipboard_set_text(clipboard, text, -1);
}

static const VkpProcess *selected_process(const RowActions *self)
{
    const VkpRow *row = vkp_process_tree_selected(self->tree);
    return row && row->member ? row->member->process : NULL;
}

static void on_copy_pid(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                        gpointer user_data)
{
    const VkpProcess *process = selected_process(user_data);
    if (!process)
        return;
    g_autofree char *text = g_strdup_printf("%d", (int)process->identity.pid);
    copy_text(user_data, text);
}

/* As a shell would take it, not as it is displayed. */
static void on_copy_command(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                            gpointer user_data)
{
    const VkpProcess *process = selected_process(user_data);
    if (!process || !process->image || !process->image->command)
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; process->image->command[i]; i++) {
        g_autofree char *quoted = g_shell_quote(process->image->command[i]);
        g_string_append_printf(text, "%s%s", i > 0 ? " " : "", quoted);
    }
    copy_text(user_data, text->str);
}

static void on_copy_url(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                        gpointer user_data)
{
    const RowActions *self = user_data;
    const VkpRow *row = vkp_process_tree_selected(self->tree);
    g_autofree char *url = row ? vkp_row_dup_url(row) : NULL;
    if (url)
        copy_text(self, url);
}

/* Something that is being opened. */
typedef struct {
    VkpNotices *notices; /* owned: the window may go meanwhile */
    char *name;          /* as a person knows it */
} Launch;

static void launch_free(Launch *launch)
{
    g_object_unref(launch->notices);
    g_free(launch->name);
    g_free(launch);
}

static void show_failure(VkpNotices *notices, const char *name, const GError *error)
{
    gboolean is_orphan = g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
    /* Translators: an address or a folder, and why */
    g_autofree char *sentence =
        g_strdup_printf(_("%s could not be opened: %s"), name,
                        is_orphan ? _("no program is set up for it") : error->message);
    vkp_notices_show_failure(notices, sentence);
}

static void on_launched(GObject *source G_GNUC_UNUSED, GAsyncResult *result, gpointer user_data)
{
    Launch *launch = user_data;
    g_autoptr(GError) error = NULL;
    if (!g_app_info_launch_default_for_uri_finish(result, &error))
        show_failure(launch->notices, launch->name, error);
    launch_free(launch);
}

static void launch(const RowActions *self, const char *uri, const char *name)
{
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(self->tree));
    g_autoptr(GdkAppLaunchContext) context = gdk_display_get_app_launch_context(display);
    g_app_launch_context_unsetenv(G_APP_LAUNCH_CONTEXT(context), VKP_NO_GL_VARIABLE);
    gdk_app_launch_context_set_timestamp(context, gtk_get_current_event_time());
    vkp_notices_show_failure(self->notices, NULL);
    Launch *launch = g_new0(Launch, 1);
    launch->notices = g_object_ref(self->notices);
    launch->name = g_strdup(name);
    g_app_info_launch_default_for_uri_async(uri, G_APP_LAUNCH_CONTEXT(context), NULL, on_launched,
                                            launch);
}

static void on_open_url(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter,
                        gpointer user_data)
{
    const char *url = g_variant_get_string(parameter, NULL);
    launch(user_data, url, url);
}

static void on_open_folder(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                           gpointer user_data)
{
    const RowActions *self = user_data;
    const VkpProcess *process = selected_process(self);
    if (!process || !process->folder || !process->folder->path)
        return;
    g_autoptr(GError) error = NULL;
    g_autofree char *name = vkp_text_dup_display(process->folder->path);
    g_autofree char *uri = g_filename_to_uri(process->folder->path, NULL, &error);
    if (uri)
        launch(self, uri, name);
    else
        show_failure(self->notices, name, error);
}

void vkp_row_actions_add(GActionMap *actions, VkpProcessTree *tree, VkpNotices *notices)
{
    static const GActionEntry entries[] = {
        {.name = "copy-pid", .activate = on_copy_pid},
        {.name = "copy-command", .activate = on_copy_command},
        {.name = "copy-url", .activate = on_copy_url},
        {.name = "open-url", .parameter_type = "s", .activate = on_open_url},
        {.name = "open-folder", .activate = on_open_folder},
    };
    RowActions *self = g_new0(RowActions, 1);
    self->tree = tree;
    self->notices = notices;
    g_object_set_data_full(G_OBJECT(tree), "vkp-row-actions", self, g_free);
    g_action_map_add_action_entries(actions, entries, G_N_ELEMENTS(entries), self);
}
