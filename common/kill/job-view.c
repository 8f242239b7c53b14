/* SPDX-License-Identifier: Apache-2.0 */
/* A job as others see it while it goes on, and what they tell it. */
#include "common/kill/job-private.h"
#include "common/kill/outcome.h"

gboolean vkp_kill_job_covers(const VkpKillJob *job, VkpIdentity identity)
{
    const VkpTarget *target = vkp_crew_lookup(job->crew, identity);
    return target && vkp_target_is_open(target);
}

GPtrArray *vkp_kill_job_list_standing(const VkpKillJob *job)
{
    return vkp_outcome_list_standing(job->crew, job->context.reader);
}

gboolean vkp_kill_job_is_hard(const VkpKillJob *job)
{
    return job->options.force || job->pass != PASS_POLITE;
}

GPtrArray *vkp_kill_job_dup_results(const VkpKillJob *job)
{
    GPtrArray *results = g_ptr_array_new_with_free_func((GDestroyNotify)vkp_result_free);
    vkp_outcome_append_so_far(results, job->crew, job->context.reader);
    return results;
}

void vkp_kill_job_take_over(VkpKillJob *job, const VkpKillJob *earlier)
{
    for (guint i = 0; i < vkp_crew_size(job->crew); i++) {
        VkpTarget *target = vkp_crew_at(job->crew, i);
        const VkpTarget *known = vkp_crew_lookup(earlier->crew, target->identity);
        target->is_asked |= known && known->is_asked;
    }
}

void vkp_kill_job_note_killed(VkpKillJob *job, VkpIdentity identity)
{
    VkpTarget *target = vkp_crew_lookup(job->crew, identity);
    if (target)
        target->is_killed = TRUE;
}
