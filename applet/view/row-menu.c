/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/row-menu.h"

#include <glib/gi18n.h>

/* Of one row: a group may listen on dozens. */
#define MAX_PORTS 6

static char *dup_url(guint16 port)
{
    return g_strdup_printf("http://localhost:%u", port);
}

char *vkp_row_dup_url(const VkpRow *row)
{
    const GArray *ports = row->totals.ports;
    return ports && ports->len > 0 ? dup_url(g_array_index(ports, guint16, 0)) : NULL;
}

static const char *kill_label(VkpRowKind kind)
{
    switch (kind) {
    case VKP_ROW_PROJECT:
        return _("_Kill Project…");
    case VKP_ROW_TASK:
        return _("_Kill Task…");
    case VKP_ROW_ATTEMPT:
        return _("_Kill Attempt…");
    case VKP_ROW_LEFTOVERS:
        return _("_Kill Leftovers…");
    default:
        return _("_Kill Process…");
    }
}

static void append_section(GMenu *menu, GMenu *section)
{
    if (g_menu_model_get_n_items(G_MENU_MODEL(section)) > 0)
        g_menu_append_section(menu, NULL, G_MENU_MODEL(section));
}

static void append_ports(GMenu *menu, const GArray *ports)
{
    g_autoptr(GMenu) section = g_menu_new();
    for (guint i = 0; ports && i < MIN(ports->len, MAX_PORTS); i++) {
        g_autofree char *url = dup_url(g_array_index(ports, guint16, i));
        /* Translators: %s is the address of a server on this machine */
        g_autofree char *label = g_strdup_printf(_("Open %s"), url);
        g_autoptr(GMenuItem) item = g_menu_item_new(label, NULL);
        g_menu_item_set_action_and_target(item, "win.open-url", "s", url);
        g_menu_append_item(section, item);
    }
    if (ports && ports->len > 0)
        g_menu_append(section, _("Copy _Address"), "win.copy-url");
    append_section(menu, section);
}

static void append_process(GMenu *menu, const VkpMember *member)
{
    g_autoptr(GMenu) section = g_menu_new();
    g_menu_append(section, _("Copy Process _ID"), "win.copy-pid");
    if (member->process->image)
        g_menu_append(section, _("_Copy Command"), "win.copy-command");
    if (member->process->folder && member->process->folder->path)
        g_menu_append(section, _("Open _Folder"), "win.open-folder");
    append_section(menu, section);
}

static GMenu *build_menu(const VkpRow *row)
{
    GMenu *menu = g_menu_new();
    g_autoptr(GMenu) kill = g_menu_new();
    g_menu_append(kill, kill_label(row->kind), "win.kill");
    g_menu_append(kill, _("F_orce Kill…"), "win.force-kill");
    append_section(menu, kill);
    append_ports(menu, row->totals.ports);
    if (row->member)
        append_process(menu, row->member);
    g_autoptr(GMenu) details = g_menu_new();
    g_menu_append(details, _("_Details"), "win.show-details");
    append_section(menu, details);
    return menu;
}

GtkWidget *vkp_row_menu_popup(VkpProcessTree *tree, GdkEvent *event)
{
    const VkpRow *row = vkp_process_tree_selected(tree);
    if (!row)
        return NULL;
    g_autoptr(GMenu) model = build_menu(row);
    GtkMenu *menu = GTK_MENU(gtk_menu_new_from_model(G_MENU_MODEL(model)));
    gtk_menu_attach_to_widget(menu, GTK_WIDGET(tree), NULL);
    if (event) {
        gtk_menu_popup_at_pointer(menu, event);
    } else {
        GdkRectangle area;
        vkp_process_tree_get_selected_area(tree, &area);
        gtk_menu_popup_at_rect(menu, gtk_tree_view_get_bin_window(GTK_TREE_VIEW(tree)), &area,
                               GDK_GRAVITY_SOUTH_WEST, GDK_GRAVITY_NORTH_WEST, NULL);
        gtk_menu_shell_select_first(GTK_MENU_SHELL(menu), FALSE);
    }
    return GTK_WIDGET(menu);
}
