/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/kill-operation.h"

/* Makes `view` show the victims of the operation with a check box for each, and keeps it up to date
 * as long as the view exists. */
void vkp_victim_list_setup(GtkTreeView *view, VkpKillOperation *operation);
