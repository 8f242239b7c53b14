/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/manager.h"

/* What a List of everything would bring. */

/* Borrowed from the manager until its next refresh; the caller frees the array. */
static inline GPtrArray *list_members(const VkpManager *manager)
{
    VkpFilter everything = {0};
    return vkp_manager_filter(manager, &everything);
}

static inline guint n_members(const VkpManager *manager)
{
    g_autoptr(GPtrArray) members = list_members(manager);
    return members->len;
}

/* Likewise borrowed. NULL: it is none. */
static inline const VkpMember *find_member(const VkpManager *manager, pid_t pid)
{
    g_autoptr(GPtrArray) members = list_members(manager);
    for (guint i = 0; i < members->len; i++) {
        const VkpMember *member = (const VkpMember *)g_ptr_array_index(members, i);
        if (member->process->identity.pid == pid)
            return member;
    }
    return NULL;
}
