/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "service/daemon.h"

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(VkpOptions) options = {0};
    if (!vkp_options_parse(&options, &argc, &argv, &error)) {
        fprintf(stderr, "vibekanban-processesd: %s\n", error->message);
        return EXIT_FAILURE;
    }
    if (options.wants_version) {
        printf("vibekanban-processesd %s\n", VKP_VERSION);
        return EXIT_SUCCESS;
    }
    if (!vkp_daemon_run(&options, &error)) {
        fprintf(stderr, "vibekanban-processesd: %s\n", error->message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
