/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Whether the process lives in a sandbox (Flatpak, or a confined snap), as seen through the proc
 * file system mounted at `proc_root`. When that can't be told the answer is TRUE. */
gboolean vkp_sandbox_holds(const char *proc_root, pid_t pid);
