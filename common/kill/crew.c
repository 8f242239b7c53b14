/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a rescan may add. Without expectations the scope alone decides: it was aimed at a kind, and
 * takes whoever is of that kind by now. Only the weak must also have been born to a target since:
 * nothing ties them but the folder they stand in, and the worktree may have been moved since the
 * plan, and its path lead to others. With expectations a person has confirmed certain processes,
 * and only these are signalled, with one addition: what they give birth to while they are being
 * ended. A supervisor's next child is what was confirmed, in another shape; without it, killing a
 * supervisor would be a matter of luck. What was there already at the time and was not confirmed
 * stays untouched, and so does its offspring. */
#include "common/kill/crew.h"

#define EMPTY_SCANS 2
#define EMPTY_SCANS_OF_HASTY 6

struct VkpCrew {
    const VkpScope *scope;
    const VkpKillOptions *options;
    GPtrArray *targets;      /* VkpTarget */
    GHashTable *by_identity; /* VkpIdentity* inside a target -> VkpTarget */
    GHashTable *by_pid;      /* pid -> VkpTarget, the latest one that had it */
    GHashTable *excluded;    /* set of VkpIdentity*, owned */
    GHashTable *executors;   /* likewise: whoever has been seen as one, if they are to be spared */
    guint64 planned_ticks;   /* when the plan was made, since boot */
    gboolean is_closed;      /* nobody comes in any more */
    GPtrArray *deaths;       /* the targets once more, in the order of vkp_crew_at_death() */
};

static void free_target(gpointer data)
{
    vkp_target_free((VkpTarget *)data);
}

VkpCrew *vkp_crew_new(const VkpScope *scope, const VkpKillOptions *options)
{
    VkpCrew *crew = g_new0(VkpCrew, 1);
    crew->scope = scope;
    crew->options = options;
    crew->targets = g_ptr_array_new_with_free_func(free_target);
    crew->deaths = g_ptr_array_new();
    crew->by_identity = g_hash_table_new(vkp_identity_hash, vkp_identity_equal_keys);
    crew->by_pid = g_hash_table_new(NULL, NULL);
    crew->excluded =
        g_hash_table_new_full(vkp_identity_hash, vkp_identity_equal_keys, g_free, NULL);
    crew->executors =
        g_hash_table_new_full(vkp_identity_hash, vkp_identity_equal_keys, g_free, NULL);
    return crew;
}

void vkp_crew_free(VkpCrew *crew)
{
    if (!crew)
        return;
    g_hash_table_unref(crew->executors);
    g_hash_table_unref(crew->excluded);
    g_hash_table_unref(crew->by_pid);
    g_hash_table_unref(crew->by_identity);
    g_ptr_array_unref(crew->deaths);
    g_ptr_array_unref(crew->targets);
    g_free(crew);
}

guint vkp_crew_size(const VkpCrew *crew)
{
    return crew->targets->len;
}

VkpTarget *vkp_crew_at(const VkpCrew *crew, guint index)
{
    return g_ptr_array_index(crew->targets, index);
}

VkpTarget *vkp_crew_lookup(const VkpCrew *crew, VkpIdentity identity)
{
    return g_hash_table_lookup(crew->by_identity, &identity);
}

static guint nesting_of(GHashTable *nestings, pid_t group)
{
    return GPOINTER_TO_UINT(g_hash_table_lookup(nestings, GINT_TO_POINTER(group)));
}

/* How deep each process group is in others: it depends on the group of whoever is the parent of
 * those that keep it. Parents stand before their children. */
static void measure_nesting(const VkpCrew *crew)
{
    g_autoptr(GHashTable) nestings = g_hash_table_new(NULL, NULL);
    for (guint i = 0; i < crew->targets->len; i++) {
        const VkpTarget *target = vkp_crew_at(crew, i);
        guint nesting = nesting_of(nestings, target->parent_group) + 1;
        if (target->keeps_group && nesting > nesting_of(nestings, target->group))
            g_hash_table_insert(nestings, GINT_TO_POINTER(target->group),
                                GUINT_TO_POINTER(nesting));
    }
    for (guint i = 0; i < crew->targets->len; i++)
        vkp_crew_at(crew, i)->nesting = nesting_of(nestings, vkp_crew_at(crew, i)->group);
}

static gint compare_deaths(gconstpointer a, gconstpointer b)
{
    const VkpTarget *left = *(const VkpTarget *const *)a;
    const VkpTarget *right = *(const VkpTarget *const *)b;
    if (left->nesting != right->nesting)
        return left->nesting > right->nesting ? -1 : 1;
    return left->keeps_group - right->keeps_group;
}

/* Where the last one ends that keeps a process group from being an orphaned one, or his parent, and
 * somebody in it is stopped, the kernel sends SIGHUP to the whole group: to those as well who are
 * spared. Whoever has been sent SIGKILL does not count as stopped. So the innermost groups come
 * first, and in each those last who keep it. Else parents come first, as ever: they might replace
 * their children. */
static void order_deaths(VkpCrew *crew)
{
    g_ptr_array_set_size(crew->deaths, 0);
    g_ptr_array_extend(crew->deaths, crew->targets, NULL, NULL);
    measure_nesting(crew);
    g_ptr_array_sort(crew->deaths, compare_deaths); /* which is stable */
}

VkpTarget *vkp_crew_at_death(VkpCrew *crew, guint index)
{
    if (index == 0)
        order_deaths(crew);
    return g_ptr_array_index(crew->deaths, index);
}

gboolean vkp_crew_ends_pid(const VkpCrew *crew, pid_t pid)
{
    const VkpTarget *target = g_hash_table_lookup(crew->by_pid, GINT_TO_POINTER(pid));
    return target && (target->stage == VKP_TARGET_DEAD || vkp_target_is_in_hand(target));
}

static void add(VkpCrew *crew, VkpMember *member, gboolean is_planned)
{
    VkpTarget *target = vkp_target_new(member, is_planned);
    g_ptr_array_add(crew->targets, target);
    g_hash_table_insert(crew->by_identity, &target->identity, target);
    g_hash_table_insert(crew->by_pid, GINT_TO_POINTER(target->identity.pid), target);
}

static void add_identity(GHashTable *identities, VkpIdentity identity)
{
    g_hash_table_add(identities, g_memdup2(&identity, sizeof identity));
}

/* An agent is known as the only child of its launcher. A helper that the launcher starts for a
 * moment hides that, but makes nobody fair game who was none a moment before. */
static void note_executors(VkpCrew *crew, const VkpRoster *roster)
{
    if (crew->scope->kind != VKP_SCOPE_ALL_EXCEPT_EXECUTORS)
        return;
    for (guint i = 0; i < vkp_roster_size(roster); i++) {
        const VkpMember *member = vkp_roster_at(roster, i);
        if (member->tie.is_executor)
            add_identity(crew->executors, member->process->identity);
    }
}

void vkp_crew_add_planned(VkpCrew *crew, const VkpPlan *plan, guint64 now_ticks)
{
    crew->planned_ticks = now_ticks;
    if (plan->roster)
        note_executors(crew, plan->roster);
    for (guint i = 0; i < plan->targets->len; i++)
        add(crew, g_ptr_array_index(plan->targets, i), TRUE);
}

void vkp_crew_exclude(VkpCrew *crew, const VkpRoster *roster)
{
    crew->is_closed = roster == NULL;
    for (guint i = 0; roster && i < vkp_roster_size(roster); i++) {
        VkpIdentity identity = vkp_roster_at(roster, i)->process->identity;
        if (!vkp_crew_lookup(crew, identity))
            add_identity(crew->excluded, identity);
    }
}

/* Whoever turned out to be protected, or another one than was meant, has no part in this; nor
 * whoever was given up before he could be told from another one. */
static gboolean is_meant(const VkpTarget *target)
{
    return target->decided != VKP_OUTCOME_PROTECTED && target->decided != VKP_OUTCOME_SURVIVED &&
           target->decided != VKP_OUTCOME_IDENTITY_CHANGED;
}

/* The target that had the number when `process` was born. One that died in the meantime may have
 * left its number to somebody else. NULL when that is so, or there is none. */
static const VkpTarget *find_elder(const VkpCrew *crew, const VkpProcess *process, pid_t pid,
                                   const VkpRoster *roster)
{
    const VkpTarget *target = g_hash_table_lookup(crew->by_pid, GINT_TO_POINTER(pid));
    if (!target || !is_meant(target) ||
        target->identity.start_ticks > process->identity.start_ticks)
        return NULL;
    const VkpMember *now = vkp_roster_lookup_pid(roster, pid);
    return !now || vkp_identity_equal(now->process->identity, target->identity) ? target : NULL;
}

static gboolean is_child_of_target(const VkpCrew *crew, const VkpProcess *process,
                                   const VkpRoster *roster)
{
    return find_elder(crew, process, process->parent_pid, roster) != NULL;
}

/* A leader's number is not given anew while anybody is left in what it led. */
static gboolean is_led_by_target(const VkpCrew *crew, const VkpProcess *process, pid_t leader,
                                 const VkpRoster *roster)
{
    if (process->identity.pid == leader)
        return FALSE;
    const VkpTarget *target = find_elder(crew, process, leader, roster);
    return target && (target->group == leader || target->session == leader);
}

/* How offspring is known whose parent is dead already. To be in a group or session together with a
 * target says nothing: all executions are in the session of their server, and so is whatever it
 * starts next. */
static gboolean is_in_what_target_leads(const VkpCrew *crew, const VkpProcess *process,
                                        const VkpRoster *roster)
{
    return is_led_by_target(crew, process, process->group, roster) ||
           is_led_by_target(crew, process, process->session, roster);
}

/* Parents come first, so a parent that is itself offspring is a target by now. */
static gboolean is_offspring(const VkpCrew *crew, const VkpMember *member, const VkpRoster *roster)
{
    const VkpProcess *process = member->process;
    if (g_hash_table_contains(crew->excluded, &process->identity))
        return FALSE;
    if (is_child_of_target(crew, process, roster))
        return TRUE;
    gboolean has_other_parent = vkp_roster_lookup_pid(roster, process->parent_pid) != NULL;
    return !has_other_parent && is_in_what_target_leads(crew, process, roster);
}

static gboolean was_born_to_target(const VkpCrew *crew, const VkpMember *member,
                                   const VkpRoster *roster)
{
    const VkpProcess *process = member->process;
    return process->identity.start_ticks >= crew->planned_ticks &&
           !g_hash_table_contains(crew->excluded, &process->identity) &&
           (is_child_of_target(crew, process, roster) ||
            is_in_what_target_leads(crew, process, roster));
}

static gboolean may_join(const VkpCrew *crew, const VkpMember *member, const VkpRoster *roster)
{
    if (g_hash_table_contains(crew->executors, &member->process->identity))
        return FALSE;
    if (crew->options->expected)
        return is_offspring(crew, member, roster);
    return !vkp_member_is_weak(member) || was_born_to_target(crew, member, roster);
}

/* It may have made a group of its own since. Who is just being reaped has none that we can see. */
static void note_place(VkpTarget *target, const VkpProcess *process)
{
    if (process->group > 0)
        target->group = process->group;
    if (process->session > 0)
        target->session = process->session;
}

/* What is known already must still be looked at again when it had been set aside, in doubt, under a
 * roster that is out of date by now. Whom the scope hits no more, that look must not find to be the
 * right one for what he is now. */
static void renew(const VkpCrew *crew, VkpTarget *target, VkpMember *member)
{
    note_place(target, member->process);
    if (!vkp_plan_hits(crew->scope, crew->options, member))
        return;
    if (target->stage != VKP_TARGET_PENDING || target->member == member)
        return;
    vkp_member_unref(target->member);
    target->member = vkp_member_ref(member);
}

guint vkp_crew_recruit(VkpCrew *crew, const VkpRoster *roster,
                       gboolean (*is_taken)(VkpIdentity identity, gpointer data), gpointer data)
{
    g_autoptr(GPtrArray) strangers = g_ptr_array_new();
    note_executors(crew, roster);
    for (guint i = 0; !crew->is_closed && i < vkp_roster_size(roster); i++) {
        VkpMember *member = vkp_roster_at(roster, i);
        VkpTarget *known = vkp_crew_lookup(crew, member->process->identity);
        if (known)
            renew(crew, known, member);
        else if (vkp_plan_hits(crew->scope, crew->options, member))
            g_ptr_array_add(strangers, member);
    }
    vkp_plan_sort(strangers);
    guint n_before = crew->targets->len;
    for (guint i = 0; i < strangers->len; i++) {
        VkpMember *member = g_ptr_array_index(strangers, i);
        if (may_join(crew, member, roster) &&
            !(is_taken && is_taken(member->process->identity, data)))
            add(crew, member, FALSE);
    }
    return crew->targets->len - n_before;
}

void vkp_crew_spare_protected(VkpCrew *crew, const VkpRoster *roster)
{
    for (guint i = 0; i < crew->targets->len; i++) {
        VkpTarget *target = vkp_crew_at(crew, i);
        const VkpMember *member = vkp_roster_lookup(roster, target->identity);
        if (!member || !member->tie.is_protected)
            continue;
        if (target->stage == VKP_TARGET_PENDING)
            vkp_target_set_aside(target, VKP_OUTCOME_PROTECTED, NULL);
        else if (target->stage == VKP_TARGET_HELD)
            vkp_target_spare(target);
    }
}

gboolean vkp_crew_is_open(const VkpCrew *crew)
{
    for (guint i = 0; i < crew->targets->len; i++)
        if (vkp_target_is_open(vkp_crew_at(crew, i)))
            return TRUE;
    return FALSE;
}

gboolean vkp_crew_look_for_rest(const VkpCrew *crew, VkpReader *reader, guint *n_rested, gint64 end)
{
    for (; *n_rested < crew->targets->len; (*n_rested)++) {
        if (!vkp_target_rests(vkp_crew_at(crew, *n_rested), reader))
            break;
        if (g_get_monotonic_time() >= end)
            return FALSE;
    }
    return TRUE;
}

/* A process that forks and exits in a hurry may be between two pids while one scan passes. That is
 * how it looks: somebody has ended by himself before he could be held. */
guint vkp_crew_n_scans_wanted(const VkpCrew *crew)
{
    for (guint i = 0; i < crew->targets->len; i++) {
        const VkpTarget *target = vkp_crew_at(crew, i);
        if (target->stage == VKP_TARGET_SET_ASIDE && target->decided == VKP_OUTCOME_GONE)
            return EMPTY_SCANS_OF_HASTY;
    }
    return EMPTY_SCANS;
}
