/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/ended.h"

#include "common/base/error.h"

gboolean vkp_has_ended(VkpReader *reader, VkpIdentity identity, GError **error)
{
    VkpStat stat;
    GError *failure = NULL;
    if (vkp_reader_read_stat(reader, identity.pid, &stat, &failure))
        return stat.start_ticks != identity.start_ticks ||
               vkp_state_is_dead(stat.state, stat.threads);
    if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_NOT_FOUND)) {
        g_error_free(failure);
        return TRUE;
    }
    g_propagate_error(error, failure);
    return FALSE;
}
