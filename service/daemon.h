/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "service/config.h"
#include "service/options.h"

/* Runs the service until SIGTERM, SIGINT, SIGHUP or the loss of its bus. The options take
 * precedence over the configuration. TRUE after a signal; FALSE and error when it could not start
 * or lost its bus. */
gboolean vkp_daemon_run(const VkpOptions *options, const VkpConfig *config, GError **error);
