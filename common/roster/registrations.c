/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/registrations.h"

static gboolean is_known(const GArray *known, VkpIdentity identity)
{
    for (guint i = 0; i < known->len; i++) {
        const VkpRegistration *one = &g_array_index(known, VkpRegistration, i);
        if (vkp_identity_equal(one->identity, identity))
            return TRUE;
    }
    return FALSE;
}

GArray *vkp_registrations_find_new(const VkpRoster *roster, const GArray *known)
{
    GArray *found = g_array_new(FALSE, FALSE, sizeof(VkpRegistration));
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        const VkpMember *member = vkp_roster_at(roster, i);
        if (member->tie.evidence != VKP_EVIDENCE_REGISTERED ||
            is_known(known, member->process->identity))
            continue;
        VkpRegistration registration = {member->process->identity, member->tie.execution_id};
        g_array_append_val(found, registration);
    }
    return found;
}

static gboolean follows(const VkpProcess *process, const VkpRegistration *registration)
{
    return (process->group == registration->identity.pid ||
            process->session == registration->identity.pid) &&
           process->identity.start_ticks >= registration->identity.start_ticks &&
           !vkp_process_is_dead(process);
}

gboolean vkp_registration_is_in_use(const VkpRegistration *registration,
                                    const VkpSnapshot *snapshot)
{
    const VkpProcess *holder = vkp_snapshot_lookup(snapshot, registration->identity.pid);
    if (holder && holder->identity.start_ticks != registration->identity.start_ticks)
        return FALSE; /* a pid is given anew only when its group and session are empty */
    if (holder && !vkp_process_is_dead(holder))
        return TRUE;
    for (guint i = 0; i < vkp_snapshot_size(snapshot); i++)
        if (follows(vkp_snapshot_at(snapshot, i), registration))
            return TRUE;
    return FALSE;
}
