/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/store/board.h"

/* Databases at places that nobody has told us of, found by who has them open: a debug build keeps
 * its own in its checkout, and VK_DATABASE_PATH may lead anywhere. What another board's server runs
 * is not ours to end, so they are looked for as soon as somebody bears an id that no known board
 * has, and only then: everybody's descriptors are dear. Under a name that the user has chosen they
 * are looked for only with whoever is likely to be a server: it is called like one, or whoever
 * bears such an id descends from it without having the id from it. For databases.c alone. */
typedef struct VkpStrays VkpStrays;

/* `reader` is borrowed and outlives the strays; `uid`: whose processes are asked. */
VkpStrays *vkp_strays_new(VkpReader *reader, uid_t uid);
void vkp_strays_free(VkpStrays *strays); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpStrays, vkp_strays_free)

/* What is known by other ways; all borrowed. */
typedef struct {
    VkpSnapshot *snapshot;
    const VkpBoard *board;        /* ours */
    GHashTable *foreign_ids;      /* set of VkpUuid * in the others */
    gboolean have_boards_changed; /* since the last search */
    gboolean is_thorough;         /* look at all who have run, though it is not their turn */
} VkpStraysInput;

/* Looks for more if there is reason to. Returns whether a path or a holder came in. */
gboolean vkp_strays_search(VkpStrays *strays, const VkpStraysInput *input);

/* As char *, in the order they were found. Borrowed until the next call of anything here. */
const GPtrArray *vkp_strays_paths(const VkpStrays *strays);

/* The file is no board: not to be found again as it is now. */
void vkp_strays_dismiss(VkpStrays *strays, const char *path);

/* Forgets the paths that lead nowhere any more. */
void vkp_strays_drop_missing(VkpStrays *strays);

/* Appends living processes (pid_t) that hold one of which is not known what stands in it: it cannot
 * be reached from here, as in a container, its file system might not answer, or there were too many
 * to look at them all. */
void vkp_strays_append_obscure(const VkpStrays *strays, GArray *pids);
