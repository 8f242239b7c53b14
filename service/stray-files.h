/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* The files that a process has open and that may be a board's database; for strays.c only. Both as
 * vkp_reader_list_files(). */

/* Those with a file name that vibe-kanban uses for it. */
GPtrArray *vkp_stray_files_list_named(VkpReader *reader, pid_t pid, GError **error);

/* Those with any file name that a user may give to it; many other programs have such files, too. */
GPtrArray *vkp_stray_files_list_likely(VkpReader *reader, pid_t pid, GError **error);
