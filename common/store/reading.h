/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "common/store/board.h"
#include "common/store/schema.h"

/* Reads a board, in one run or, if the database's owner locks us out in between, in several.
 *
 * The database is read in pages, each a transaction of a few milliseconds, so that a large board
 * does not delay its owner; a usual one is a single page. Of a row that changes between two pages
 * either state may be read; as the file has changed then, the caller reads it again. */
typedef struct VkpReading VkpReading;

/* `home` (may be NULL) never counts as a worktree. `previous` (may be NULL) is an earlier board of
 * the same file, from which values that never change are taken. */
VkpReading *vkp_reading_new(const char *home, VkpBoard *previous);
void vkp_reading_free(VkpReading *reading); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpReading, vkp_reading_free)

/* Detects the generation and reads, on a connection without an open transaction. SQLITE_OK: all was
 * read. SQLITE_BUSY (or an extended code of it): run it again, on any connection to the same file;
 * it goes on where it stopped. Any other code of SQLite: this reading must not be used any more. */
int vkp_reading_run(VkpReading *reading, sqlite3 *database);

/* Rows read so far: shows whether a run made progress. */
guint vkp_reading_n_rows(const VkpReading *reading);

/* Whether rows were left out because reading them took too long, as it does where the disk is slow
 * for a moment or we were stopped. */
gboolean vkp_reading_has_run_out(const VkpReading *reading);

VkpGeneration vkp_reading_generation(const VkpReading *reading);

/* The sealed board, once all was read. Rows that couldn't be understood are counted and skipped. */
VkpBoard *vkp_reading_steal_board(VkpReading *reading);
