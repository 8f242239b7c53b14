/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/subject.h"

/* Flags the executors: every living registered process and, if it is a launcher such as `npx` or
 * `sh -c`, its only child, and so on. Of an agent's launcher all children, as any may be the agent.
 */
void vkp_executor_flag(VkpInquiry *inquiry);
