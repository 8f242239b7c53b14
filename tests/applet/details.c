/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/details.h"

#include "applet/resources.h"
#include "tests/view/sample.h"

/* Where the first line of the label stands, in pixels from the top of its window. */
static gint line_of(GtkWidget *label)
{
    gint y;
    gtk_label_get_layout_offsets(GTK_LABEL(label), NULL, &y);
    return y + PANGO_PIXELS(pango_layout_get_baseline(gtk_label_get_layout(GTK_LABEL(label))));
}

static void assert_on_one_line(GtkGrid *facts)
{
    for (gint row = 0; row < 3; row++) {
        GtkWidget *name = gtk_grid_get_child_at(facts, 0, row);
        GtkWidget *text = gtk_grid_get_child_at(facts, 1, row);
        g_assert_cmpint(line_of(name), ==, line_of(text));
    }
}

static void find_grid(GtkWidget *widget, gpointer found)
{
    if (GTK_IS_GRID(widget))
        *(GtkGrid **)found = GTK_GRID(widget);
    else if (GTK_IS_CONTAINER(widget))
        gtk_container_foreach(GTK_CONTAINER(widget), find_grid, found);
}

/* As a font for one script is higher than that for another. */
static void make_names_higher(void)
{
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
    gtk_css_provider_load_from_data(provider, "label.vkp-dim { font-size: 30px; }", -1, NULL);
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
}

static void test_a_fact_stands_on_the_line_of_its_name(void)
{
    make_names_higher();
    g_autoptr(VkpRoster) roster = vkp_roster_new();
    SAMPLE_ADD(roster, .pid = 10, .command = (const char *const[]){"node", "server.js", NULL},
               .folder = "/work/login");
    vkp_roster_seal(roster);
    g_autoptr(VkpRows) rows = vkp_rows_build(&(VkpRowsInput){.roster = roster});
    VkpHistory *history = vkp_history_new();
    GtkWidget *window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    gtk_window_set_default_size(GTK_WINDOW(window), 900, 500);
    VkpDetails *details = g_object_new(VKP_TYPE_DETAILS, NULL);
    gtk_container_add(GTK_CONTAINER(window), GTK_WIDGET(details));
    vkp_details_show(details, vkp_rows_lookup(rows, "process:10:1000"), history);
    gtk_widget_show(window);
    gtk_test_widget_wait_for_draw(window);
    GtkGrid *facts = NULL;
    find_grid(GTK_WIDGET(details), &facts);
    assert_on_one_line(facts);
    gtk_widget_destroy(window);
    vkp_history_free(history);
}

int main(int argc, char **argv)
{
    vkp_applet_register_resource();
    gtk_test_init(&argc, &argv, NULL);
    g_test_add_func("/applet/details/a-fact-stands-on-the-line-of-its-name",
                    test_a_fact_stands_on_the_line_of_its_name);
    return g_test_run();
}
