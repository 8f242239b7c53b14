/* SPDX-License-Identifier: Apache-2.0 */
/* A database of rows that nobody should have written: the layout (one byte), then rows, each as
 * table, and type and value of every column. Through real SQLite into a board. */
#include <sqlite3.h>

#include "common/base/text.h"
#include "common/store/reading.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/fake-layout.h"

#define MAX_ROWS 64
#define MAX_COLUMNS 32

typedef struct {
    char *name;
    guint n_columns;
} Table;

typedef struct {
    sqlite3 *database;
    GArray *tables;
} Layout;

static void run(sqlite3 *database, const char *sql)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(database));
}

static void free_table(gpointer table)
{
    g_free(((Table *)table)->name);
}

/* The tables without what would keep odd rows out: constraints and the columns' types. */
static void loosen(Layout *layout)
{
    sqlite3_stmt *all = NULL;
    FUZZ_CHECK(sqlite3_prepare_v2(layout->database,
                                  "SELECT m.name, count(*), group_concat('\"' || i.name || '\"')"
                                  " FROM sqlite_master m, pragma_table_info(m.name) i"
                                  " WHERE m.type = 'table' GROUP BY m.name",
                                  -1, &all, NULL) == SQLITE_OK);
    g_autoptr(GString) script = g_string_new(NULL);
    while (sqlite3_step(all) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(all, 0);
        Table table = {g_strdup(name), (guint)sqlite3_column_int(all, 1)};
        FUZZ_CHECK(table.n_columns <= MAX_COLUMNS);
        g_array_append_val(layout->tables, table);
        g_string_append_printf(script, "DROP TABLE %s; CREATE TABLE %s (%s);", name, name,
                               sqlite3_column_text(all, 2));
    }
    sqlite3_finalize(all);
    run(layout->database, script->str);
}

static Layout *layout_of(guint number)
{
    static Layout layouts[FAKE_N_LAYOUTS];
    Layout *layout = &layouts[number];
    if (layout->database) {
        for (guint i = 0; i < layout->tables->len; i++) {
            g_autofree char *sql =
                g_strdup_printf("DELETE FROM %s", g_array_index(layout->tables, Table, i).name);
            run(layout->database, sql);
        }
        return layout;
    }
    g_autofree char *script = fake_layout_dup_tables((FakeLayout)number);
    FUZZ_CHECK(sqlite3_open(":memory:", &layout->database) == SQLITE_OK);
    run(layout->database, script);
    layout->tables = g_array_new(FALSE, FALSE, sizeof(Table));
    g_array_set_clear_func(layout->tables, free_table);
    loosen(layout);
    return layout;
}

static void bind_one(sqlite3_stmt *row, int column, FuzzInput *input)
{
    static const char *const words[] = {
        "2026-01-10T03:00:00.123456789+00:00",
        "2026-01-10 03:00:00.123",
        "running",
        "codingagent",
        "CLAUDE_CODE",
        "/var/tmp/worktrees/one",
        "/",
        "",
    };
    guint kind = fuzz_byte(input);
    gsize length;
    const char *run_of_bytes;
    switch (kind % 8) {
    case 0:
        sqlite3_bind_null(row, column);
        break;
    case 1:
        sqlite3_bind_int64(row, column, (sqlite3_int64)fuzz_number(input, 8));
        break;
    case 2:
        sqlite3_bind_double(row, column, (double)(gint64)fuzz_number(input, 8) / 7);
        break;
    case 3:
        run_of_bytes = fuzz_run(input, &length);
        sqlite3_bind_blob(row, column, run_of_bytes, (int)length, SQLITE_TRANSIENT);
        break;
    case 4:
        run_of_bytes = fuzz_run(input, &length);
        sqlite3_bind_text(row, column, run_of_bytes, (int)length, SQLITE_TRANSIENT);
        break;
    case 5:
        sqlite3_bind_text(row, column, words[kind / 8 % G_N_ELEMENTS(words)], -1, SQLITE_STATIC);
        break;
    default: /* ids that meet each other */
        sqlite3_bind_blob(row, column, fake_id(kind / 8 % 8).bytes, 16, SQLITE_TRANSIENT);
    }
}

static void add_row(Layout *layout, FuzzInput *input)
{
    const Table *table =
        &g_array_index(layout->tables, Table, fuzz_byte(input) % layout->tables->len);
    g_autoptr(GString) sql = g_string_new(NULL);
    g_string_printf(sql, "INSERT INTO %s VALUES (?1", table->name);
    for (guint i = 2; i <= table->n_columns; i++)
        g_string_append_printf(sql, ", ?%u", i);
    g_string_append_c(sql, ')');
    sqlite3_stmt *row = NULL;
    FUZZ_CHECK(sqlite3_prepare_v2(layout->database, sql->str, -1, &row, NULL) == SQLITE_OK);
    for (guint i = 1; i <= table->n_columns; i++)
        bind_one(row, (int)i, input);
    FUZZ_CHECK(sqlite3_step(row) == SQLITE_DONE);
    sqlite3_finalize(row);
}

static void check_text(const char *text)
{
    FUZZ_CHECK(!text || vkp_text_is_valid(text));
}

static void check_attempt(const VkpAttempt *attempt)
{
    FUZZ_CHECK(!vkp_uuid_is_nil(&attempt->id));
    const char *const texts[] = {attempt->project_name, attempt->task_title, attempt->name,
                                 attempt->branch,       attempt->agent,      attempt->folder};
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++)
        check_text(texts[i]);
    FUZZ_CHECK(!attempt->folder || (attempt->folder[0] == '/' && attempt->folder[1] != '\0'));
    for (guint i = 0; attempt->worktrees && attempt->worktrees[i]; i++) {
        check_text(attempt->worktrees[i]);
        FUZZ_CHECK(attempt->worktrees[i][0] == '/' && attempt->worktrees[i][1] != '\0');
        FUZZ_CHECK(!strstr(attempt->worktrees[i], "/../"));
    }
}

static void check_board(VkpBoard *board)
{
    for (guint i = 0; i < vkp_board_n_attempts(board); i++)
        check_attempt(vkp_board_attempt_at(board, i));
    for (guint i = 0; i < vkp_board_n_executions(board); i++) {
        const VkpExecution *execution = vkp_board_execution_at(board, i);
        check_text(execution->agent);
        FUZZ_CHECK(execution->pid >= 0 && execution->started_at_usec >= 0);
        FUZZ_CHECK(execution->kind != VKP_KIND_CHILD);
        FUZZ_CHECK(vkp_uuid_is_nil(&execution->attempt_id) ||
                   vkp_board_lookup_attempt(board, &execution->attempt_id));
    }
}

static VkpBoard *read_board(Layout *layout, VkpBoard *previous)
{
    g_autoptr(VkpReading) reading = vkp_reading_new("/home/somebody", previous);
    FUZZ_CHECK(vkp_reading_run(reading, layout->database) == SQLITE_OK);
    VkpBoard *board = vkp_reading_steal_board(reading);
    check_board(board);
    return board;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    FuzzInput input = {data, size};
    Layout *layout = layout_of(fuzz_byte(&input) % FAKE_N_LAYOUTS);
    for (guint i = 0; i < MAX_ROWS && input.left > 0; i++)
        add_row(layout, &input);
    g_autoptr(VkpBoard) board = read_board(layout, NULL);
    g_autoptr(VkpBoard) again = read_board(layout, board);
    /* So few rows are cut only if the machine let one of the readings wait for long. */
    FUZZ_CHECK(vkp_board_is_cut(board) || vkp_board_is_cut(again) || vkp_board_equal(board, again));
    return 0;
}
