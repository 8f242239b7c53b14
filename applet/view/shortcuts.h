/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Gives an accessible name to the search button of the shortcuts window, which GTK leaves without
 * one. */
void vkp_shortcuts_name_search(GtkApplicationWindow *window);
