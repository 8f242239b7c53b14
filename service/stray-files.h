/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* What somebody has open that may be a board's database; for strays.c alone. Both as
 * vkp_reader_list_files(). */

/* Under a name that vibe-kanban gives it. */
GPtrArray *vkp_stray_files_list_named(VkpReader *reader, pid_t pid, GError **error);

/* Under any name that a user may give it: many a program has such files. */
GPtrArray *vkp_stray_files_list_likely(VkpReader *reader, pid_t pid, GError **error);
