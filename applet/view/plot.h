/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "common/view/history.h"

/* CPU or memory of the last minute as a small chart with its scale. */
#define VKP_TYPE_PLOT (vkp_plot_get_type())
G_DECLARE_FINAL_TYPE(VkpPlot, vkp_plot, VKP, PLOT, GtkDrawingArea)

typedef enum {
    VKP_PLOT_CPU,
    VKP_PLOT_MEMORY,
} VkpPlotKind;

/* Sets what is drawn, and its name for screen readers; CPU by default. */
void vkp_plot_set_kind(VkpPlot *plot, VkpPlotKind kind);

/* Copies the samples of that row; key NULL empties the plot. */
void vkp_plot_show(VkpPlot *plot, const VkpHistory *history, const char *key);
