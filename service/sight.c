/* SPDX-License-Identifier: Apache-2.0 */
#include "service/sight.h"

#include <unistd.h>

const char *vkp_degraded_to_string(VkpDegraded degraded)
{
    switch (degraded) {
    case VKP_DEGRADED_ENVIRONMENT_HIDDEN:
        return "environment_hidden";
    case VKP_DEGRADED_FOLDER_HIDDEN:
        return "folder_hidden";
    case VKP_DEGRADED_REGISTRY_UNAVAILABLE:
        return "registry_unavailable";
    case VKP_DEGRADED_ROWS_SKIPPED:
        return "rows_skipped";
    }
    g_return_val_if_reached("unknown");
}

/* In a user namespace of our own we could kill what we may not look at: every tie would be missed,
 * and nobody would know why. So: do we see the environment and folder of anyone but ourselves? */
guint vkp_sight_find_hidden(const VkpSnapshot *snapshot, uid_t uid)
{
    pid_t ourselves = getpid();
    guint n_others = 0;
    gboolean sees_environment = FALSE;
    gboolean sees_folder = FALSE;
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++) {
        const VkpProcess *process = vkp_snapshot_at(snapshot, i);
        if (process->uid != uid || process->is_kernel_thread ||
            process->identity.pid == ourselves || vkp_process_is_dead(process))
            continue;
        n_others++;
        sees_environment |= process->image && process->image->environment_known;
        sees_folder |= process->folder != NULL;
    }
    if (n_others == 0)
        return 0;
    return (sees_environment ? 0u : VKP_DEGRADED_ENVIRONMENT_HIDDEN) |
           (sees_folder ? 0u : VKP_DEGRADED_FOLDER_HIDDEN);
}
