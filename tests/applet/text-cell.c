/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/text-cell.h"

#include <string.h>

#define WIDTH 200
#define HEIGHT 30

/* What the cell draws of such a row, as bytes. */
static GBytes *draw(const char *label, const char *count, const char *detail)
{
    g_autofree char *text = g_strconcat(label, count, detail, NULL);
    GtkCellRenderer *cell = g_object_ref_sink(vkp_text_cell_new(0, PANGO_ELLIPSIZE_END));
    GtkWidget *widget = g_object_ref_sink(gtk_label_new(NULL));
    vkp_text_cell_set(VKP_TEXT_CELL(cell), text,
                      (VkpTextStyle){.n_plain = (guint)(strlen(label) + strlen(count)),
                                     .ends_in_count = *count != '\0'});
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, WIDTH, HEIGHT);
    cairo_t *cr = cairo_create(surface);
    GdkRectangle area = {.width = WIDTH, .height = HEIGHT};
    gtk_cell_renderer_render(cell, cr, widget, &area, &area, 0);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    gsize size = (gsize)cairo_image_surface_get_stride(surface) * HEIGHT;
    GBytes *drawn = g_bytes_new(cairo_image_surface_get_data(surface), size);
    cairo_surface_destroy(surface);
    g_object_unref(widget);
    g_object_unref(cell);
    return drawn;
}

#define LONG_TITLE "Rework the authentication of the whole storefront and all of its mails"

static void test_a_long_name_keeps_its_count(void)
{
    g_autoptr(GBytes) one = draw(LONG_TITLE, " (5)", "");
    g_autoptr(GBytes) other = draw(LONG_TITLE, " (7)", "");
    g_assert_false(g_bytes_equal(one, other));
}

static void test_a_long_name_gives_the_room_of_what_is_beside_it(void)
{
    g_autoptr(GBytes) alone = draw(LONG_TITLE, " (5)", "");
    g_autoptr(GBytes) beside = draw(LONG_TITLE, " (5)", "  CODEX");
    g_assert_true(g_bytes_equal(alone, beside));
}

static void test_a_short_name_keeps_what_is_beside_it(void)
{
    g_autoptr(GBytes) alone = draw("Cart", " (5)", "");
    g_autoptr(GBytes) beside = draw("Cart", " (5)", "  CODEX");
    g_assert_false(g_bytes_equal(alone, beside));
}

int main(int argc, char **argv)
{
    gtk_test_init(&argc, &argv, NULL);
    g_test_add_func("/text-cell/a-long-name-keeps-its-count", test_a_long_name_keeps_its_count);
    g_test_add_func("/text-cell/a-long-name-gives-the-room-of-what-is-beside-it",
                    test_a_long_name_gives_the_room_of_what_is_beside_it);
    g_test_add_func("/text-cell/a-short-name-keeps-what-is-beside-it",
                    test_a_short_name_keeps_what_is_beside_it);
    return g_test_run();
}
