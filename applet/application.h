/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

/* The program: one instance a session, living in the tray, with a window that comes and goes. */
#define VKP_TYPE_APPLICATION (vkp_application_get_type())
G_DECLARE_FINAL_TYPE(VkpApplication, vkp_application, VKP, APPLICATION, GtkApplication)

VkpApplication *vkp_application_new(void);

/* Set to "disable" by main() for GTK; not for programs that are started from here. */
#define VKP_NO_GL_VARIABLE "GDK_GL"
