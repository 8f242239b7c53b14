/* SPDX-License-Identifier: Apache-2.0 */
#include "service/member-set.h"

#include "common/kill/plan.h"

GHashTable *vkp_member_set_new(void)
{
    return g_hash_table_new_full(vkp_identity_hash, vkp_identity_equal_keys, NULL,
                                 (GDestroyNotify)vkp_member_unref);
}

/* The key is inside the member. */
void vkp_member_set_add(GHashTable *set, VkpMember *member)
{
    VkpMember *added = vkp_member_ref(member);
    g_hash_table_replace(set, &added->process->identity, added);
}

GPtrArray *vkp_member_set_take_all(GHashTable *set)
{
    GPtrArray *members = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_member_unref);
    GHashTableIter iterator;
    gpointer member;
    g_hash_table_iter_init(&iterator, set);
    while (g_hash_table_iter_next(&iterator, NULL, &member)) {
        g_ptr_array_add(members, member);
        g_hash_table_iter_steal(&iterator);
    }
    vkp_plan_sort(members);
    return members;
}
