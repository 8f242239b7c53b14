/* SPDX-License-Identifier: Apache-2.0 */
#include "service/registrant.h"

#include "common/base/error.h"

static gboolean read_process(VkpReader *reader, pid_t pid, VkpStat *stat, uid_t *owner,
                             GError **error)
{
    GError *failure = NULL;
    if (vkp_reader_read_stat(reader, pid, stat, &failure) &&
        vkp_reader_read_uid(reader, pid, owner, &failure))
        return TRUE;
    if (g_error_matches(failure, VKP_ERROR, VKP_ERROR_NOT_FOUND)) {
        g_error_free(failure);
        failure = g_error_new(VKP_ERROR, VKP_ERROR_NOT_FOUND, "There is no process %d", pid);
    }
    g_propagate_error(error, failure);
    return FALSE;
}

gboolean vkp_registrant_read(VkpReader *reader, pid_t pid, uid_t user, VkpIdentity *identity,
                             GError **error)
{
    VkpStat stat;
    uid_t owner;
    if (!read_process(reader, pid, &stat, &owner, error))
        return FALSE;
    *identity = (VkpIdentity){pid, stat.start_ticks};
    if (vkp_state_is_dead(stat.state, stat.threads))
        g_set_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND, "Process %d has ended", pid);
    else if (owner != user)
        g_set_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED,
                    "Process %d belongs to another user", pid);
    else
        return TRUE;
    return FALSE;
}
