/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/filter-menu.h"

#include <glib/gi18n.h>

#include "applet/view/menu-label.h"

/* What a popover needs around its contents: arrow, border and shadow. */
#define POPOVER_FRAME 60
/* In a window that is very low it is better cut off than of no use. */
#define LEAST_HEIGHT 120

struct VkpFilterMenu {
    GtkMenuButton *button;
    GtkLabel *label;
    GMenu *model;
    char *signature;    /* of the projects on offer */
    char *chosen_label; /* of the chosen project, as last heard of it; NULL: none is chosen */
};

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

static void note_chosen(VkpFilterMenu *self, VkpFeed *feed)
{
    const char *key = vkp_feed_filter(feed)->project_key;
    const VkpRow *project = key ? vkp_rows_lookup(vkp_feed_rows(feed), key) : NULL;
    if (key && !project)
        return;
    g_free(self->chosen_label);
    self->chosen_label = g_strdup(project ? project->label : NULL);
}

/* The label of the chosen project, if it is not among the rows any more. */
static const char *gone_label(VkpFilterMenu *self, VkpFeed *feed)
{
    const char *key = vkp_feed_filter(feed)->project_key;
    return key && !vkp_rows_lookup(vkp_feed_rows(feed), key) ? self->chosen_label : NULL;
}

static char *dup_signature(const VkpRow *root, const char *gone)
{
    g_autoptr(GString) text = g_string_new(gone);
    for (guint i = 0; i < root->children->len; i++) {
        const VkpRow *project = g_ptr_array_index(root->children, i);
        g_string_append_printf(text, "\n%s\n%s", project->key, project->label);
    }
    return g_strdup(text->str);
}

static void append_project(GMenu *menu, const char *project_label, const char *key)
{
    g_autofree char *label = vkp_menu_label_dup(project_label);
    append_radio(menu, label, "win.project", key);
}

/* Only when there is something else on offer: a menu that is made anew while open collapses. */
static void offer(VkpFilterMenu *self, VkpFeed *feed)
{
    const VkpRow *root = vkp_rows_root(vkp_feed_rows(feed));
    const char *gone = gone_label(self, feed);
    g_autofree char *signature = dup_signature(root, gone);
    if (g_strcmp0(signature, self->signature) == 0)
        return;
    g_free(self->signature);
    self->signature = g_steal_pointer(&signature);
    g_menu_remove_all(self->model);
    g_autoptr(GMenu) kinds = g_menu_new();
    for (guint i = 0; i < G_N_ELEMENTS(words); i++)
        append_radio(kinds, show_title((VkpShow)i), "win.show", words[i]);
    g_menu_append_section(self->model, NULL, G_MENU_MODEL(kinds));
    g_autoptr(GMenu) projects = g_menu_new();
    append_radio(projects, _("All Projects"), "win.project", "");
    for (guint i = 0; i < root->children->len; i++) {
        const VkpRow *project = g_ptr_array_index(root->children, i);
        append_project(projects, project->label, project->key);
    }
    if (gone)
        append_project(projects, gone, vkp_feed_filter(feed)->project_key);
    g_menu_append_section(self->model, _("Project"), G_MENU_MODEL(projects));
}

/* "Leftovers of Alpha Shop" */
static void show_chosen(VkpFilterMenu *self, VkpShow show)
{
    const char *title = show_title(show);
    /* Translators: what is shown, and of which project */
    g_autofree char *text = self->chosen_label
                                ? g_strdup_printf(_("%s of %s"), title, self->chosen_label)
                                : g_strdup(title);
    if (g_str_equal(gtk_label_get_text(self->label), text))
        return;
    gtk_label_set_text(self->label, text);
    g_autofree char *name = g_strdup_printf(_("Filter: %s"), text);
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self->button)), name);
}

void vkp_filter_menu_update(VkpFilterMenu *self, VkpFeed *feed)
{
    note_chosen(self, feed);
    offer(self, feed);
    show_chosen(self, vkp_feed_filter(feed)->show);
}

/* As high as there is room below the button. */
static void on_popover_shown(GtkScrolledWindow *scroller, GtkWidget *popover)
{
    GtkWidget *button = gtk_popover_get_relative_to(GTK_POPOVER(popover));
    GtkWidget *window = gtk_widget_get_toplevel(button);
    gint bottom = 0;
    gtk_widget_translate_coordinates(button, window, 0, gtk_widget_get_allocated_height(button),
                                     NULL, &bottom);
    gint room = gtk_widget_get_allocated_height(window) - bottom - POPOVER_FRAME;
    gtk_scrolled_window_set_max_content_height(scroller, MAX(room, LEAST_HEIGHT));
}

/* GTK stays inside the window with what hangs at a button: of many projects it would show the last
 * ones alone. So that which it makes of the model scrolls, inside the stack that it looks for. */
static void let_scroll(GtkMenuButton *button)
{
    GtkPopover *popover = gtk_menu_button_get_popover(button);
    GtkContainer *stack = GTK_CONTAINER(gtk_bin_get_child(GTK_BIN(popover)));
    GtkWidget *entries = gtk_stack_get_child_by_name(GTK_STACK(stack), "main");
    GtkWidget *scroller = gtk_scrolled_window_new(NULL, NULL);
    g_object_set(scroller, "hscrollbar-policy", GTK_POLICY_NEVER, "propagate-natural-height", TRUE,
                 "propagate-natural-width", TRUE, NULL);
    g_object_ref(entries);
    gtk_container_remove(stack, entries);
    gtk_container_add(GTK_CONTAINER(scroller), entries);
    g_object_unref(entries);
    gtk_widget_show_all(scroller);
    gtk_stack_add_named(GTK_STACK(stack), scroller, "main");
    g_signal_connect_object(popover, "show", G_CALLBACK(on_popover_shown), scroller,
                            G_CONNECT_SWAPPED);
}

VkpFilterMenu *vkp_filter_menu_new(GtkMenuButton *button, GtkLabel *label)
{
    VkpFilterMenu *self = g_new0(VkpFilterMenu, 1);
    self->button = button;
    self->label = label;
    self->model = g_menu_new();
    gtk_menu_button_set_menu_model(button, G_MENU_MODEL(self->model));
    let_scroll(button);
    return self;
}

void vkp_filter_menu_free(VkpFilterMenu *self)
{
    if (!self)
        return;
    g_object_unref(self->model);
    g_free(self->signature);
    g_free(self->chosen_label);
    g_free(self);
}
