/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Whether the process is in a sandbox (Flatpak, or a confined snap), according to the proc file
 * system at `proc_root`. If the kernel does not let us look at the process, *is_inside is TRUE; if
 * we lack the resources to look, FALSE and error (LIMITS_EXCEEDED). */
gboolean vkp_sandbox_look(const char *proc_root, pid_t pid, gboolean *is_inside, GError **error);
