/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/member.h"

#include <string.h>

VkpMember *vkp_member_new(VkpProcess *process)
{
    VkpMember *member = g_atomic_rc_box_new0(VkpMember);
    member->process = process;
    return member;
}

VkpMember *vkp_member_ref(VkpMember *member)
{
    return g_atomic_rc_box_acquire(member);
}

static void clear_tie(VkpTie *tie)
{
    g_free(tie->project_name);
    g_free(tie->task_title);
    g_free(tie->attempt_name);
    g_free(tie->branch);
    g_free(tie->agent);
}

void vkp_tie_copy(VkpTie *tie, const VkpTie *from)
{
    *tie = *from;
    tie->project_name = g_strdup(from->project_name);
    tie->task_title = g_strdup(from->task_title);
    tie->attempt_name = g_strdup(from->attempt_name);
    tie->branch = g_strdup(from->branch);
    tie->agent = g_strdup(from->agent);
}

static void clear_member(gpointer data)
{
    VkpMember *member = (VkpMember *)data;
    vkp_process_unref(member->process);
    if (member->ports)
        g_array_unref(member->ports);
    clear_tie(&member->tie);
}

void vkp_member_unref(VkpMember *member)
{
    if (member)
        g_atomic_rc_box_release_full(member, clear_member);
}

void vkp_tie_set_string(char **field, const char *value)
{
    char *copy = g_strdup(value); /* first: `value` may be the old one */
    g_free(*field);
    *field = copy;
}

gboolean vkp_member_is_weak(const VkpMember *member)
{
    return member->tie.confidence < VKP_CONFIDENCE_STRONG;
}

/* Running, sleeping, waiting for the disk and idling alternate many times a second and tell of CPU
 * use alone; being stopped, traced or dead is news. */
static char state_class(char state)
{
    if (memchr("RSDI", state, 4))
        return 'R';
    return state;
}

static gboolean folders_differ(const VkpFolder *a, const VkpFolder *b)
{
    if (a == b)
        return FALSE;
    return !a || !b || a->deleted != b->deleted || g_strcmp0(a->path, b->path) != 0;
}

static gboolean commands_differ(const VkpImage *a, const VkpImage *b)
{
    if (a == b)
        return FALSE;
    if (!a || !b || a->command_cut != b->command_cut || !a->command != !b->command)
        return TRUE;
    return a->command &&
           !g_strv_equal((const char *const *)a->command, (const char *const *)b->command);
}

static gboolean processes_differ(const VkpProcess *a, const VkpProcess *b)
{
    if (a == b)
        return FALSE;
    return !vkp_identity_equal(a->identity, b->identity) || a->parent_pid != b->parent_pid ||
           state_class(a->state) != state_class(b->state) || a->threads != b->threads ||
           g_strcmp0(a->name, b->name) != 0 || folders_differ(a->folder, b->folder) ||
           commands_differ(a->image, b->image);
}

static gboolean ports_differ(const GArray *a, const GArray *b)
{
    guint a_length = a ? a->len : 0;
    guint b_length = b ? b->len : 0;
    if (a_length != b_length)
        return TRUE;
    return a_length > 0 && memcmp(a->data, b->data, a_length * sizeof(guint16)) != 0;
}

static gboolean ties_differ(const VkpTie *a, const VkpTie *b)
{
    return a->evidence != b->evidence || a->confidence != b->confidence || a->kind != b->kind ||
           !a->is_executor != !b->is_executor || !a->is_protected != !b->is_protected ||
           !a->is_shared_daemon != !b->is_shared_daemon ||
           a->leftover_reason != b->leftover_reason || a->execution_status != b->execution_status ||
           !vkp_uuid_equal(&a->execution_id, &b->execution_id) ||
           !vkp_uuid_equal(&a->attempt_id, &b->attempt_id) ||
           !vkp_uuid_equal(&a->task_id, &b->task_id) ||
           !vkp_uuid_equal(&a->project_id, &b->project_id) ||
           g_strcmp0(a->project_name, b->project_name) != 0 ||
           g_strcmp0(a->task_title, b->task_title) != 0 ||
           g_strcmp0(a->attempt_name, b->attempt_name) != 0 ||
           g_strcmp0(a->branch, b->branch) != 0 || g_strcmp0(a->agent, b->agent) != 0;
}

gboolean vkp_member_differs(const VkpMember *a, const VkpMember *b)
{
    return a != b && (processes_differ(a->process, b->process) ||
                      ports_differ(a->ports, b->ports) || ties_differ(&a->tie, &b->tie));
}
