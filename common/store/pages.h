/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "common/store/board.h"

/* Reads long tables in pages, each a short transaction. While one of ours is open, the owner of a
 * database in DELETE mode cannot commit: SQLite makes it try again after 1, 3, 8 and 18 ms. A page
 * of less than 3 ms delays it by no more than that; between two pages it can commit, because it
 * already holds the lock that keeps new readers out. */
typedef struct {
    sqlite3 *database;
    VkpBoard *board; /* where skipped rows are counted */
    gint64 page_ends_usec;
    gboolean is_open;     /* a transaction is open */
    gboolean has_run_out; /* of time, so that the next read may get more rows */
} VkpPages;

/* Called for each row of the statement. */
typedef void (*VkpPageRowFunc)(sqlite3_stmt *row, gpointer data);

/* What to read: a statement from query.h, which reads that table. */
typedef struct {
    const char *table;
    const char *sql;
    VkpPageRowFunc take;
    gpointer data;
} VkpPageQuery;

/* How far a table has been read: VKP_CURSOR_START, then moved by vkp_pages_read() alone. */
typedef struct {
    sqlite3_int64 from; /* the highest rowid still to be read */
    guint n_rows;       /* rowids read so far */
    gboolean is_done;
} VkpCursor;

#define VKP_CURSOR_START ((VkpCursor){.from = G_MAXINT64})

VkpPages vkp_pages_start(sqlite3 *database, VkpBoard *board);

/* Begins the first page: SQLITE_OK or SQLite's code. Ends the last one, after failures too. */
int vkp_pages_begin(VkpPages *pages);
void vkp_pages_end(VkpPages *pages);

/* Reads the rows from the cursor on, the highest rowid first. If there are more than
 * VKP_SCHEMA_MAX_ROWS rowids, or it takes too long (less than a second), it stops and the board is
 * cut. Rows with a value that is too long are counted as skipped. SQLITE_OK, or SQLite's code:
 * after SQLITE_BUSY the caller can go on from the same cursor. */
int vkp_pages_read(VkpPages *pages, const VkpPageQuery *query, VkpCursor *cursor);
