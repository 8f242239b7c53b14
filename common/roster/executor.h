/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Flags every living registered process, and whatever it leads to through launchers, as executors:
 * behind `npx`, `sh -c` and their kin the agent itself is an only child. */
void vkp_executor_flag(VkpInquiry *inquiry);
