/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Who has that pid now, if he may be registered as far as he himself tells: NOT_FOUND when nobody
 * lives there, PERMISSION_DENIED when he is not the user's. */
gboolean vkp_registrant_read(VkpReader *reader, pid_t pid, uid_t user, VkpIdentity *identity,
                             GError **error);
