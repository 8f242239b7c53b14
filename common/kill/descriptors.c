/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kill/descriptors.h"

#include <sys/resource.h>

/* Left free for clients, files and the reader itself. */
#define SPARE_DESCRIPTORS 64

int vkp_descriptors_first_spare(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur > G_MAXINT)
        return G_MAXINT;
    return MAX((int)limit.rlim_cur - SPARE_DESCRIPTORS, (int)limit.rlim_cur / 2);
}

guint64 vkp_descriptors_raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    struct rlimit raised = {limit.rlim_max, limit.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &raised) < 0 ? limit.rlim_cur : raised.rlim_cur;
}
