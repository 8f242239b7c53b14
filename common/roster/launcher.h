/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/process.h"

/* Whether the process only starts one other program and waits for it: npx, npm exec, sh -c, env,
 * timeout, and wrappers that start a program of their own name (`node .../bin/codex` starts codex).
 * `child` is one of its children. */
gboolean vkp_launcher_is(const VkpProcess *process, const VkpProcess *child);

/* Whether it is a shell, which may run a script or a single command. */
gboolean vkp_launcher_is_shell(const VkpProcess *process);
