/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Figures alone ("59 %", "3000 5173 +2") have no direction of their own, and would be turned around
 * in a right-to-left language. */

gboolean vkp_figures_is(const char *text);

/* The text, with a mark before it that keeps figures in order where `direction` would turn them.
 * The caller frees it. */
char *vkp_figures_dup(const char *text, GtkTextDirection direction);
