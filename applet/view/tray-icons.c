/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/tray-icons.h"

#include <gio/gio.h>

#define RESOURCE_FOLDER "/org/vibekanban/Processes/Applet/tray/"

static const char *const names[][2] = {
    [VKP_TRAY_ICON_IDLE] = {"vibekanban-processes-idle", "vibekanban-processes-idle-symbolic"},
    [VKP_TRAY_ICON_ACTIVE] = {"vibekanban-processes-active",
                              "vibekanban-processes-active-symbolic"},
    [VKP_TRAY_ICON_ATTENTION] = {"vibekanban-processes-attention",
                                 "vibekanban-processes-attention-symbolic"},
};

const char *vkp_tray_icon_name(VkpTrayIcon icon, gboolean is_symbolic)
{
    return names[icon][is_symbolic ? 1 : 0];
}

static gboolean is_installed(void)
{
    g_autofree char *file =
        g_strdup_printf("%s/hicolor/scalable/apps/%s.svg", ICON_DIR, names[0][0]);
    return g_file_test(file, G_FILE_TEST_EXISTS);
}

static gboolean copy_icon(const char *folder, const char *name, GError **error)
{
    g_autofree char *resource = g_strdup_printf("%s%s.svg", RESOURCE_FOLDER, name);
    g_autofree char *base = g_strdup_printf("%s.svg", name);
    g_autofree char *file = g_build_filename(folder, base, NULL);
    g_autoptr(GBytes) bytes = g_resources_lookup_data(resource, 0, error);
    if (!bytes)
        return FALSE;
    gsize length;
    const char *data = g_bytes_get_data(bytes, &length);
    return g_file_set_contents(file, data, (gssize)length, error);
}

char *vkp_tray_icons_dup_folder(void)
{
    if (is_installed())
        return NULL;
    g_autofree char *folder =
        g_build_filename(g_get_user_runtime_dir(), "vibekanban-processes", "icons", NULL);
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return NULL;
    for (guint i = 0; i < G_N_ELEMENTS(names) * 2; i++) {
        g_autoptr(GError) error = NULL;
        if (!copy_icon(folder, names[i / 2][i % 2], &error))
            g_message("the tray's icon cannot be made: %s", error->message);
    }
    return g_steal_pointer(&folder);
}
