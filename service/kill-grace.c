/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a request's grace while it waits for the jobs of others, whose graces are longer. */
#include "service/kills-private.h"

/* Its own jobs know its grace, and one in its hard pass is over soon. */
static gboolean is_kept_waiting(const Request *request, const Job *job)
{
    return job->owner != request && !vkp_kill_job_is_hard(job->job) &&
           g_ptr_array_find(job->waiting, request, NULL);
}

static void leave(Request *request, Job *job)
{
    g_autoptr(GPtrArray) results = vkp_kill_job_dup_results(job->job);
    vkp_kills_take_results(request, job, results);
    g_ptr_array_remove(job->waiting, request);
    request->n_jobs--;
}

/* The timer may be early: sd-event counts from the beginning of the turn that has started it. */
static void on_grace_over(void *data)
{
    Request *request = data;
    request->grace_end = g_get_monotonic_time();
    const GPtrArray *jobs = request->kills->jobs;
    for (guint i = 0; i < jobs->len; i++) {
        Job *job = g_ptr_array_index(jobs, i);
        if (is_kept_waiting(request, job))
            leave(request, job);
    }
    vkp_kills_go_on(request, NULL);
}

gint64 vkp_kills_grace_left(const Request *request)
{
    return MAX(request->grace_end - g_get_monotonic_time(), 0);
}

/* Without a timer it waits for the end of those jobs. */
void vkp_kills_start_grace(Request *request)
{
    const VkpLoop *loop = &request->kills->context.loop;
    request->grace = loop->ops->start_timer(loop->loop, (guint64)vkp_kills_grace_left(request),
                                            on_grace_over, request, NULL);
}
