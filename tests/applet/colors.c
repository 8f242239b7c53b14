/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/colors.h"

#include <math.h>

#include "applet/resources.h"

/* Our own colours against the backgrounds they stand on, in the light and the dark theme: text has
 * to reach 4.5 and lines 3, as the guidelines for accessible content (WCAG 2, AA) want it. */

#define TEXT_CONTRAST 4.5
#define LINE_CONTRAST 3.0

typedef struct {
    GtkWidget *window;
    GtkWidget *list;
} Fixture;

/* Data is the theme's variant: NULL is light. */
static void set_up(Fixture *fixture, gconstpointer data)
{
    g_object_set(gtk_settings_get_default(), "gtk-theme-name", "Adwaita",
                 "gtk-application-prefer-dark-theme", data != NULL, NULL);
    g_autoptr(GtkCssProvider) provider = gtk_css_provider_new();
    gtk_css_provider_load_from_resource(provider, "/org/vibekanban/Processes/Applet/style.css");
    gtk_style_context_add_provider_for_screen(gdk_screen_get_default(),
                                              GTK_STYLE_PROVIDER(provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
    fixture->window = gtk_window_new(GTK_WINDOW_TOPLEVEL);
    GdkRGBA text = {0};
    gtk_style_context_get_color(gtk_widget_get_style_context(fixture->window),
                                GTK_STATE_FLAG_NORMAL, &text);
    g_assert_cmpint(text.red > 0.5, ==, data != NULL);
    fixture->list = gtk_tree_view_new();
    gtk_container_add(GTK_CONTAINER(fixture->window), fixture->list);
    gtk_widget_show_all(fixture->window);
}

static void tear_down(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    gtk_widget_destroy(fixture->window);
}

static GdkRGBA theme_color(Fixture *fixture, const char *name)
{
    GtkStyleContext *style = gtk_widget_get_style_context(fixture->list);
    GdkRGBA color;
    g_assert_true(gtk_style_context_lookup_color(style, name, &color));
    return color;
}

/* What the eye sees of a colour that lets the one below shine through. */
static GdkRGBA blend(GdkRGBA over, double alpha, GdkRGBA below)
{
    return (GdkRGBA){.red = over.red * alpha + below.red * (1 - alpha),
                     .green = over.green * alpha + below.green * (1 - alpha),
                     .blue = over.blue * alpha + below.blue * (1 - alpha),
                     .alpha = 1};
}

static double linear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4);
}

static double luminance(GdkRGBA color)
{
    return 0.2126 * linear(color.red) + 0.7152 * linear(color.green) + 0.0722 * linear(color.blue);
}

static double contrast(GdkRGBA left, GdkRGBA right)
{
    double light = MAX(luminance(left), luminance(right));
    double dark = MIN(luminance(left), luminance(right));
    return (light + 0.05) / (dark + 0.05);
}

static void assert_readable(GdkRGBA color, GdkRGBA background)
{
    g_test_message("contrast %.2f", contrast(color, background));
    g_assert_cmpfloat(contrast(color, background), >=, TEXT_CONTRAST);
}

static void test_leftovers_are_readable(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GdkRGBA list = theme_color(fixture, "theme_base_color");
    GdkRGBA leftover;
    vkp_colors_leftover(fixture->list, &leftover);
    assert_readable(leftover, list);
    assert_readable(blend(leftover, vkp_colors_dim_alpha(TRUE, FALSE), list), list);
}

static void test_dimmed_text_is_readable(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GdkRGBA list = theme_color(fixture, "theme_base_color");
    GdkRGBA text = theme_color(fixture, "theme_text_color");
    assert_readable(blend(text, vkp_colors_dim_alpha(FALSE, FALSE), list), list);
}

/* The theme's own selection has less than 4.5 in its light variant: nothing may be taken from it.
 */
static void test_nothing_is_dimmed_on_the_selection(Fixture *fixture G_GNUC_UNUSED,
                                                    gconstpointer data G_GNUC_UNUSED)
{
    g_assert_cmpfloat(vkp_colors_dim_alpha(FALSE, TRUE), ==, 1);
    g_assert_cmpfloat(vkp_colors_dim_alpha(TRUE, TRUE), ==, 1);
}

static void test_names_in_the_details_are_readable(Fixture *fixture,
                                                   gconstpointer data G_GNUC_UNUSED)
{
    GtkStyleContext *style = gtk_widget_get_style_context(fixture->window);
    gtk_style_context_add_class(style, "vkp-dim");
    double opacity = 1;
    gtk_style_context_get(style, gtk_style_context_get_state(style), "opacity", &opacity, NULL);
    g_assert_cmpfloat(opacity, <, 1);
    GdkRGBA page = theme_color(fixture, "theme_bg_color");
    GdkRGBA text = theme_color(fixture, "theme_fg_color");
    assert_readable(blend(text, opacity, page), page);
}

static void test_agents_are_called_out_readably(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GtkStyleContext *style = gtk_widget_get_style_context(fixture->window);
    gtk_style_context_add_class(style, "vkp-agents");
    GdkRGBA *box = NULL;
    gtk_style_context_get(style, gtk_style_context_get_state(style), "background-color", &box,
                          NULL);
    g_assert_cmpfloat(box->alpha, >, 0);
    GdkRGBA page = theme_color(fixture, "theme_bg_color");
    assert_readable(theme_color(fixture, "theme_fg_color"), blend(*box, box->alpha, page));
    gdk_rgba_free(box);
}

static void test_plots_can_be_seen(Fixture *fixture, gconstpointer data G_GNUC_UNUSED)
{
    GdkRGBA line;
    vkp_colors_plot(fixture->list, &line);
    GdkRGBA list = theme_color(fixture, "theme_base_color");
    g_assert_cmpfloat(contrast(line, list), >=, LINE_CONTRAST);
}

#define DARK "dark"

int main(int argc, char **argv)
{
    g_unsetenv("GTK_THEME"); /* it would win over the settings */
    vkp_applet_register_resource();
    gtk_test_init(&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
    g_test_add("/applet/colors/light/" name, Fixture, NULL, set_up, function, tear_down);          \
    g_test_add("/applet/colors/dark/" name, Fixture, DARK, set_up, function, tear_down)
    ADD("leftovers-are-readable", test_leftovers_are_readable);
    ADD("dimmed-text-is-readable", test_dimmed_text_is_readable);
    ADD("nothing-is-dimmed-on-the-selection", test_nothing_is_dimmed_on_the_selection);
    ADD("names-in-the-details-are-readable", test_names_in_the_details_are_readable);
    ADD("agents-are-called-out-readably", test_agents_are_called_out_readably);
    ADD("plots-can-be-seen", test_plots_can_be_seen);
    return g_test_run();
}
