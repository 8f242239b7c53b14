/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Whether a process that nobody holds has ended: it is not there, its number is another's, or it is
 * dead. FALSE and error when it cannot be seen: nobody knows then, and that is no death. */
gboolean vkp_has_ended(VkpReader *reader, VkpIdentity identity, GError **error);
