/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Whether the files of this device are served by somebody who may not answer any more, as network
 * file systems and FUSE are: then whoever touches them may wait for ever. Asks /proc/self/mountinfo
 * and nobody else; FALSE for what is not mounted here. */
gboolean vkp_reader_device_is_served(VkpReader *reader, dev_t device);
