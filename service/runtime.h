/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/file.h"

/* Our folder for what must survive a crash, but not the session: the list of frozen processes. Only
 * one instance at a time uses it, whatever bus it is on, as a second one would thaw what the first
 * froze. */
typedef struct {
    VkpFd lock;
    char *frozen_path;
} VkpRuntime;

/* Makes the folder "vibekanban-processes" in `parent` ($XDG_RUNTIME_DIR) and locks it. FALSE and
 * error when that fails, when other users may write to it, or when another instance has it: then
 * nothing may be frozen. */
gboolean vkp_runtime_open(VkpRuntime *runtime, const char *parent, GError **error);
void vkp_runtime_close(VkpRuntime *runtime);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(VkpRuntime, vkp_runtime_close)

/* A closed one. */
#define VKP_RUNTIME_INIT                                                                           \
    {                                                                                              \
        -1, NULL                                                                                   \
    }
