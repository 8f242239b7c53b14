/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/base/mounts.h"
#include "common/proc/process.h"
#include "common/store/board.h"

/* The worktrees of a board as folders of this machine, so that a process's folder can be compared
 * by device and inode. Resolving looks at the disk; matching does not. A worktree that is made or
 * deleted later counts from the next resolving on. */
typedef struct VkpPlaces VkpPlaces;

/* What is not absolute, the root, `home` (NULL: unknown) and all that holds the home, by path or by
 * inode, matches nothing. Each of `roots` (NULL-terminated; NULL: none) is a further folder in
 * which the worktrees may also stand, under the same names; one that does not is not called gone
 * for that. Keeps a reference to the board. What lies on something remote of `mounts` (NULL:
 * nothing does) that does not answer in a moment may be there or not, and is known by its path
 * alone. */
VkpPlaces *vkp_places_resolve(VkpBoard *board, const char *home, const char *const *roots,
                              VkpMounts *mounts);
void vkp_places_free(VkpPlaces *places); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpPlaces, vkp_places_free)

/* Whether both match alike, because they are of one board and the disk has not changed. */
gboolean vkp_places_equal(const VkpPlaces *a, const VkpPlaces *b);

/* The attempt whose worktree holds the folder; the deepest wins. By inode where the folder and the
 * worktree can be seen; by whole path components where one of them is deleted or hidden. Borrowed;
 * NULL: in none. */
const VkpAttempt *vkp_places_match(const VkpPlaces *places, const VkpFolder *folder);

/* Whether the folder lies in a worktree that is not there any more, or in an earlier one of which
 * only the name was made anew. */
gboolean vkp_places_is_lost(const VkpPlaces *places, const VkpFolder *folder);

/* Whether the attempt names folders and none of them exists. */
gboolean vkp_places_is_gone(const VkpPlaces *places, const VkpUuid *attempt_id);
