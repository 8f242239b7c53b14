/* SPDX-License-Identifier: Apache-2.0 */
#include "applet/model/victims.h"

#include "common/view/rows.h"

static void victim_free(gpointer data)
{
    VkpVictim *victim = data;
    vkp_member_unref(victim->member);
    g_free(victim->name);
    g_free(victim->detail);
    g_free(victim);
}

GPtrArray *vkp_victims_new(void)
{
    return g_ptr_array_new_with_free_func(victim_free);
}

VkpVictim *vkp_victims_find(const GPtrArray *victims, VkpIdentity identity)
{
    for (guint i = 0; i < victims->len; i++) {
        VkpVictim *victim = g_ptr_array_index(victims, i);
        if (vkp_identity_equal(victim->identity, identity))
            return victim;
    }
    return NULL;
}

gboolean vkp_victim_is_dead(const VkpVictim *victim)
{
    return victim->outcome == VKP_OUTCOME_EXITED || victim->outcome == VKP_OUTCOME_KILLED ||
           victim->outcome == VKP_OUTCOME_GONE;
}

gboolean vkp_victim_has_failed(const VkpVictim *victim)
{
    return victim->outcome != VKP_OUTCOME_NONE && !vkp_victim_is_dead(victim);
}

gboolean vkp_victim_is_lost(const VkpVictim *victim)
{
    return victim->is_ticked && victim->outcome == VKP_OUTCOME_NONE && victim->is_unlisted;
}

gboolean vkp_victim_is_there(const VkpVictim *victim)
{
    return !victim->is_gone && !victim->is_unlisted;
}

gboolean vkp_victim_is_remaining(const VkpVictim *victim)
{
    return victim->is_ticked && vkp_victim_is_there(victim) && !vkp_victim_is_dead(victim);
}

/* An agent and its launchers belong to one execution. */
static guint count_agents(const GPtrArray *victims)
{
    g_autoptr(GHashTable) executions = g_hash_table_new(vkp_uuid_hash, vkp_uuid_equal);
    guint n_unknown = 0;
    for (guint i = 0; i < victims->len; i++) {
        const VkpVictim *victim = g_ptr_array_index(victims, i);
        if (!vkp_victim_is_remaining(victim) || !victim->member ||
            !vkp_row_is_agent(victim->member))
            continue;
        const VkpUuid *execution = &victim->member->tie.execution_id;
        if (vkp_uuid_is_nil(execution))
            n_unknown++;
        else
            g_hash_table_add(executions, (gpointer)execution);
    }
    return g_hash_table_size(executions) + n_unknown;
}

static void count_victim(VkpKillCounts *counts, const VkpVictim *victim)
{
    counts->n_ticked += victim->is_ticked ? 1 : 0;
    counts->n_remaining += vkp_victim_is_remaining(victim) ? 1 : 0;
    counts->n_choices += vkp_victim_is_there(victim) && !victim->is_protected ? 1 : 0;
    counts->n_hidden += vkp_victim_is_remaining(victim) && victim->is_hidden ? 1 : 0;
    counts->n_gone += victim->is_gone ? 1 : 0;
    counts->n_unlisted += victim->is_unlisted && !victim->is_gone ? 1 : 0;
    gboolean is_weak = victim->is_weak && vkp_victim_is_there(victim);
    counts->n_weak += is_weak ? 1 : 0;
    counts->n_weak_ticked += is_weak && victim->is_ticked ? 1 : 0;
    counts->n_protected += victim->is_protected ? 1 : 0;
    if (victim->outcome == VKP_OUTCOME_GONE)
        counts->n_vanished++;
    else if (vkp_victim_is_dead(victim))
        counts->n_killed++;
    counts->n_failed += vkp_victim_has_failed(victim) ? 1 : 0;
    counts->n_lost += vkp_victim_is_lost(victim) ? 1 : 0;
}

VkpKillCounts vkp_victims_count(const GPtrArray *victims)
{
    VkpKillCounts counts = {0};
    for (guint i = 0; i < victims->len; i++)
        count_victim(&counts, g_ptr_array_index(victims, i));
    counts.n_agents = count_agents(victims);
    return counts;
}
