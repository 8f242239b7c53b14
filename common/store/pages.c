/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/pages.h"

#include "common/store/schema.h"

#define PAGE_USEC 2000

/* What comes after this is left out: half a board is better than none, and the newest half is
 * there. All tables together end before the connection's deadline. */
#define TABLE_USEC 700000

typedef struct {
    const VkpPageQuery *query;
    VkpCursor *cursor;
    sqlite3_stmt *statement;
    guint n_rows; /* rowids taken in this page */
    gint64 table_ends_usec;
} Page;

VkpPages vkp_pages_start(sqlite3 *database, VkpBoard *board)
{
    return (VkpPages){.database = database, .board = board};
}

int vkp_pages_begin(VkpPages *pages)
{
    int code = sqlite3_exec(pages->database, "BEGIN", NULL, NULL, NULL);
    pages->is_open = code == SQLITE_OK;
    pages->page_ends_usec = g_get_monotonic_time() + PAGE_USEC;
    return code;
}

void vkp_pages_end(VkpPages *pages)
{
    if (pages->is_open)
        sqlite3_exec(pages->database, "ROLLBACK", NULL, NULL, NULL);
    pages->is_open = FALSE;
}

/* Moves below a rowid. */
static void pass(VkpCursor *cursor, sqlite3_int64 rowid)
{
    cursor->is_done = rowid == G_MININT64;
    cursor->from = cursor->is_done ? rowid : rowid - 1;
}

/* Whether the row that stands in the statement belongs to another page. A page has one rowid at
 * least, however slow. */
static gboolean page_is_over(const VkpPages *pages, const Page *page)
{
    return page->n_rows > 0 && g_get_monotonic_time() >= pages->page_ends_usec;
}

/* Whether it is one too many for us. */
static gboolean table_is_over(const Page *page)
{
    return page->cursor->n_rows == VKP_SCHEMA_MAX_ROWS ||
           (page->cursor->n_rows > 0 && g_get_monotonic_time() >= page->table_ends_usec);
}

/* Takes rows until the table or the page is over. Rows of one rowid are never torn apart.
 * SQLITE_OK, or why it stopped in between. */
static int read_page(VkpPages *pages, Page *page)
{
    VkpCursor *cursor = page->cursor;
    sqlite3_bind_int64(page->statement, 1, cursor->from);
    int code;
    while ((code = sqlite3_step(page->statement)) == SQLITE_ROW) {
        sqlite3_int64 rowid = sqlite3_column_int64(page->statement, 0);
        gboolean is_new = page->n_rows == 0 || rowid <= cursor->from;
        if (is_new && page_is_over(pages, page))
            break;
        if (is_new && table_is_over(page)) {
            vkp_board_set_is_cut(pages->board);
            pages->has_run_out |= cursor->n_rows < VKP_SCHEMA_MAX_ROWS;
            code = SQLITE_DONE;
            break;
        }
        if (is_new) {
            page->n_rows++;
            cursor->n_rows++;
            pass(cursor, rowid);
        }
        page->query->take(page->statement, page->query->data);
    }
    cursor->is_done |= code == SQLITE_DONE;
    sqlite3_reset(page->statement);
    return code == SQLITE_DONE || code == SQLITE_ROW ? SQLITE_OK : code;
}

/* Moves below the row whose value is too long to be read: the topmost of those to come. */
static int skip_row(const VkpPages *pages, const Page *page)
{
    g_autofree char *sql =
        g_strdup_printf("SELECT max(rowid) FROM %s WHERE rowid <= ?1", page->query->table);
    sqlite3_stmt *statement = NULL;
    int code = sqlite3_prepare_v2(pages->database, sql, -1, &statement, NULL);
    if (code != SQLITE_OK)
        return code;
    sqlite3_bind_int64(statement, 1, page->cursor->from);
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW) {
        gboolean is_there = sqlite3_column_type(statement, 0) == SQLITE_INTEGER;
        pass(page->cursor, is_there ? sqlite3_column_int64(statement, 0) : G_MININT64);
        vkp_board_count_skipped(pages->board);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_ROW ? SQLITE_OK : code;
}

static int next_page(VkpPages *pages, Page *page)
{
    page->n_rows = 0;
    if (g_get_monotonic_time() < pages->page_ends_usec)
        return SQLITE_OK;
    vkp_pages_end(pages);
    return vkp_pages_begin(pages);
}

int vkp_pages_read(VkpPages *pages, const VkpPageQuery *query, VkpCursor *cursor)
{
    Page page = {.query = query, .cursor = cursor};
    page.table_ends_usec = g_get_monotonic_time() + TABLE_USEC;
    int code = sqlite3_prepare_v2(pages->database, query->sql, -1, &page.statement, NULL);
    while (code == SQLITE_OK && !cursor->is_done) {
        code = read_page(pages, &page);
        if (code == SQLITE_TOOBIG && page.n_rows == 0)
            code = skip_row(pages, &page);
        else if (code == SQLITE_TOOBIG)
            code = SQLITE_OK; /* once more, with that row on top */
        if (code == SQLITE_OK && !cursor->is_done)
            code = next_page(pages, &page);
    }
    sqlite3_finalize(page.statement);
    return code;
}
