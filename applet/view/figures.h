/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Texts of figures only ("59 %", "3000 5173 +2") have no direction of their own: in a right-to-left
 * language they would be shown in reverse order. */

gboolean vkp_figures_is(const char *text);

/* The text, after a left-to-right mark if it is of figures only and `direction` is right-to-left.
 * The caller frees it. */
char *vkp_figures_dup(const char *text, GtkTextDirection direction);
