/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/change.h"

void vkp_change_free(VkpChange *change)
{
    if (!change)
        return;
    vkp_member_unref(change->member);
    g_free(change);
}

static void free_change(gpointer data)
{
    vkp_change_free((VkpChange *)data);
}

static void add_change(GPtrArray *changes, VkpChangeKind kind, VkpMember *member)
{
    VkpChange *change = g_new0(VkpChange, 1);
    change->kind = kind;
    change->member = vkp_member_ref(member);
    g_ptr_array_add(changes, change);
}

GPtrArray *vkp_change_diff(const VkpRoster *before, const VkpRoster *after)
{
    GPtrArray *changes = g_ptr_array_new_with_free_func(free_change);
    for (guint i = 0; i < vkp_roster_size(before); i++) {
        VkpMember *old = vkp_roster_at(before, i);
        if (!vkp_roster_lookup(after, old->process->identity))
            add_change(changes, VKP_CHANGE_REMOVED, old);
    }
    for (guint i = 0; i < vkp_roster_size(after); i++) {
        VkpMember *now = vkp_roster_at(after, i);
        const VkpMember *old = vkp_roster_lookup(before, now->process->identity);
        if (!old)
            add_change(changes, VKP_CHANGE_ADDED, now);
        else if (vkp_member_differs(old, now))
            add_change(changes, VKP_CHANGE_CHANGED, now);
    }
    return changes;
}

VkpRoster *vkp_change_apply(const VkpRoster *roster, const VkpChange *change)
{
    VkpRoster *next = vkp_roster_new();
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        if (!vkp_identity_equal(member->process->identity, change->member->process->identity))
            vkp_roster_add(next, vkp_member_ref(member));
    }
    if (change->kind != VKP_CHANGE_REMOVED)
        vkp_roster_add(next, vkp_member_ref(change->member));
    vkp_roster_seal(next);
    return next;
}
