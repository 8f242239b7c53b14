/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/kill-operation.h"

/* Asks for confirmation of one operation: lists the exact victims, and shows which exit meanwhile.
 * Cancel is the default; Return, Escape and closing the dialog cancel. */
#define VKP_TYPE_CONFIRM_DIALOG (vkp_confirm_dialog_get_type())
G_DECLARE_FINAL_TYPE(VkpConfirmDialog, vkp_confirm_dialog, VKP, CONFIRM_DIALOG, GtkDialog)

/* The response for going ahead; any other means not to. */
#define VKP_RESPONSE_KILL 1

/* `operation` is CONFIRMING; `parent` may be NULL. */
VkpConfirmDialog *vkp_confirm_dialog_new(GtkWindow *parent, VkpKillOperation *operation);
