/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/mounts.h"
#include "common/proc/process.h"
#include "common/store/board.h"

/* The "places": the worktrees of a board as folders on this machine, by inode, so that working
 * directories can be compared with them. Resolving looks at the disk, matching does not: a worktree
 * that is created or deleted later counts from the next time they are resolved. */
typedef struct VkpPlaces VkpPlaces;

/* Paths that are not absolute never match, nor do the root, `home` (NULL: unknown) and the folders
 * above it, by path or by inode. Each of `roots` (NULL-terminated; NULL: none) is a further folder
 * that may contain the worktrees, under the same names; a worktree that is missing there does not
 * count as gone for that. Keeps a reference to the board. A worktree on a remote mount (see
 * `mounts`; NULL: nothing is remote) whose server does not respond within 100 ms is matched by its
 * path alone, and counts neither as there nor as gone. */
VkpPlaces *vkp_places_resolve(VkpBoard *board, const char *home, const char *const *roots,
                              VkpMounts *mounts);
void vkp_places_free(VkpPlaces *places); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpPlaces, vkp_places_free)

/* Whether both match the same, as they are of the same board and nothing changed on the disk. */
gboolean vkp_places_equal(const VkpPlaces *a, const VkpPlaces *b);

/* The attempt whose worktree contains the folder; the innermost worktree if several do. Compared by
 * inode where the folder and the worktree can be seen; by whole path components where one of them
 * is deleted or hidden. Borrowed; NULL: in none. */
const VkpAttempt *vkp_places_match(const VkpPlaces *places, const VkpFolder *folder);

/* Whether the folder is "lost": in a worktree that was deleted, even if a new one was created under
 * the same name. */
gboolean vkp_places_is_lost(const VkpPlaces *places, const VkpFolder *folder);

/* Whether the attempt is "gone": the board has folders for it, and none of them exists. */
gboolean vkp_places_is_gone(const VkpPlaces *places, const VkpUuid *attempt_id);
