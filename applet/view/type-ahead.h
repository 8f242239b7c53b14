/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* Typing in the list searches. */

/* Makes `entry` the field of `bar`. */
void vkp_type_ahead_setup(GtkSearchBar *bar, GtkEntry *entry);

/* A key pressed outside of the field: letters go into it, and the keyboard follows. Returns whether
 * the key is used up. */
gboolean vkp_type_ahead_handle(GtkSearchBar *bar, GtkEntry *entry, GdkEventKey *event);
