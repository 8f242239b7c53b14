/* SPDX-License-Identifier: Apache-2.0 */
/* One execution whose executor_action is the input: as text, or as a blob when it begins with a
 * NUL. */
#include <sqlite3.h>

#include "common/base/text.h"
#include "common/store/reading.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fake-board.h"

static void run(sqlite3 *database, const char *sql)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        g_error("%s: %s", sql, sqlite3_errmsg(database));
}

static sqlite3 *open_database(void)
{
    sqlite3 *database = NULL;
    FUZZ_CHECK(sqlite3_open(":memory:", &database) == SQLITE_OK);
    run(database, "CREATE TABLE projects (id, name); CREATE TABLE tasks (id, project_id, title);"
                  "CREATE TABLE task_attempts (id, task_id, container_ref, branch);"
                  "CREATE TABLE execution_processes (id, task_attempt_id, run_reason, status,"
                  " started_at, executor_action)");
    return database;
}

static void write_row(sqlite3 *database, const char *action, gsize length)
{
    sqlite3_stmt *row = NULL;
    run(database, "DELETE FROM execution_processes");
    FUZZ_CHECK(sqlite3_prepare_v2(database,
                                  "INSERT INTO execution_processes VALUES"
                                  " (?1, ?2, 'codingagent', 'running', '', ?3)",
                                  -1, &row, NULL) == SQLITE_OK);
    sqlite3_bind_blob(row, 1, fake_id(1).bytes, 16, SQLITE_TRANSIENT);
    sqlite3_bind_blob(row, 2, fake_id(2).bytes, 16, SQLITE_TRANSIENT);
    if (length && action[0] == '\0')
        sqlite3_bind_blob(row, 3, action, (int)length, SQLITE_TRANSIENT);
    else
        sqlite3_bind_text(row, 3, action, (int)length, SQLITE_TRANSIENT);
    FUZZ_CHECK(sqlite3_step(row) == SQLITE_DONE);
    sqlite3_finalize(row);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static sqlite3 *database;
    if (!database)
        database = open_database();
    write_row(database, size ? (const char *)data : "", size);
    g_autoptr(VkpReading) reading = vkp_reading_new(NULL, NULL);
    FUZZ_CHECK(vkp_reading_run(reading, database) == SQLITE_OK);
    g_autoptr(VkpBoard) board = vkp_reading_steal_board(reading);
    FUZZ_CHECK(vkp_board_n_executions(board) == 1);
    const char *agent = vkp_board_execution_at(board, 0)->agent;
    for (; agent && *agent; agent++)
        FUZZ_CHECK(g_ascii_isupper(*agent) || g_ascii_isdigit(*agent) || *agent == '_');
    return 0;
}
