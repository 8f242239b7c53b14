/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/view/plot.h"

#include <glib/gi18n.h>
#include <math.h>

#include "applet/view/colors.h"
#include "applet/view/figures.h"
#include "common/view/format.h"

struct _VkpPlot {
    GtkDrawingArea parent;
    VkpPlotKind kind;
    guint n_samples;
    VkpSample samples[VKP_HISTORY_LENGTH];
};

G_DEFINE_FINAL_TYPE(VkpPlot, vkp_plot, GTK_TYPE_DRAWING_AREA)

static double value_at(const VkpPlot *self, guint index)
{
    return self->kind == VKP_PLOT_CPU ? (double)self->samples[index].cpu_percent
                                      : (double)self->samples[index].memory_bytes;
}

/* The next of 1, 2, 5, 10 ... that is not below the value: a scale that seldom changes. */
static double round_up(double value)
{
    double power = pow(10, floor(log10(value)));
    double lead = value / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

static double find_scale(const VkpPlot *self)
{
    double greatest = self->kind == VKP_PLOT_CPU ? 100 : 1e6;
    for (guint i = 0; i < self->n_samples; i++)
        greatest = MAX(greatest, value_at(self, i));
    return isfinite(greatest) ? round_up(greatest) : 100;
}

static char *dup_value(const VkpPlot *self, double value)
{
    return self->kind == VKP_PLOT_CPU ? vkp_format_dup_percent(value)
                                      : vkp_format_dup_bytes((guint64)value);
}

static void draw_text(const VkpPlot *self, cairo_t *cr, double scale)
{
    GtkWidget *widget = GTK_WIDGET(self);
    g_autofree char *value = dup_value(self, scale);
    g_autofree char *top = vkp_figures_dup(value, gtk_widget_get_direction(widget));
    g_autoptr(PangoLayout) layout = gtk_widget_create_pango_layout(widget, top);
    g_autoptr(PangoAttrList) attributes = pango_attr_list_new();
    pango_attr_list_insert(attributes, pango_attr_scale_new(PANGO_SCALE_SMALL));
    pango_layout_set_attributes(layout, attributes);
    GdkRGBA color;
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    gtk_style_context_get_color(style, gtk_style_context_get_state(style), &color);
    color.alpha *= 0.7;
    gdk_cairo_set_source_rgba(cr, &color);
    gint width, height;
    pango_layout_get_pixel_size(layout, &width, &height);
    gboolean is_rtl = gtk_widget_get_direction(widget) == GTK_TEXT_DIR_RTL;
    cairo_move_to(cr, is_rtl ? gtk_widget_get_allocated_width(widget) - width - 4 : 4, 2);
    pango_cairo_show_layout(cr, layout);
}

static void trace_samples(const VkpPlot *self, cairo_t *cr, double width, double height,
                          double scale)
{
    gboolean is_rtl = gtk_widget_get_direction(GTK_WIDGET(self)) == GTK_TEXT_DIR_RTL;
    double step = width / (VKP_HISTORY_LENGTH - 1);
    for (guint i = 0; i < self->n_samples; i++) {
        double age = (double)(self->n_samples - 1 - i) * step;
        double share = CLAMP(value_at(self, i) / scale, 0, 1);
        cairo_line_to(cr, is_rtl ? age : width - age, height - 1 - share * (height - 2));
    }
    cairo_stroke_preserve(cr);
    double first = (double)(self->n_samples - 1) * step;
    cairo_line_to(cr, is_rtl ? 0 : width, height);
    cairo_line_to(cr, is_rtl ? first : width - first, height);
    cairo_close_path(cr);
}

static gboolean vkp_plot_draw(GtkWidget *widget, cairo_t *cr)
{
    VkpPlot *self = VKP_PLOT(widget);
    GtkStyleContext *style = gtk_widget_get_style_context(widget);
    gint width = gtk_widget_get_allocated_width(widget);
    gint height = gtk_widget_get_allocated_height(widget);
    gtk_render_background(style, cr, 0, 0, width, height);
    gtk_render_frame(style, cr, 0, 0, width, height);
    double scale = find_scale(self);
    GdkRGBA color;
    vkp_colors_plot(widget, &color);
    if (self->n_samples > 1) {
        gdk_cairo_set_source_rgba(cr, &color);
        cairo_set_line_width(cr, 1.5);
        cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
        trace_samples(self, cr, width, height, scale);
        color.alpha *= 0.25;
        gdk_cairo_set_source_rgba(cr, &color);
        cairo_fill(cr);
    }
    draw_text(self, cr, scale);
    return GDK_EVENT_PROPAGATE;
}

void vkp_plot_set_kind(VkpPlot *self, VkpPlotKind kind)
{
    self->kind = kind;
    atk_object_set_name(gtk_widget_get_accessible(GTK_WIDGET(self)),
                        kind == VKP_PLOT_CPU ? _("CPU over the last minute")
                                             : _("Memory over the last minute"));
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

void vkp_plot_show(VkpPlot *self, const VkpHistory *history, const char *key)
{
    self->n_samples = key ? vkp_history_copy(history, key, self->samples) : 0;
    g_autofree char *now =
        self->n_samples > 0 ? dup_value(self, value_at(self, self->n_samples - 1)) : NULL;
    atk_object_set_description(gtk_widget_get_accessible(GTK_WIDGET(self)), now ? now : "");
    gtk_widget_queue_draw(GTK_WIDGET(self));
}

static void vkp_plot_class_init(VkpPlotClass *class)
{
    GTK_WIDGET_CLASS(class)->draw = vkp_plot_draw;
    gtk_widget_class_set_accessible_role(GTK_WIDGET_CLASS(class), ATK_ROLE_CHART);
}

static void vkp_plot_init(VkpPlot *self)
{
    gtk_widget_set_size_request(GTK_WIDGET(self), 180, 56);
    GtkStyleContext *style = gtk_widget_get_style_context(GTK_WIDGET(self));
    gtk_style_context_add_class(style, GTK_STYLE_CLASS_VIEW);
    gtk_style_context_add_class(style, GTK_STYLE_CLASS_FRAME);
}
