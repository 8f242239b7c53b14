/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/autostart.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>

#include "applet/settings.h"
#include "common/base/error.h"

#define FILE_NAME VKP_APPLET_ID ".desktop"
#define PROGRAM "vibekanban-processes-applet"

static char *dup_user_path(void)
{
    return g_build_filename(g_get_user_config_dir(), "autostart", FILE_NAME, NULL);
}

/* FALSE when there is no such file; then *is_enabled is untouched. */
static gboolean read_file(const char *path, gboolean *is_enabled)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, NULL))
        return FALSE;
    gboolean is_hidden =
        g_key_file_get_boolean(file, G_KEY_FILE_DESKTOP_GROUP, G_KEY_FILE_DESKTOP_KEY_HIDDEN, NULL);
    gboolean is_off =
        g_key_file_has_key(file, G_KEY_FILE_DESKTOP_GROUP, "X-GNOME-Autostart-enabled", NULL) &&
        !g_key_file_get_boolean(file, G_KEY_FILE_DESKTOP_GROUP, "X-GNOME-Autostart-enabled", NULL);
    *is_enabled = !is_hidden && !is_off;
    return TRUE;
}

gboolean vkp_autostart_is_enabled(void)
{
    gboolean is_enabled = FALSE;
    g_autofree char *user_path = dup_user_path();
    if (read_file(user_path, &is_enabled))
        return is_enabled;
    const char *const *folders = g_get_system_config_dirs();
    for (guint i = 0; folders[i]; i++) {
        g_autofree char *path = g_build_filename(folders[i], "autostart", FILE_NAME, NULL);
        if (read_file(path, &is_enabled))
            return is_enabled;
    }
    return FALSE;
}

/* One argument of Exec as the Desktop Entry Specification quotes it: by double quotes alone, with
 * percents doubled, which else begin a field code. The key file escapes backslashes once more. */
static char *dup_exec_word(const char *argument)
{
    GString *word = g_string_new("\"");
    for (const char *at = argument; *at; at++) {
        if (strchr("\"`$\\", *at))
            g_string_append_c(word, '\\');
        else if (*at == '%')
            g_string_append_c(word, '%');
        g_string_append_c(word, *at);
    }
    g_string_append_c(word, '"');
    return g_string_free(word, FALSE);
}

/* The program as it can be found again: by its name if that is in the path, else by the file that
 * runs now. */
static char *dup_program(void)
{
    g_autofree char *found = g_find_program_in_path(PROGRAM);
    if (found)
        return g_strdup(PROGRAM);
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    return self ? dup_exec_word(self) : g_strdup(PROGRAM);
}

gboolean vkp_autostart_set_enabled(gboolean is_enabled, GError **error)
{
    g_autofree char *path = dup_user_path();
    g_autofree char *folder = g_path_get_dirname(path);
    if (g_mkdir_with_parents(folder, 0700) != 0) {
        vkp_set_error_errno(error, errno, "cannot make %s", folder);
        return FALSE;
    }
    g_autofree char *program = dup_program();
    g_autofree char *command = g_strconcat(program, " --hidden", NULL);
    g_autoptr(GKeyFile) file = g_key_file_new();
    const char *group = G_KEY_FILE_DESKTOP_GROUP;
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_TYPE, "Application");
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_NAME, _("Vibe Kanban Processes"));
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_EXEC, command);
    g_key_file_set_string(file, group, G_KEY_FILE_DESKTOP_KEY_ICON, VKP_APPLET_ID);
    g_key_file_set_boolean(file, group, G_KEY_FILE_DESKTOP_KEY_HIDDEN, !is_enabled);
    return g_key_file_save_to_file(file, path, error);
}
