/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* The application: one instance per session, with an icon in the tray and a window that can be
 * closed and shown again. */
#define VKP_TYPE_APPLICATION (vkp_application_get_type())
G_DECLARE_FINAL_TYPE(VkpApplication, vkp_application, VKP, APPLICATION, GtkApplication)

VkpApplication *vkp_application_new(void);

/* Set to "disable" by main() for GTK; removed from the environment of programs that we start. */
#define VKP_NO_GL_VARIABLE "GDK_GL"
