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

static VkpProcess *find_process(const VkpMember *member, const VkpTable *table)
{
    VkpProcess *process = vkp_table_lookup(table, member->process->identity);
    return process ? process : member->process;
}

static VkpMember *renew_member(VkpMember *member, const VkpTable *table, VkpPorts *ports)
{
    VkpProcess *process = find_process(member, table);
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

static gboolean is_current(VkpRoster *roster, const VkpTable *table, VkpPorts *ports)
{
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        const VkpMember *member = vkp_roster_at(roster, i);
        if (find_process(member, table) != member->process ||
            (ports && !has_these_ports(member, ports)))
            return FALSE;
    }
    return TRUE;
}

VkpRoster *vkp_renew_roster(VkpRoster *roster, const VkpTable *table, VkpPorts *ports)
{
    if (is_current(roster, table, ports))
        return vkp_roster_ref(roster);
    VkpRoster *renewed = vkp_roster_new();
    for (guint i = 0; i < vkp_roster_size(roster); i++)
        vkp_roster_add(renewed, renew_member(vkp_roster_at(roster, i), table, ports));
    vkp_roster_seal(renewed);
    return renewed;
}
