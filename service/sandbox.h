/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Whether the process lives in a sandbox (Flatpak, or a confined snap), as seen through the proc
 * file system mounted at `proc_root`. When the process won't let us tell, *is_inside is TRUE; when
 * it is we who are short of what it takes to look, FALSE and error (LIMITS_EXCEEDED). */
gboolean vkp_sandbox_look(const char *proc_root, pid_t pid, gboolean *is_inside, GError **error);
