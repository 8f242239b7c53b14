/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/view/rows.h"

/* The whole command, the folder and the reason of a process, a line each. The caller frees it. */
char *vkp_member_dup_tooltip(const VkpMember *member);

/* That of the row's process; of a group its whole name, what is beside it and its counts. */
char *vkp_row_dup_tooltip(const VkpRow *row);
