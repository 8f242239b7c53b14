/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/settings.h"

/* Gives a new window the last saved size; if there is none, one that suits the size of the text. */
void vkp_window_size_restore(GtkWindow *window, VkpSettings *settings);

/* Saves the size of a window that is shown. */
void vkp_window_size_save(GtkWindow *window, VkpSettings *settings);
