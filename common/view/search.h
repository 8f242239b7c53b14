/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/roster/member.h"

/* What a person typed to find processes. */
typedef struct VkpSearch VkpSearch;

/* NULL when there is nothing to look for: NULL, empty or only spaces. */
VkpSearch *vkp_search_parse(const char *text);
void vkp_search_free(VkpSearch *search); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpSearch, vkp_search_free)

/* Whether every word occurs, in any case, in the label, the name, command, pid, a port, the folder,
 * the project, task, attempt, branch or agent of the member; ":3000" finds the port alone. */
gboolean vkp_search_matches(const VkpSearch *search, const char *label, const VkpMember *member);
