/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kill/rig.h"

void vkp_verdict_clear(VkpVerdict *verdict)
{
    g_clear_pointer(&verdict->results, g_ptr_array_unref);
}

static const VkpResult *lookup(const VkpVerdict *verdict, pid_t pid)
{
    for (guint i = 0; i < verdict->results->len; i++) {
        const VkpResult *result = g_ptr_array_index(verdict->results, i);
        if (result->identity.pid == pid)
            return result;
    }
    return NULL;
}

VkpOutcome vkp_verdict_outcome(const VkpVerdict *verdict, pid_t pid)
{
    const VkpResult *result = lookup(verdict, pid);
    return result ? result->outcome : VKP_OUTCOME_NONE;
}

const char *vkp_verdict_detail(const VkpVerdict *verdict, pid_t pid)
{
    const VkpResult *result = lookup(verdict, pid);
    return result && result->detail ? result->detail : "";
}
