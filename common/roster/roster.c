/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/roster.h"

struct VkpRoster {
    GPtrArray *members;      /* VkpMember, owned; sorted once sealed */
    GHashTable *by_identity; /* VkpIdentity * inside a member's process -> VkpMember; once sealed */
    GHashTable *by_pid;      /* pid -> VkpMember, the youngest; once sealed */
    GArray *borrowed;        /* VkpBorrowedMarks */
    GArray *shelters;        /* VkpShelter */
    guint n_executors;
    guint n_leftovers;
};

static void unref_member(gpointer data)
{
    vkp_member_unref((VkpMember *)data);
}

VkpRoster *vkp_roster_new(void)
{
    VkpRoster *roster = g_atomic_rc_box_new0(VkpRoster);
    roster->members = g_ptr_array_new_with_free_func(unref_member);
    roster->borrowed = g_array_new(FALSE, FALSE, sizeof(VkpBorrowedMarks));
    roster->shelters = g_array_new(FALSE, FALSE, sizeof(VkpShelter));
    return roster;
}

void vkp_roster_add(VkpRoster *roster, VkpMember *member)
{
    g_ptr_array_add(roster->members, member);
}

void vkp_roster_add_borrowed(VkpRoster *roster, const VkpBorrowedMarks *borrowed)
{
    g_array_append_vals(roster->borrowed, borrowed, 1);
}

void vkp_roster_add_shelter(VkpRoster *roster, const VkpShelter *shelter)
{
    g_array_append_vals(roster->shelters, shelter, 1);
}

static gint compare_members(gconstpointer a, gconstpointer b)
{
    const VkpMember *left = *(VkpMember *const *)a;
    const VkpMember *right = *(VkpMember *const *)b;
    return vkp_identity_compare_start(left->process->identity, right->process->identity);
}

/* Of members with one identity the last one added stays. */
static void drop_repeated(GPtrArray *members)
{
    guint kept = 0;
    for (guint i = 0; i < members->len; i++) {
        gpointer member = members->pdata[i];
        if (kept > 0 && compare_members(&members->pdata[kept - 1], &member) == 0)
            vkp_member_unref((VkpMember *)members->pdata[--kept]);
        members->pdata[kept++] = member;
    }
    for (guint i = kept; i < members->len; i++)
        members->pdata[i] = NULL; /* moved or unreferenced above */
    g_ptr_array_set_size(members, (gint)kept);
}

static void count_member(VkpRoster *roster, VkpMember *member)
{
    roster->n_executors += member->tie.is_executor ? 1 : 0;
    roster->n_leftovers += member->tie.leftover_reason != VKP_LEFTOVER_NONE ? 1 : 0;
}

void vkp_roster_seal(VkpRoster *roster)
{
    g_ptr_array_sort(roster->members, compare_members); /* GLib's is stable */
    drop_repeated(roster->members);
    roster->by_identity = g_hash_table_new(vkp_identity_hash, vkp_identity_equal_keys);
    roster->by_pid = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < roster->members->len; i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        g_hash_table_insert(roster->by_identity, &member->process->identity, member);
        g_hash_table_insert(roster->by_pid, GINT_TO_POINTER(member->process->identity.pid), member);
        count_member(roster, member);
    }
}

VkpRoster *vkp_roster_ref(VkpRoster *roster)
{
    return g_atomic_rc_box_acquire(roster);
}

static void clear_roster(gpointer data)
{
    VkpRoster *roster = (VkpRoster *)data;
    g_clear_pointer(&roster->by_identity, g_hash_table_unref);
    g_clear_pointer(&roster->by_pid, g_hash_table_unref);
    g_ptr_array_unref(roster->members);
    g_array_unref(roster->borrowed);
    g_array_unref(roster->shelters);
}

void vkp_roster_unref(VkpRoster *roster)
{
    if (roster)
        g_atomic_rc_box_release_full(roster, clear_roster);
}

guint vkp_roster_size(const VkpRoster *roster)
{
    return roster->members->len;
}

VkpMember *vkp_roster_at(const VkpRoster *roster, guint index)
{
    return (VkpMember *)g_ptr_array_index(roster->members, index);
}

VkpMember *vkp_roster_lookup(const VkpRoster *roster, VkpIdentity id)
{
    return (VkpMember *)g_hash_table_lookup(roster->by_identity, &id);
}

VkpMember *vkp_roster_lookup_pid(const VkpRoster *roster, pid_t pid)
{
    return (VkpMember *)g_hash_table_lookup(roster->by_pid, GINT_TO_POINTER(pid));
}

guint vkp_roster_n_executors(const VkpRoster *roster)
{
    return roster->n_executors;
}

guint vkp_roster_n_leftovers(const VkpRoster *roster)
{
    return roster->n_leftovers;
}

const GArray *vkp_roster_borrowed(const VkpRoster *roster)
{
    return roster->borrowed;
}

const GArray *vkp_roster_shelters(const VkpRoster *roster)
{
    return roster->shelters;
}
