/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/roster/handmade.h"

#include <stdarg.h>

VkpMember *handmade_member(pid_t pid, guint64 start_ticks)
{
    VkpProcess *process = vkp_process_new();
    process->identity = (VkpIdentity){pid, start_ticks};
    process->parent_pid = 1;
    process->state = 'S';
    process->threads = 1;
    process->name = g_strdup("program");
    VkpMember *member = vkp_member_new(process);
    member->tie.evidence = VKP_EVIDENCE_ENVIRONMENT;
    member->tie.confidence = 90;
    member->tie.attempt_id = (VkpUuid){{1}};
    return member;
}

VkpRoster *handmade_roster(VkpMember *first, ...)
{
    VkpRoster *roster = vkp_roster_new();
    va_list members;
    va_start(members, first);
    for (VkpMember *member = first; member; member = va_arg(members, VkpMember *))
        vkp_roster_add(roster, member);
    va_end(members);
    vkp_roster_seal(roster);
    return roster;
}
