/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/store/board.h"

/* The database of the board, which belongs to vibe-kanban's server (its owner). It is read as
 * briefly as possible: opened, copied and closed again at each refresh, because in DELETE mode an
 * open read statement makes the owner's commits fail, and a mere open connection prevents it from
 * changing the journal mode. Never written, never repaired. */
typedef struct VkpStore VkpStore;

/* `path` may name a file that does not exist yet; a relative one is resolved against the current
 * directory. The home folder, g_get_home_dir(), never counts as a worktree. Opens nothing. */
VkpStore *vkp_store_new(const char *path);
void vkp_store_free(VkpStore *store); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpStore, vkp_store_free)

/* Reads the board again if the file (or its -wal) changed since the last successful read, or if the
 * last read failed or ran out of time. Returns whether the board or the state changed; a board that
 * equals the last one is dropped, so that vkp_store_board() returns the same pointer. Bounded in
 * time (milliseconds for a usual board, 3 s at most); on any failure the last board that was read
 * is kept.
 *
 * It is normal that the database is locked while its owner writes. Then a refresh some 100 ms later
 * tries again, with doubling pauses, and the state stays ok until that has failed for 3 s. If there
 * is no board yet, the state becomes locked at once. */
gboolean vkp_store_refresh(VkpStore *store);

/* When to refresh, without waiting for the next tick (g_get_monotonic_time()). 0: not before the
 * tick; that is also so once a lock has lasted for 3 s. */
gint64 vkp_store_retry_at_usec(const VkpStore *store);

/* The last board that was read; an empty one before. Borrowed. */
VkpBoard *vkp_store_board(VkpStore *store);

/* The state as of the last refresh; missing before the first. */
VkpDatabaseState vkp_store_state(const VkpStore *store);

/* Why the state is not ok, for a person: names the file and what to do about it. NULL when ok.
 * Borrowed until the next refresh. */
const char *vkp_store_problem(const VkpStore *store);

/* The file's absolute path, symlinks not resolved, whether it exists or not. Borrowed. */
const char *vkp_store_path(const VkpStore *store);

/* When the board was last known to be current, g_get_monotonic_time(); 0: never. */
gint64 vkp_store_read_at_usec(const VkpStore *store);
