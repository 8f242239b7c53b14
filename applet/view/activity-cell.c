/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/activity-cell.h"

#include "applet/view/colors.h"

struct _VkpActivityCell {
    GtkCellRenderer parent;
    guint n_samples;
    VkpSample samples[VKP_HISTORY_LENGTH];
};

G_DEFINE_FINAL_TYPE(VkpActivityCell, vkp_activity_cell, GTK_TYPE_CELL_RENDERER)

#define MIN_WIDTH 60

/* Below this much of a core the line is not stretched to full height: noise would look like work.
 */
#define FULL_SCALE_PERCENT 20.0f

void vkp_activity_cell_set_row(VkpActivityCell *self, const VkpHistory *history, const char *key)
{
    self->n_samples = vkp_history_copy(history, key, self->samples);
}

static float find_scale(const VkpActivityCell *self)
{
    float scale = FULL_SCALE_PERCENT;
    for (guint i = 0; i < self->n_samples; i++)
        scale = MAX(scale, self->samples[i].cpu_percent);
    return scale;
}

/* The newest sample is at the end of the reading direction's line: at the right, or at the left for
 * right-to-left languages. */
static double sample_x(const VkpActivityCell *self, guint index, const GdkRectangle *area,
                       gboolean is_rtl)
{
    double step = (double)area->width / (VKP_HISTORY_LENGTH - 1);
    double age = (double)(self->n_samples - 1 - index) * step;
    return is_rtl ? area->x + age : area->x + area->width - age;
}

static void trace_line(const VkpActivityCell *self, cairo_t *cr, const GdkRectangle *area,
                       gboolean is_rtl)
{
    double scale = find_scale(self);
    for (guint i = 0; i < self->n_samples; i++) {
        double share = CLAMP((double)self->samples[i].cpu_percent / scale, 0.0, 1.0);
        cairo_line_to(cr, sample_x(self, i, area, is_rtl),
                      area->y + area->height - 0.5 - share * (area->height - 1));
    }
}

static void vkp_activity_cell_render(GtkCellRenderer *cell, cairo_t *cr, GtkWidget *widget,
                                     const GdkRectangle *background G_GNUC_UNUSED,
                                     const GdkRectangle *area, GtkCellRendererState flags)
{
    VkpActivityCell *self = VKP_ACTIVITY_CELL(cell);
    if (self->n_samples < 2)
        return;
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    GdkRGBA color;
    if (flags & GTK_CELL_RENDERER_SELECTED)
        gtk_style_context_get_color(style, gtk_style_context_get_state(style), &color);
    else
        vkp_colors_plot(widget, &color);
    gboolean is_rtl = gtk_widget_get_direction(widget) == GTK_TEXT_DIR_RTL;
    GdkRectangle inner = {area->x + 2, area->y + 3, area->width - 4, area->height - 6};
    if (inner.width <= 0 || inner.height <= 0)
        return;
    cairo_save(cr);
    gdk_cairo_rectangle(cr, area);
    cairo_clip(cr);
    trace_line(self, cr, &inner, is_rtl);
    gdk_cairo_set_source_rgba(cr, &color);
    cairo_set_line_width(cr, 1.25);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke_preserve(cr);
    cairo_line_to(cr, sample_x(self, self->n_samples - 1, &inner, is_rtl), inner.y + inner.height);
    cairo_line_to(cr, sample_x(self, 0, &inner, is_rtl), inner.y + inner.height);
    cairo_close_path(cr);
    color.alpha *= 0.25;
    gdk_cairo_set_source_rgba(cr, &color);
    cairo_fill(cr);
    cairo_restore(cr);
}

static void vkp_activity_cell_get_preferred_width(GtkCellRenderer *cell G_GNUC_UNUSED,
                                                  GtkWidget *widget G_GNUC_UNUSED, gint *minimum,
                                                  gint *natural)
{
    if (minimum)
        *minimum = MIN_WIDTH;
    if (natural)
        *natural = MIN_WIDTH;
}

static void vkp_activity_cell_class_init(VkpActivityCellClass *class)
{
    GtkCellRendererClass *cell_class = GTK_CELL_RENDERER_CLASS(class);
    cell_class->render = vkp_activity_cell_render;
    cell_class->get_preferred_width = vkp_activity_cell_get_preferred_width;
}

static void vkp_activity_cell_init(VkpActivityCell *self G_GNUC_UNUSED)
{
}

GtkCellRenderer *vkp_activity_cell_new(void)
{
    return g_object_new(VKP_TYPE_ACTIVITY_CELL, NULL);
}
