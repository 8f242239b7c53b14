/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/kill-operation.h"

/* Makes `view` show the victims of the operation with a tick for each, following the operation as
 * long as the view lives. */
void vkp_victim_list_setup(GtkTreeView *view, VkpKillOperation *operation);
