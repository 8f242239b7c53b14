/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

#include "common/store/board.h"

/* Reading long tables in short transactions. While one of ours is open, the owner of a database in
 * DELETE mode cannot commit: SQLite lets it ask again after 1, 3, 8 and 18 ms. A page of less than
 * 3 costs it no more than that; between two pages it gets its turn, because it already holds the
 * lock that keeps new readers out. */
typedef struct {
    sqlite3 *database;
    VkpBoard *board; /* where skipped rows are counted */
    gint64 page_ends_usec;
    gboolean is_open;     /* a transaction is */
    gboolean has_run_out; /* of time: another time there may be more */
} VkpPages;

/* Takes a row of the statement. */
typedef void (*VkpPageRowFunc)(sqlite3_stmt *row, gpointer data);

/* What to read: a statement of query.h, over that table. */
typedef struct {
    const char *table;
    const char *sql;
    VkpPageRowFunc take;
    gpointer data;
} VkpPageQuery;

/* How far a table has been read: VKP_CURSOR_START, then moved by vkp_pages_read() alone. */
typedef struct {
    sqlite3_int64 from; /* the highest rowid that is still to come */
    guint n_rows;       /* rowids taken so far */
    gboolean is_done;
} VkpCursor;

#define VKP_CURSOR_START ((VkpCursor){.from = G_MAXINT64})

VkpPages vkp_pages_start(sqlite3 *database, VkpBoard *board);

/* Begins the first page: SQLITE_OK or SQLite's code. Ends the last one, after failures too. */
int vkp_pages_begin(VkpPages *pages);
void vkp_pages_end(VkpPages *pages);

/* Takes every row from the cursor on, the highest rowid first, at most VKP_SCHEMA_MAX_ROWS rowids
 * and for less than a second: then the board is cut. Rows with a value too long are counted as
 * skipped. SQLITE_OK, or SQLite's code: after SQLITE_BUSY one can go on from the same cursor. */
int vkp_pages_read(VkpPages *pages, const VkpPageQuery *query, VkpCursor *cursor);
