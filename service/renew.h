/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/ports.h"
#include "common/proc/table.h"
#include "common/roster/roster.h"

/* The roster with its processes as they are in the table now and with the ports of now (`ports`
 * NULL: unchanged), for when nothing else has changed. Shares members that did not change; if none
 * did, it is the same roster. A new reference. */
VkpRoster *vkp_renew_roster(VkpRoster *roster, const VkpTable *table, VkpPorts *ports);

/* The ports of that process for a member; NULL: none. */
GArray *vkp_renew_dup_ports(VkpPorts *ports, VkpIdentity identity);
