/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Flags as shared daemons further processes that serve the user's session, but are not known by
 * name: those that the user's systemd or bus started with marks of a task, and sandboxes of shared
 * daemons; never registered processes. To be called once these were found, before all decisions. */
void vkp_session_note_services(VkpInquiry *inquiry);
