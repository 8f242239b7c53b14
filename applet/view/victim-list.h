/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gtk/gtk.h>

#include "applet/model/kill-job.h"

/* Makes `view` show the victims of the job with a tick for each, following the job as long as the
 * view lives. */
void vkp_victim_list_setup(GtkTreeView *view, VkpKillJob *job);
