/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/base/file.h"

/* Where vibe-kanban's database may be. */

/* The file names that vibe-kanban gives to its database; and the usual endings of names that a user
 * gives to it (VK_DATABASE_PATH). NULL-terminated. */
extern const char *const vkp_locate_names[];
extern const char *const vkp_locate_endings[];

/* A file that exists. */
typedef struct {
    char *path;
    VkpInode inode;
    gint64 changed_usec; /* the later of the file's and its -wal's modification, since the epoch;
                            an empty -wal does not count: a reader leaves one behind */
} VkpCandidate;

void vkp_candidate_free(VkpCandidate *candidate); /* takes NULL */

/* The environment variables that matter: HOME, XDG_DATA_HOME, VK_DATABASE_PATH. Each may be NULL.
 * `extra` are further files to consider, e.g. dev_assets/db.sqlite of checkouts (NULL-terminated,
 * or NULL). VK_DATABASE_PATH and `extra` may begin with "~/"; relative paths are ignored. */
typedef struct {
    const char *home;
    const char *data_home;
    const char *database_path;
    const char *const *extra;
} VkpLocateOptions;

/* All regular files at the known paths, the most likely one first: that changed last, of two
 * changed at the same time db.v2.sqlite before db.sqlite. As VkpCandidate; empty, never NULL. Opens
 * nothing. */
GPtrArray *vkp_locate_candidates(const VkpLocateOptions *options);

/* Where a database is expected when there is none yet. The caller frees it. */
char *vkp_locate_dup_default_path(const VkpLocateOptions *options);
