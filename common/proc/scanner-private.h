/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/folder-cache.h"
#include "common/proc/image-guard.h"
#include "common/proc/scanner.h"
#include "common/proc/sighting.h"

/* Shared by the scanner's source files. */

struct VkpScanner {
    VkpReader *reader;
    uid_t uid;
    guint ticks_per_second;
    guint64 page_bytes;
    guint64 boot_time_usec;
    guint64 turn;
    GHashTable *sightings; /* pid -> VkpSighting */
    VkpFolderCache *folders;
    VkpImageGuard *guard;
};

/* Brings image and folder of a process of `uid` up to date; FALSE and error when it is gone or
 * nothing can be said of it. `stat_fd` is its open stat, `stat` what was read from it. */
gboolean vkp_scanner_refresh_details(VkpScanner *scanner, VkpSighting *sighting, int stat_fd,
                                     VkpStat *stat, GError **error);

/* For a process that now belongs to another user, for example after exec of a set-uid program. */
void vkp_scanner_drop_details(VkpScanner *scanner, VkpSighting *sighting);
