/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/icon-cell.h"

#include "applet/view/colors.h"

#define ICON_SIZE 16

struct _VkpIconCell {
    GtkCellRenderer parent;
    const char *icon_name; /* NULL: nothing */
    gboolean is_colored;
    GHashTable *shapes; /* cairo_surface_t, by icon_name */
    gint scale;         /* of the shapes */
};

G_DEFINE_FINAL_TYPE(VkpIconCell, vkp_icon_cell, GTK_TYPE_CELL_RENDERER)

void vkp_icon_cell_set(VkpIconCell *self, const char *icon_name, gboolean is_colored)
{
    self->icon_name = icon_name;
    self->is_colored = is_colored;
}

/* Never NULL: a missing icon is an empty shape. */
static cairo_surface_t *load_shape(const VkpIconCell *self, GtkWidget *widget)
{
    GtkIconTheme *theme = gtk_icon_theme_get_for_screen(gtk_widget_get_screen(widget));
    g_autoptr(GtkIconInfo) info = gtk_icon_theme_lookup_icon_for_scale(
        theme, self->icon_name, ICON_SIZE, self->scale, GTK_ICON_LOOKUP_FORCE_SIZE);
    const GdkRGBA opaque = {0, 0, 0, 1};
    g_autoptr(GdkPixbuf) pixbuf =
        info ? gtk_icon_info_load_symbolic(info, &opaque, NULL, NULL, NULL, NULL, NULL) : NULL;
    if (pixbuf)
        return gdk_cairo_surface_create_from_pixbuf(pixbuf, self->scale, NULL);
    return cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
}

static cairo_surface_t *get_shape(VkpIconCell *self, GtkWidget *widget)
{
    gint scale = gtk_widget_get_scale_factor(widget);
    if (scale != self->scale)
        g_hash_table_remove_all(self->shapes);
    self->scale = scale;
    cairo_surface_t *shape = g_hash_table_lookup(self->shapes, self->icon_name);
    if (!shape) {
        shape = load_shape(self, widget);
        g_hash_table_insert(self->shapes, (gpointer)self->icon_name, shape);
    }
    return shape;
}

static void vkp_icon_cell_render(GtkCellRenderer *cell, cairo_t *cr, GtkWidget *widget,
                                 const GdkRectangle *background G_GNUC_UNUSED,
                                 const GdkRectangle *area, GtkCellRendererState flags)
{
    VkpIconCell *self = VKP_ICON_CELL(cell);
    if (!self->icon_name)
        return;
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    GdkRGBA color;
    if (self->is_colored && !(flags & GTK_CELL_RENDERER_SELECTED))
        vkp_colors_leftover(widget, &color);
    else
        gtk_style_context_get_color(style, gtk_style_context_get_state(style), &color);
    gdk_cairo_set_source_rgba(cr, &color);
    /* Whole pixels, so that the shape stays sharp. */
    gint x = area->x + (area->width - ICON_SIZE) / 2;
    gint y = area->y + (area->height - ICON_SIZE) / 2;
    cairo_mask_surface(cr, get_shape(self, widget), x, y);
}

static void vkp_icon_cell_get_preferred_width(GtkCellRenderer *cell,
                                              GtkWidget *widget G_GNUC_UNUSED, gint *minimum,
                                              gint *natural)
{
    gint xpad;
    gtk_cell_renderer_get_padding(cell, &xpad, NULL);
    if (minimum)
        *minimum = ICON_SIZE + 2 * xpad;
    if (natural)
        *natural = ICON_SIZE + 2 * xpad;
}

static void vkp_icon_cell_get_preferred_height(GtkCellRenderer *cell G_GNUC_UNUSED,
                                               GtkWidget *widget G_GNUC_UNUSED, gint *minimum,
                                               gint *natural)
{
    if (minimum)
        *minimum = ICON_SIZE;
    if (natural)
        *natural = ICON_SIZE;
}

static void vkp_icon_cell_finalize(GObject *object)
{
    g_hash_table_unref(VKP_ICON_CELL(object)->shapes);
    G_OBJECT_CLASS(vkp_icon_cell_parent_class)->finalize(object);
}

static void vkp_icon_cell_class_init(VkpIconCellClass *class)
{
    GtkCellRendererClass *cell_class = GTK_CELL_RENDERER_CLASS(class);
    G_OBJECT_CLASS(class)->finalize = vkp_icon_cell_finalize;
    cell_class->render = vkp_icon_cell_render;
    cell_class->get_preferred_width = vkp_icon_cell_get_preferred_width;
    cell_class->get_preferred_height = vkp_icon_cell_get_preferred_height;
}

static void vkp_icon_cell_init(VkpIconCell *self)
{
    self->shapes =
        g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)cairo_surface_destroy);
}

GtkCellRenderer *vkp_icon_cell_new(void)
{
    return g_object_new(VKP_TYPE_ICON_CELL, "xpad", 3, NULL);
}
