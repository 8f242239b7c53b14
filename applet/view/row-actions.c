/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/row-actions.h"

#include "applet/application.h"
#include "applet/view/row-menu.h"

static void copy_text(VkpProcessTree *tree, const char *text)
{
    GtkClipboard *clipboard = gtk_widget_get_clipboard(GTK_WIDGET(tree), GDK_SELECTION_CLIPBOARD);
    gtk_clipboard_set_text(clipboard, text, -1);
}

static const VkpProcess *selected_process(VkpProcessTree *tree)
{
    const VkpRow *row = vkp_process_tree_selected(tree);
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
    const VkpRow *row = vkp_process_tree_selected(user_data);
    g_autofree char *url = row ? vkp_row_dup_url(row) : NULL;
    if (url)
        copy_text(user_data, url);
}

static void on_launched(GObject *source G_GNUC_UNUSED, GAsyncResult *result,
                        gpointer user_data G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    if (!g_app_info_launch_default_for_uri_finish(result, &error))
        g_message("cannot open it: %s", error->message);
}

static void launch(VkpProcessTree *tree, const char *uri)
{
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(tree));
    g_autoptr(GdkAppLaunchContext) context = gdk_display_get_app_launch_context(display);
    g_app_launch_context_unsetenv(G_APP_LAUNCH_CONTEXT(context), VKP_NO_GL_VARIABLE);
    gdk_app_launch_context_set_timestamp(context, gtk_get_current_event_time());
    g_app_info_launch_default_for_uri_async(uri, G_APP_LAUNCH_CONTEXT(context), NULL, on_launched,
                                            NULL);
}

static void on_open_url(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter,
                        gpointer user_data)
{
    launch(user_data, g_variant_get_string(parameter, NULL));
}

static void on_open_folder(GSimpleAction *action G_GNUC_UNUSED, GVariant *parameter G_GNUC_UNUSED,
                           gpointer user_data)
{
    const VkpProcess *process = selected_process(user_data);
    if (!process || !process->folder || !process->folder->path)
        return;
    g_autofree char *uri = g_filename_to_uri(process->folder->path, NULL, NULL);
    if (uri)
        launch(user_data, uri);
}

void vkp_row_actions_add(GActionMap *actions, VkpProcessTree *tree)
{
    static const GActionEntry entries[] = {
        {.name = "copy-pid", .activate = on_copy_pid},
        {.name = "copy-command", .activate = on_copy_command},
        {.name = "copy-url", .activate = on_copy_url},
        {.name = "open-url", .parameter_type = "s", .activate = on_open_url},
        {.name = "open-folder", .activate = on_open_folder},
    };
    g_action_map_add_action_entries(actions, entries, G_N_ELEMENTS(entries), tree);
}
