/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/outcome.h"

#include "common/proc/ended.h"

static char *describe_survivor(VkpIdentity identity, VkpReader *reader)
{
    VkpStat stat;
    g_autoptr(GError) error = NULL;
    if (!vkp_reader_read_stat(reader, identity.pid, &stat, &error))
        return g_strdup(error->message);
    if (stat.start_ticks != identity.start_ticks)
        return NULL;
    if (stat.state == 'Z')
        return g_strdup_printf("Its leader thread has ended, %u others run", stat.threads - 1);
    g_autofree char *channel =
        stat.state == 'D' ? vkp_reader_dup_wait_channel(reader, identity.pid) : NULL;
    if (channel)
        return g_strdup_printf("Its state is %s, in %s", vkp_state_to_string(stat.state), channel);
    return g_strdup_printf("Its state is %s", vkp_state_to_string(stat.state));
}

static VkpOutcome judge_pending(VkpTarget *target, VkpReader *reader, char **detail)
{
    g_autoptr(GError) error = NULL;
    if (vkp_has_ended(reader, target->identity, &error))
        return VKP_OUTCOME_GONE;
    if (target->lacks_descriptor) {
        *detail = g_strdup("It was not signalled: too many files are open");
        return VKP_OUTCOME_SURVIVED;
    }
    if (target->keeps_waiting) {
        *detail = g_strdup("It was not signalled: its memory could not be read in time");
        return VKP_OUTCOME_SURVIVED;
    }
    if (error) {
        *detail = g_strdup_printf("It was not signalled: %s", error->message);
        return VKP_OUTCOME_SURVIVED;
    }
    vkp_target_give_up(target);
    *detail = g_strdup(target->detail);
    return target->decided;
}

/* Who died before our first signal was gone before we came, unless we were denied that signal: then
 * it ended by itself while we watched. */
static VkpOutcome judge_dead(const VkpTarget *target)
{
    if (target->is_killed)
        return VKP_OUTCOME_KILLED;
    return target->is_asked || target->is_denied ? VKP_OUTCOME_EXITED : VKP_OUTCOME_GONE;
}

/* Its pidfd alone tells of a death: /proc may fail us, and that kills nobody. */
static VkpOutcome judge_held(VkpTarget *target, VkpReader *reader, char **detail)
{
    if (vkp_target_look(target))
        return judge_dead(target);
    if (target->decided != VKP_OUTCOME_NONE)
        return target->decided;
    if (target->is_denied)
        return VKP_OUTCOME_DENIED;
    *detail = describe_survivor(target->identity, reader);
    return VKP_OUTCOME_SURVIVED;
}

static VkpOutcome judge(VkpTarget *target, VkpReader *reader, char **detail)
{
    switch (target->stage) {
    case VKP_TARGET_PENDING:
        return judge_pending(target, reader, detail);
    case VKP_TARGET_HELD:
        return judge_held(target, reader, detail);
    case VKP_TARGET_DEAD:
        return judge_dead(target);
    case VKP_TARGET_SET_ASIDE:
        break;
    }
    *detail = g_strdup(target->detail);
    return target->decided;
}

static void append(GPtrArray *results, const VkpTarget *target, VkpOutcome outcome,
                   const char *detail)
{
    g_ptr_array_add(
        results, vkp_result_new(target->identity, target->member->process->name, outcome, detail));
}

static void append_fate(GPtrArray *results, VkpTarget *target, VkpReader *reader)
{
    g_autofree char *detail = NULL;
    VkpOutcome outcome = judge(target, reader, &detail);
    if (outcome != VKP_OUTCOME_GONE || target->is_planned)
        append(results, target, outcome, detail);
}

void vkp_outcome_append(GPtrArray *results, const VkpCrew *crew, VkpReader *reader)
{
    for (guint i = 0; i < vkp_crew_size(crew); i++)
        append_fate(results, vkp_crew_at(crew, i), reader);
}

void vkp_outcome_append_so_far(GPtrArray *results, const VkpCrew *crew, VkpReader *reader)
{
    for (guint i = 0; i < vkp_crew_size(crew); i++) {
        VkpTarget *target = vkp_crew_at(crew, i);
        if (target->stage == VKP_TARGET_PENDING && !vkp_has_ended(reader, target->identity, NULL))
            append(results, target, VKP_OUTCOME_SURVIVED, "It has not been signalled yet");
        else
            append_fate(results, target, reader);
    }
}

static VkpResult *new_standing(VkpTarget *target, VkpReader *reader)
{
    const char *name = target->member->process->name;
    (void)vkp_target_look(target);
    if (vkp_target_is_open(target)) {
        gboolean is_signalled = target->is_asked || target->is_frozen || target->is_killed;
        return vkp_result_new(target->identity, name, VKP_OUTCOME_NONE,
                              is_signalled ? "was signalled" : "was not signalled yet");
    }
    g_autofree char *detail = NULL;
    VkpOutcome outcome = judge(target, reader, &detail);
    return vkp_result_new(target->identity, name, outcome, detail);
}

GPtrArray *vkp_outcome_list_standing(const VkpCrew *crew, VkpReader *reader)
{
    GPtrArray *standing = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    for (guint i = 0; i < vkp_crew_size(crew); i++)
        g_ptr_array_add(standing, new_standing(vkp_crew_at(crew, i), reader));
    return standing;
}
