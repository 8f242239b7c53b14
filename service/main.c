/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "service/daemon.h"
#include "service/log.h"

/* What was asked for must be there; what is merely usual need not. */
static gboolean load_config(const VkpOptions *options, VkpConfig *config, GError **error)
{
    g_autofree char *usual = vkp_config_dup_default_path();
    const char *path = options->config_path ? options->config_path : usual;
    return vkp_config_load(config, path, options->config_path == NULL, g_get_home_dir(), error);
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_auto(VkpOptions) options = {0};
    g_auto(VkpConfig) config = {0};
    vkp_log_set_up();
    if (!vkp_options_parse(&options, &argc, &argv, &error)) {
        fprintf(stderr, "vibekanban-processesd: %s\n", error->message);
        return EXIT_FAILURE;
    }
    if (options.wants_version) {
        printf("vibekanban-processesd %s\n", VKP_VERSION);
        return EXIT_SUCCESS;
    }
    /* A code of its own: the unit does not start it again for the same mistake. */
    if (!load_config(&options, &config, &error)) {
        fprintf(stderr, "vibekanban-processesd: %s\n", error->message);
        return EX_CONFIG;
    }
    if (!vkp_daemon_run(&options, &config, &error)) {
        fprintf(stderr, "vibekanban-processesd: %s\n", error->message);
        return EXIT_FAILURE;
    }
    return EXIT_SUCCESS;
}
