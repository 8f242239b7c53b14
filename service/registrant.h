/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* The identity of the process that has the pid now, if its own state allows it to be registered:
 * NOT_FOUND when there is no such living process, PERMISSION_DENIED when it is another user's. */
gboolean vkp_registrant_read(VkpReader *reader, pid_t pid, uid_t user, VkpIdentity *identity,
                             GError **error);
