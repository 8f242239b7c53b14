/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

#include "common/store/board.h"

/* The owner's database, read only and as briefly as can be: opened, copied out and closed again at
 * each refresh, because an open read statement fails the owner's commits in DELETE mode and a mere
 * open connection blocks its change of journal mode. Never written, never repaired. */
typedef struct VkpStore VkpStore;

/* `path` may name a file that is not there yet; a relative one is taken from the current folder.
 * The home folder, g_get_home_dir(), is no worktree whatever a row says. Nothing is opened. */
VkpStore *vkp_store_new(const char *path);
void vkp_store_free(VkpStore *store); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpStore, vkp_store_free)

/* Reads the board anew if the file (or its -wal) changed since the last good read, or if the last
 * one failed or ran out of time. Returns whether the board or the state changed; a board that says
 * the same as the last one is dropped, so that vkp_store_board() keeps its pointer. Bounded in time
 * (milliseconds for a usual board, 3 s at most); on any failure the last good board stays.
 *
 * That our read finds the database locked is normal while its owner writes. It is tried again when
 * somebody refreshes after some 100 ms, doubling, and the state stays ok until it has failed for
 * 3 s. Without any board yet, the state is locked at once. */
gboolean vkp_store_refresh(VkpStore *store);

/* When a refresh is worth while that need not wait for the usual tick (g_get_monotonic_time()).
 * 0: there is no hurry, or there has been for 3 s: a lock that lasts is left to the ticks. */
gint64 vkp_store_retry_at_usec(const VkpStore *store);

/* The last good board; an empty one before there was any. Borrowed. */
VkpBoard *vkp_store_board(VkpStore *store);

/* How it stands with the file as of the last refresh; missing before there was any. */
VkpDatabaseState vkp_store_state(const VkpStore *store);

/* Why the state is not ok, for a person: names the file and what to do. NULL when ok. Borrowed
 * until the next refresh. */
const char *vkp_store_problem(const VkpStore *store);

/* The file's absolute path, symlinks and all, whether it is there or not. Borrowed. */
const char *vkp_store_path(const VkpStore *store);

/* When the board was last known to be what the database says, g_get_monotonic_time(); 0 never. */
gint64 vkp_store_read_at_usec(const VkpStore *store);
