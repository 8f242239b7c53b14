/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/ports.h"
#include "common/proc/table.h"
#include "common/roster/roster.h"

/* The roster with the processes as the table has them by now and with the ports as they are now
 * (`ports` NULL: as they were), when nothing else has changed. Shares all that stayed; the same
 * roster if everything did. A new reference. */
VkpRoster *vkp_renew_roster(VkpRoster *roster, const VkpTable *table, VkpPorts *ports);

/* The ports of that process for a member; NULL: none. */
GArray *vkp_renew_dup_ports(VkpPorts *ports, VkpIdentity identity);
