/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Names the button in the title bar of the window of shortcuts, which GTK leaves without. */
void vkp_shortcuts_name_search(GtkApplicationWindow *window);
