/* SPDX-License-Identifier: Apache-2.0 */
#include "service/renew.h"

#include <string.h>

GArray *vkp_renew_dup_ports(VkpPorts *ports, VkpIdentity identity)
{
    const GArray *found = vkp_ports_of(ports, identity);
    if (found->len == 0)
        return NULL;
    GArray *copy = g_array_sized_new(FALSE, FALSE, sizeof(guint16), found->len);
    return g_array_append_vals(copy, found->data, found->len);
}

static gboolean has_these_ports(const VkpMember *member, VkpPorts *ports)
{
    const GArray *now = vkp_ports_of(ports, member->process->identity);
    guint n_before = member->ports ? member->ports->len : 0;
    return now->len == n_before && (n_before == 0 || memcmp(now->data, member->ports->data,
                                                            n_before * sizeof(guint16)) == 0);
}

static VkpMember *renew_member(VkpMember *member, const VkpTable *table, VkpPorts *ports)
{
    VkpProcess *process = vkp_table_lookup(table, member->process->identity);
    if (!process)
        process = member->process;
    gboolean keeps_ports = !ports || has_these_ports(member, ports);
    if (process == member->process && keeps_ports)
        return vkp_member_ref(member);
    VkpMember *renewed = vkp_member_new(vkp_process_ref(process));
    vkp_tie_copy(&renewed->tie, &member->tie);
    if (!keeps_ports)
        renewed->ports = vkp_renew_dup_ports(ports, process->identity);
    else if (member->ports)
        renewed->ports = g_array_ref(member->ports);
    return renewed;
}

VkpRoster *vkp_renew_roster(VkpRoster *roster, const VkpTable *table, VkpPorts *ports)
{
    g_autoptr(VkpRoster) renewed = vkp_roster_new();
    gboolean is_same = TRUE;
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        VkpMember *now = renew_member(member, table, ports);
        is_same = is_same && now == member;
        vkp_roster_add(renewed, now);
    }
    if (is_same)
        return vkp_roster_ref(roster);
    vkp_roster_seal(renewed);
    return g_steal_pointer(&renewed);
}
