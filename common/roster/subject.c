/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/subject.h"

#include "common/roster/server-name.h"

gint vkp_inquiry_find(const VkpInquiry *inquiry, pid_t pid)
{
    return vkp_snapshot_find(inquiry->input->snapshot, pid);
}

static GHashTable *to_set(const GArray *pids)
{
    GHashTable *set = g_hash_table_new(NULL, NULL);
    for (guint i = 0; pids && i < pids->len; i++)
        g_hash_table_add(set, GINT_TO_POINTER(g_array_index(pids, pid_t, i)));
    return set;
}

static void begin_subject(const VkpRosterInput *input, VkpSubject *subject, VkpProcess *process)
{
    subject->process = process;
    subject->is_candidate = process->uid == input->uid && !process->is_kernel_thread;
    if (input->protection)
        subject->protection = vkp_protect_of(input->protection, process->identity);
    subject->is_boundary =
        subject->protection != VKP_PROTECTION_NONE || vkp_protect_is_manager(process);
    subject->is_shared =
        subject->is_candidate && vkp_shared_daemons_include(input->shared_daemons, process);
    subject->source = VKP_NOBODY;
    subject->shelter = VKP_NOBODY;
    subject->server_above = VKP_NOBODY;
    subject->other_server_above = VKP_NOBODY;
}

static void mark_servers(VkpInquiry *inquiry)
{
    g_autoptr(GHashTable) servers = to_set(inquiry->input->servers);
    g_autoptr(GHashTable) others = to_set(inquiry->input->other_servers);
    for (guint i = 0; i < inquiry->n; i++) {
        VkpSubject *subject = &inquiry->subjects[i];
        gpointer pid = GINT_TO_POINTER(subject->process->identity.pid);
        if (vkp_process_is_dead(subject->process))
            continue;
        subject->is_server = g_hash_table_contains(servers, pid);
        subject->is_other_server = g_hash_table_contains(others, pid);
        subject->is_boundary = subject->is_boundary || subject->is_server;
    }
}

/* Whoever has the pid, unless it is younger than `process`: then the pid was reused. */
static gint find_older(const VkpInquiry *inquiry, const VkpProcess *process, pid_t pid)
{
    gint index = pid > 0 ? vkp_inquiry_find(inquiry, pid) : VKP_NOBODY;
    const VkpSubject *found = vkp_subject_at(inquiry, index);
    if (!found || found->process->identity.start_ticks > process->identity.start_ticks)
        return VKP_NOBODY;
    return index;
}

/* Mostly groups and sessions are those of the parent, whose leaders are known already. */
static void find_leaders(const VkpInquiry *inquiry, gint index, VkpSubject *subject)
{
    const VkpProcess *process = subject->process;
    const VkpSubject *parent =
        subject->parent < index ? vkp_subject_at(inquiry, subject->parent) : NULL;
    if (process->group == process->identity.pid)
        subject->group_leader = index;
    else if (parent && parent->process->group == process->group)
        subject->group_leader = parent->group_leader;
    else
        subject->group_leader = find_older(inquiry, process, process->group);

    if (process->session == process->group)
        subject->session_leader = subject->group_leader;
    else if (parent && parent->process->session == process->session)
        subject->session_leader = parent->session_leader;
    else
        subject->session_leader = find_older(inquiry, process, process->session);
}

static void join_orphan_group(VkpInquiry *inquiry, const VkpProcess *member, pid_t leader)
{
    if (leader <= 0 || vkp_inquiry_find(inquiry, leader) != VKP_NOBODY)
        return;
    gpointer key = GINT_TO_POINTER(leader);
    VkpOrphanGroup *group = (VkpOrphanGroup *)g_hash_table_lookup(inquiry->orphan_groups, key);
    if (!group) {
        group = g_new0(VkpOrphanGroup, 1);
        group->oldest_ticks = G_MAXUINT64;
        group->oldest_usec = G_MAXUINT64;
        g_hash_table_insert(inquiry->orphan_groups, key, group);
    }
    group->oldest_ticks = MIN(group->oldest_ticks, member->identity.start_ticks);
    group->oldest_usec = MIN(group->oldest_usec, member->start_time_usec);
}

static void link_subject(VkpInquiry *inquiry, gint index)
{
    VkpSubject *subject = &inquiry->subjects[index];
    const VkpProcess *process = subject->process;
    subject->parent = find_older(inquiry, process, process->parent_pid);
    find_leaders(inquiry, index, subject);
    if (subject->is_candidate && subject->group_leader == VKP_NOBODY)
        join_orphan_group(inquiry, process, process->group);
    if (subject->is_candidate && subject->session_leader == VKP_NOBODY)
        join_orphan_group(inquiry, process, process->session);
    if (subject->parent == VKP_NOBODY || vkp_process_is_dead(process))
        return;
    inquiry->subjects[subject->parent].n_children++;
}

/* Cuts a dependency that leads in a circle: only forged data has such. */
static void visit_first(VkpInquiry *inquiry, GArray *stack, gint *dependency, gint self)
{
    if (*dependency == VKP_NOBODY || *dependency == self)
        return;
    if (inquiry->subjects[*dependency].visit == VKP_VISIT_OPEN)
        *dependency = VKP_NOBODY;
    else if (inquiry->subjects[*dependency].visit == VKP_VISIT_NEW)
        g_array_append_val(stack, *dependency);
}

/* Depth first with a stack of our own: a chain of processes may be as long as the table. */
static void settle_order(VkpInquiry *inquiry)
{
    g_autoptr(GArray) stack = g_array_new(FALSE, FALSE, sizeof(gint));
    guint n_done = 0;
    for (gint i = 0; i < (gint)inquiry->n; i++) {
        g_array_append_val(stack, i);
        while (stack->len > 0) {
            gint top = g_array_index(stack, gint, stack->len - 1);
            VkpSubject *subject = &inquiry->subjects[top];
            if (subject->visit == VKP_VISIT_NEW) {
                subject->visit = VKP_VISIT_OPEN;
                visit_first(inquiry, stack, &subject->parent, top);
                visit_first(inquiry, stack, &subject->session_leader, top);
                continue;
            }
            if (subject->visit == VKP_VISIT_OPEN)
                inquiry->order[n_done++] = top;
            subject->visit = VKP_VISIT_DONE;
            g_array_set_size(stack, stack->len - 1);
        }
    }
}

static gboolean knows_a_server(const VkpInquiry *inquiry)
{
    const GArray *servers = inquiry->input->servers;
    return servers && servers->len > 0;
}

static gboolean has_name_of_server(const VkpSubject *subject)
{
    return !subject->is_other_server && vkp_server_name_is(subject->process->name);
}

gboolean vkp_subject_is_child_of_server(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    /* Anybody can take the name, and would hide what it runs from those who end leftovers. */
    return parent &&
           (parent->is_server || (!knows_a_server(inquiry) && has_name_of_server(parent)));
}

gboolean vkp_subject_is_spawned_by_server(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    return subject->process->group == subject->process->identity.pid &&
           vkp_subject_is_child_of_server(inquiry, subject);
}

static void look_up(const VkpInquiry *inquiry, VkpSubject *subject)
{
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    if (!parent)
        return;
    subject->server_above = parent->is_server ? subject->parent : parent->server_above;
    if (parent->is_other_server)
        subject->other_server_above = subject->parent;
    else if (!parent->is_server)
        subject->other_server_above = parent->other_server_above;
    subject->is_run_by_server =
        parent->is_run_by_server || vkp_subject_is_spawned_by_server(inquiry, subject);
}

void vkp_inquiry_begin(VkpInquiry *inquiry, const VkpRosterInput *input)
{
    guint n = vkp_snapshot_size(input->snapshot);
    *inquiry = (VkpInquiry){.input = input, .n = n, .subjects = g_new0(VkpSubject, n)};
    inquiry->orphan_groups = g_hash_table_new_full(NULL, NULL, NULL, g_free);
    inquiry->old_ids = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    inquiry->marked_daemons = g_array_new(FALSE, FALSE, sizeof(gint));
    for (guint i = 0; i < n; i++)
        begin_subject(input, &inquiry->subjects[i], vkp_snapshot_at(input->snapshot, i));
    mark_servers(inquiry);
    for (guint i = 0; i < n; i++)
        link_subject(inquiry, (gint)i);
    inquiry->order = g_new0(gint, n);
    settle_order(inquiry);
    for (guint i = 0; i < n; i++)
        look_up(inquiry, &inquiry->subjects[inquiry->order[i]]);
}

void vkp_inquiry_end(VkpInquiry *inquiry)
{
    g_clear_pointer(&inquiry->orphan_groups, g_hash_table_unref);
    g_clear_pointer(&inquiry->old_ids, g_hash_table_unref);
    g_clear_pointer(&inquiry->marked_daemons, g_array_unref);
    g_clear_pointer(&inquiry->order, g_free);
    g_clear_pointer(&inquiry->subjects, g_free);
}

gboolean vkp_subject_hands_on(const VkpSubject *subject)
{
    return subject->claim.confidence >= VKP_CONFIDENCE_HEREDITARY && !subject->is_boundary &&
           !subject->is_foreign;
}

/* systemd makes each of them the leader of a session. Whoever comes from one has that pid as well,
 * and may be given it, once the first process has ended; his parent mostly has it, too. */
gboolean vkp_subject_is_service(const VkpInquiry *inquiry, const VkpSubject *subject)
{
    const VkpProcess *process = subject->process;
    const VkpMarks *marks = vkp_process_marks(process);
    if (!marks || marks->service != process->identity.pid ||
        process->session != process->identity.pid)
        return FALSE;
    const VkpSubject *parent = vkp_subject_at(inquiry, subject->parent);
    const VkpMarks *above = parent ? vkp_process_marks(parent->process) : NULL;
    return !above || above->service != marks->service;
}
