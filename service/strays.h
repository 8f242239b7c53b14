/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/store/board.h"

/* Strays: databases of other boards at paths that we do not know, found among the open files of
 * processes. A debug build keeps its database in its checkout, and VK_DATABASE_PATH may lead
 * anywhere. We must not end what another board's server runs; so as soon as a process has an id
 * that is on no known board, they are searched for (only then, as to read all descriptors is
 * expensive). Files with a name that the user chose are searched for only among processes that may
 * be a server: those with a server's name, and those from which a process with such an id descends
 * without having inherited the id from it. For databases.c only. */
typedef struct VkpStrays VkpStrays;

/* `reader` is borrowed and outlives the strays; `uid`: whose processes are asked. */
VkpStrays *vkp_strays_new(VkpReader *reader, uid_t uid);
void vkp_strays_free(VkpStrays *strays); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpStrays, vkp_strays_free)

/* What is known already; all borrowed. */
typedef struct {
    VkpSnapshot *snapshot;
    const VkpBoard *board;        /* ours */
    GHashTable *foreign_ids;      /* set of VkpUuid * in the others */
    gboolean have_boards_changed; /* since the last search */
    gboolean is_thorough;         /* look at all processes that have run, even out of turn */
} VkpStraysInput;

/* Searches if there is reason to. Returns whether a path or a holder was found. */
gboolean vkp_strays_search(VkpStrays *strays, const VkpStraysInput *input);

/* As char *, in the order they were found. Borrowed until the next call of anything here. */
const GPtrArray *vkp_strays_paths(const VkpStrays *strays);

/* Notes that the file is no board's database, so that it is not found again unless it changes. */
void vkp_strays_dismiss(VkpStrays *strays, const char *path);

/* Forgets the paths of files that do not exist any more. */
void vkp_strays_drop_missing(VkpStrays *strays);

/* Notes processes (pid_t) of the last snapshot that have one open that is not to be read any more.
 */
void vkp_strays_note_obscure(VkpStrays *strays, const GArray *pids);

/* Appends living processes (pid_t) that have one open that we cannot read: its path does not lead
 * to it here, as in a container, its file system may not respond, or there were too many of them.
 */
void vkp_strays_append_obscure(const VkpStrays *strays, GArray *pids);
