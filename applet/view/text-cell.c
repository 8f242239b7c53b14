/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/text-cell.h"

#include "applet/view/colors.h"
#include "applet/view/figures.h"

/* More than are on a screen; then all are dropped, which is simpler than choosing. */
#define MAX_LAYOUTS 512

struct _VkpTextCell {
    GtkCellRendererText parent;
    char *text;
    VkpTextStyle style;
    float xalign;
    PangoEllipsizeMode ellipsize;
    GHashTable *layouts;   /* PangoLayout, by what it shows, see dup_key() */
    guint context_serial;  /* of the layouts: another font, scale or language makes them void */
    PangoContext *context; /* whose serial it is; borrowed */
};

G_DEFINE_FINAL_TYPE(VkpTextCell, vkp_text_cell, GTK_TYPE_CELL_RENDERER_TEXT)

void vkp_text_cell_set(VkpTextCell *self, const char *text, VkpTextStyle style)
{
    self->style = style;
    if (g_strcmp0(text, self->text) == 0)
        return;
    g_free(self->text);
    self->text = g_strdup(text);
    g_object_set(self, "text", text, NULL); /* for accessibility */
}

/* Everything that is part of a layout; colours are not among it, but how far they are dimmed is. */
static char *dup_key(const VkpTextCell *self, gint width, guint16 dim_alpha)
{
    return g_strdup_printf("%d %u %u %u %d %d %s", width, dim_alpha, self->style.n_bold,
                           self->style.n_plain, self->style.ends_in_count, self->style.is_italic,
                           self->text);
}

static PangoAttrList *make_attributes(const VkpTextStyle *style, guint16 dim_alpha)
{
    PangoAttrList *attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_font_features_new("tnum=1"));
    if (style->is_italic)
        pango_attr_list_insert(attributes, pango_attr_style_new(PANGO_STYLE_ITALIC));
    if (style->n_bold) {
        PangoAttribute *bold = pango_attr_weight_new(PANGO_WEIGHT_SEMIBOLD);
        bold->end_index = style->n_bold;
        pango_attr_list_insert(attributes, bold);
    }
    if (style->n_plain) {
        PangoAttribute *dim = pango_attr_foreground_alpha_new(dim_alpha);
        dim->start_index = style->n_plain;
        pango_attr_list_insert(attributes, dim);
    }
    return attributes;
}

/* Whether the text runs against its widget, as a command in a right-to-left language does: by its
 * first letter, as Pango decides it too. */
static gboolean runs_against(PangoLayout *layout, gboolean is_rtl)
{
    const char *text = pango_layout_get_text(layout);
    for (const char *at = text; *at; at = g_utf8_next_char(at))
        if (g_unichar_isalpha(g_utf8_get_char(at)))
            return (pango_layout_get_direction(layout, (int)(at - text)) == PANGO_DIRECTION_RTL) !=
                   is_rtl;
    return FALSE;
}

/* The end of the plain part stays in sight: there is no room for anything after it. */
static void keep_count(PangoLayout *layout, const VkpTextCell *self, gint width)
{
    gint plain;
    pango_layout_set_text(layout, self->text, (int)self->style.n_plain);
    pango_layout_get_pixel_size(layout, &plain, NULL);
    if (plain > width)
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_MIDDLE);
    else
        pango_layout_set_text(layout, self->text, -1);
}

static PangoLayout *make_layout(const VkpTextCell *self, GtkWidget *widget, gint width,
                                guint16 dim_alpha)
{
    GtkTextDirection direction = gtk_widget_get_direction(widget);
    gboolean is_rtl = direction == GTK_TEXT_DIR_RTL;
    /* A text with styles keeps its bytes where they are. */
    gboolean is_figures = self->style.n_plain == 0 && vkp_figures_is(self->text);
    gboolean is_turned = is_rtl && is_figures;
    g_autofree char *turned = is_turned ? vkp_figures_dup(self->text, direction) : NULL;
    PangoLayout *layout = gtk_widget_create_pango_layout(widget, turned ? turned : self->text);
    g_autoptr(PangoAttrList) attributes = make_attributes(&self->style, dim_alpha);
    pango_layout_set_attributes(layout, attributes);
    pango_layout_set_ellipsize(layout, self->ellipsize);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    if (self->style.ends_in_count)
        keep_count(layout, self, width);
    pango_layout_set_width(layout, width * PANGO_SCALE);
    /* The side is the widget's matter; Pango turns it around for a text that runs against it. */
    gboolean is_right = (self->xalign > 0.5f) != is_rtl;
    gboolean is_against = is_turned || runs_against(layout, is_rtl);
    pango_layout_set_alignment(layout,
                               is_right != is_against ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    return layout;
}

static PangoLayout *get_layout(VkpTextCell *self, GtkWidget *widget, gint width,
                               gboolean is_selected)
{
    PangoContext *context = gtk_widget_get_pango_context(widget);
    guint serial = pango_context_get_serial(context);
    if (context != self->context || serial != self->context_serial ||
        g_hash_table_size(self->layouts) > MAX_LAYOUTS)
        g_hash_table_remove_all(self->layouts);
    self->context = context;
    self->context_serial = serial;
    double alpha = vkp_colors_dim_alpha(self->style.is_colored, is_selected);
    guint16 dim_alpha = (guint16)(alpha * G_MAXUINT16);
    g_autofree char *key = dup_key(self, width, dim_alpha);
    PangoLayout *layout = g_hash_table_lookup(self->layouts, key);
    if (!layout) {
        layout = make_layout(self, widget, width, dim_alpha);
        g_hash_table_insert(self->layouts, g_steal_pointer(&key), layout);
    }
    return layout;
}

static void get_color(const VkpTextCell *self, GtkWidget *widget, GtkCellRendererState flags,
                      GdkRGBA *color)
{
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    if (self->style.is_colored && !(flags & GTK_CELL_RENDERER_SELECTED))
        vkp_colors_leftover(widget, color);
    else
        gtk_style_context_get_color(style, gtk_style_context_get_state(style), color);
}

static void vkp_text_cell_render(GtkCellRenderer *cell, cairo_t *cr, GtkWidget *widget,
                                 const GdkRectangle *background G_GNUC_UNUSED,
                                 const GdkRectangle *area, GtkCellRendererState flags)
{
    VkpTextCell *self = VKP_TEXT_CELL(cell);
    gint xpad;
    gtk_cell_renderer_get_padding(cell, &xpad, NULL);
    gint width = area->width - 2 * xpad;
    if (!self->text || !*self->text || width <= 0)
        return;
    PangoLayout *layout =
        get_layout(self, widget, width, (flags & GTK_CELL_RENDERER_SELECTED) != 0);
    gint height;
    pango_layout_get_pixel_size(layout, NULL, &height);
    GdkRGBA color;
    get_color(self, widget, flags, &color);
    cairo_save(cr);
    gdk_cairo_rectangle(cr, area);
    cairo_clip(cr);
    gdk_cairo_set_source_rgba(cr, &color);
    gint y = area->y + (area->height - height) / 2;
    cairo_move_to(cr, area->x + xpad, y);
    pango_cairo_show_layout(cr, layout);
    cairo_restore(cr);
}

static void vkp_text_cell_finalize(GObject *object)
{
    VkpTextCell *self = VKP_TEXT_CELL(object);
    g_hash_table_unref(self->layouts);
    g_free(self->text);
    G_OBJECT_CLASS(vkp_text_cell_parent_class)->finalize(object);
}

static void vkp_text_cell_class_init(VkpTextCellClass *class)
{
    G_OBJECT_CLASS(class)->finalize = vkp_text_cell_finalize;
    GTK_CELL_RENDERER_CLASS(class)->render = vkp_text_cell_render;
}

static void vkp_text_cell_init(VkpTextCell *self)
{
    self->layouts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref);
}

GtkCellRenderer *vkp_text_cell_new(float xalign, PangoEllipsizeMode ellipsize)
{
    VkpTextCell *self = g_object_new(VKP_TYPE_TEXT_CELL, "xalign", xalign, NULL);
    self->xalign = xalign;
    self->ellipsize = ellipsize;
    return GTK_CELL_RENDERER(self);
}
