/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "common/store/board.h"
#include "common/store/schema.h"

/* A board as it is being read: in one go, or, when the owner keeps us out in the middle, in
 * several.
 *
 * The database is read in pages, each one transaction of a few milliseconds, so that a large board
 * never keeps its owner waiting; a usual one is a single page. A row that changes between two pages
 * is seen as it was or as it is: who reads again when the file has changed sees the end of it. */
typedef struct VkpReading VkpReading;

/* `home` (may be NULL) is no worktree, whatever a row says. `previous` (may be NULL) is an earlier
 * board of the same file: what never changes is not read again. */
VkpReading *vkp_reading_new(const char *home, VkpBoard *previous);
void vkp_reading_free(VkpReading *reading); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpReading, vkp_reading_free)

/* Detects the generation and reads, from a database that is in no transaction. SQLITE_OK: all is
 * read. SQLITE_BUSY (with its extensions): run it again, on any connection to the same file; it
 * goes on where it stopped. Any other code of SQLite: this reading is of no use any more. */
int vkp_reading_run(VkpReading *reading, sqlite3 *database);

/* Rows read so far: tells whether a run got on. */
guint vkp_reading_n_rows(const VkpReading *reading);

/* Whether rows were left out because reading them took too long, as it does where the disk is slow
 * for a moment or we were stopped. */
gboolean vkp_reading_has_run_out(const VkpReading *reading);

VkpGeneration vkp_reading_generation(const VkpReading *reading);

/* The board, sealed, once all is read. Rows that couldn't be understood are counted and left out.
 */
VkpBoard *vkp_reading_steal_board(VkpReading *reading);
