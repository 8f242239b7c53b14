/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Counts as shared daemons what serves the user's session as well, but has no name that says so:
 * what the user's systemd or bus has started with a task's marks, and the sandboxes of shared
 * daemons. Executions' own processes never are. Once those are found, before all decisions. */
void vkp_session_note_services(VkpInquiry *inquiry);
