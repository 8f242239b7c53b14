/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/filter-menu.h"

#include <glib/gi18n.h>

#include "applet/view/menu-label.h"

static const char *const words[] = {
    [VKP_SHOW_ALL] = "all",
    [VKP_SHOW_AGENTS] = "agents",
    [VKP_SHOW_DEV_SERVERS] = "dev-servers",
    [VKP_SHOW_LEFTOVERS] = "leftovers",
};

VkpShow vkp_show_from_string(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        if (g_strcmp0(word, words[i]) == 0)
            return (VkpShow)i;
    return VKP_SHOW_ALL;
}

static const char *show_title(VkpShow show)
{
    switch (show) {
    case VKP_SHOW_AGENTS:
        return _("Agents");
    case VKP_SHOW_DEV_SERVERS:
        return _("Dev Servers");
    case VKP_SHOW_LEFTOVERS:
        return _("Leftovers");
    case VKP_SHOW_ALL:
        break;
    }
    return _("All Processes");
}

char *vkp_filter_dup_title(VkpFeed *feed)
{
    const VkpRowFilter *filter = vkp_feed_filter(feed);
    const char *key = filter->project_key;
    const VkpRow *project = key ? vkp_rows_lookup(vkp_feed_rows(feed), key) : NULL;
    const char *title = show_title(filter->show);
    /* Translators: what is shown, and of which project */
    return project ? g_strdup_printf(_("%s of %s"), title, project->label) : g_strdup(title);
}

static GMenuItem *radio_item_new(const char *label, const char *action, const char *target)
{
    GMenuItem *item = g_menu_item_new(label, NULL);
    g_menu_item_set_action_and_target(item, action, "s", target);
    return item;
}

static void append_radio(GMenu *menu, const char *label, const char *action, const char *target)
{
    g_autoptr(GMenuItem) item = radio_item_new(label, action, target);
    g_menu_append_item(menu, item);
}

static char *dup_signature(const VkpRow *root)
{
    g_autoptr(GString) text = g_string_new(NULL);
    for (guint i = 0; i < root->children->len; i++) {
        const VkpRow *project = g_ptr_array_index(root->children, i);
        g_string_append_printf(text, "%s\n%s\n", project->key, project->label);
    }
    return g_strdup(text->str);
}

void vkp_filter_menu_update(GMenu *menu, const VkpRows *rows)
{
    const VkpRow *root = vkp_rows_root(rows);
    g_autofree char *signature = dup_signature(root);
    if (g_strcmp0(signature, g_object_get_data(G_OBJECT(menu), "vkp-signature")) == 0)
        return;
    g_object_set_data_full(G_OBJECT(menu), "vkp-signature", g_steal_pointer(&signature), g_free);
    g_menu_remove_all(menu);
    g_autoptr(GMenu) kinds = g_menu_new();
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        append_radio(kinds, show_title((VkpShow)i), "win.show", words[i]);
    g_menu_append_section(menu, NULL, G_MENU_MODEL(kinds));
    g_autoptr(GMenu) projects = g_menu_new();
    append_radio(projects, _("All Projects"), "win.project", "");
    for (guint i = 0; i < root->children->len; i++) {
        const VkpRow *project = g_ptr_array_index(root->children, i);
        g_autofree char *label = vkp_menu_label_dup(project->label);
        append_radio(projects, label, "win.project", project->key);
    }
    g_menu_append_section(menu, _("Project"), G_MENU_MODEL(projects));
}
