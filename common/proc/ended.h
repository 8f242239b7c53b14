/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Whether a process of which we have no pidfd has ended: it is not there, another process has its
 * pid, or it is dead. FALSE and error when that cannot be seen, which does not mean that it ended.
 */
gboolean vkp_has_ended(VkpReader *reader, VkpIdentity identity, GError **error);
