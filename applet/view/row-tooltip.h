/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/view/rows.h"

/* The whole command, the working directory and the reason of a process, one line each. The caller
 * frees it. */
char *vkp_member_dup_tooltip(const VkpMember *member);

/* The same for the row's process; for a group its whole label, detail and counts. */
char *vkp_row_dup_tooltip(const VkpRow *row);
