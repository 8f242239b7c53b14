/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/reading.h"

#include "common/store/columns.h"
#include "common/store/pages.h"
#include "common/store/query.h"
#include "common/store/row-taker.h"

/* Executions first: each was written after its attempt, which therefore is found, though both may
 * have come between two pages. */
typedef enum {
    STAGE_EXECUTIONS,
    STAGE_ATTEMPTS,
    STAGE_TASKS,
    STAGE_PROJECTS,
    STAGE_DONE,
} Stage;

struct VkpReading {
    char *home;
    VkpBoard *previous;
    VkpBoard *board;
    VkpRowTaker *taker;
    VkpGeneration generation;
    Stage stage;
    VkpCursor cursor; /* in the stage's table */
    guint n_rows;     /* of the stages before */
    gboolean has_run_out;
};

static void start_over(VkpReading *reading)
{
    g_clear_pointer(&reading->taker, vkp_row_taker_free);
    vkp_board_unref(reading->board);
    reading->board = vkp_board_new();
    reading->taker = vkp_row_taker_new(reading->board, reading->home, reading->previous);
    reading->stage = STAGE_EXECUTIONS;
    reading->cursor = VKP_CURSOR_START;
    reading->n_rows = 0;
    reading->has_run_out = FALSE;
}

VkpReading *vkp_reading_new(const char *home, VkpBoard *previous)
{
    VkpReading *reading = g_new0(VkpReading, 1);
    reading->home = g_strdup(home);
    reading->previous = previous ? vkp_board_ref(previous) : NULL;
    start_over(reading);
    return reading;
}

void vkp_reading_free(VkpReading *reading)
{
    if (!reading)
        return;
    vkp_row_taker_free(reading->taker);
    vkp_board_unref(reading->board);
    vkp_board_unref(reading->previous);
    g_free(reading->home);
    g_free(reading);
}

/* The stage's question, in *sql, which the caller frees; NULL there: there is nothing to be asked.
 */
static VkpPageQuery query_of(const VkpReading *reading, const VkpColumns *columns, char **sql)
{
    gboolean is_new = reading->generation >= VKP_GENERATION_D;
    VkpPageQuery query = {.data = reading->taker};
    switch (reading->stage) {
    case STAGE_EXECUTIONS:
        query.table = "execution_processes";
        query.take = vkp_row_taker_take_execution;
        *sql = vkp_query_dup_executions(columns);
        break;
    case STAGE_ATTEMPTS:
        query.table = is_new ? "workspaces" : "task_attempts";
        query.take = vkp_row_taker_take_attempt;
        *sql = vkp_query_dup_attempts(columns);
        break;
    case STAGE_TASKS:
        query.table = "tasks";
        query.take = vkp_row_taker_take_task;
        *sql = vkp_query_dup_ids(columns, "tasks");
        break;
    case STAGE_PROJECTS:
    case STAGE_DONE:
        query.table = "projects";
        query.take = vkp_row_taker_take_project;
        *sql = vkp_query_dup_ids(columns, "projects");
        break;
    }
    query.sql = *sql;
    return query;
}

static int read_stages(VkpReading *reading, VkpPages *pages, const VkpColumns *columns)
{
    int code = SQLITE_OK;
    while (code == SQLITE_OK && reading->stage != STAGE_DONE) {
        g_autofree char *sql = NULL;
        VkpPageQuery query = query_of(reading, columns, &sql);
        if (sql)
            code = vkp_pages_read(pages, &query, &reading->cursor);
        if (code == SQLITE_OK) {
            reading->stage++;
            reading->n_rows += reading->cursor.n_rows;
            reading->cursor = VKP_CURSOR_START;
        }
    }
    return code;
}

static int read_board(VkpReading *reading, VkpPages *pages, const VkpColumns *columns)
{
    g_autofree char *sql = vkp_query_dup_action_agent(columns);
    sqlite3_stmt *action_agent = NULL;
    if (sql) /* on failure no names come from there */
        sqlite3_prepare_v2(pages->database, sql, -1, &action_agent, NULL);
    vkp_row_taker_set_action_agent(reading->taker, action_agent);
    int code = read_stages(reading, pages, columns);
    vkp_row_taker_set_action_agent(reading->taker, NULL);
    sqlite3_finalize(action_agent);
    return code;
}

/* Counted by SQLite at each change of the tables; -1: it can't be told. */
static int schema_version(sqlite3 *database)
{
    sqlite3_stmt *statement = NULL;
    int version = -1;
    if (sqlite3_prepare_v2(database, "PRAGMA main.schema_version", -1, &statement, NULL) ==
            SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return version;
}

/* The owner may change its tables between two pages: that is no fault of theirs, and what was read
 * of the old ones says nothing. */
static int excuse_change(VkpReading *reading, sqlite3 *database, int code, int version)
{
    gboolean is_refused = (code & 0xff) == SQLITE_ERROR || (code & 0xff) == SQLITE_SCHEMA;
    if (!is_refused || schema_version(database) == version)
        return code;
    start_over(reading);
    return SQLITE_BUSY;
}

static int detect_and_read(VkpReading *reading, VkpPages *pages)
{
    int version = schema_version(pages->database);
    int code;
    g_autoptr(VkpColumns) columns = vkp_columns_load(pages->database, &code);
    if (!columns)
        return code;
    VkpGeneration generation = vkp_columns_generation(columns);
    if (generation != reading->generation) { /* none yet, or upgraded since the last run */
        start_over(reading);
        pages->board = reading->board;
    }
    reading->generation = generation;
    if (generation == VKP_GENERATION_NONE)
        return SQLITE_OK;
    return excuse_change(reading, pages->database, read_board(reading, pages, columns), version);
}

int vkp_reading_run(VkpReading *reading, sqlite3 *database)
{
    VkpPages pages = vkp_pages_start(database, reading->board);
    int code = vkp_pages_begin(&pages);
    if (code == SQLITE_OK)
        code = detect_and_read(reading, &pages);
    vkp_pages_end(&pages);
    reading->has_run_out |= pages.has_run_out;
    return code;
}

gboolean vkp_reading_has_run_out(const VkpReading *reading)
{
    return reading->has_run_out;
}

guint vkp_reading_n_rows(const VkpReading *reading)
{
    return reading->n_rows + reading->cursor.n_rows;
}

VkpGeneration vkp_reading_generation(const VkpReading *reading)
{
    return reading->generation;
}

VkpBoard *vkp_reading_steal_board(VkpReading *reading)
{
    vkp_row_taker_finish(reading->taker);
    vkp_board_seal(reading->board);
    return g_steal_pointer(&reading->board);
}
