/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Typing in the list searches. */

/* Makes `entry` the search field of `bar`. */
void vkp_type_ahead_setup(GtkSearchBar *bar, GtkEntry *entry);

/* For a key pressed outside the field: letters are put into it, and it gets the focus. Returns
 * whether the key was used. */
gboolean vkp_type_ahead_handle(GtkSearchBar *bar, GtkEntry *entry, GdkEventKey *event);
