/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/connection.h"

#include <fcntl.h>

/* All of a refresh; our event loop waits for it. 100,000 executions take a third of a second. */
#define DEADLINE_USEC (3 * G_USEC_PER_SEC)

/* How long to wait for locks of the owner's, all in all. A commit holds one for as long as the disk
 * needs: milliseconds, or tens of them. Who gives up here comes back and goes on. */
#define BUSY_USEC 40000

/* Instructions of SQLite's machine between two looks at the clock: some 50 µs. */
#define PROGRESS_STEPS 2000

/* Of SQLite's memory in the whole process: no board needs as much, and one that is made to harm
 * gets no more. */
#define HEAP_MAX_BYTES (64 << 20)

struct VkpConnection {
    sqlite3 *database;
    gint64 deadline_usec;
    gint64 waited_usec;
};

/* 0: give up. The waits are random, so that we do not keep step with the owner's. */
static int on_busy(void *data, int n_calls)
{
    (void)n_calls;
    VkpConnection *connection = data;
    gint64 before_usec = g_get_monotonic_time();
    if (connection->waited_usec > BUSY_USEC || before_usec > connection->deadline_usec)
        return 0;
    (void)sqlite3_sleep(g_random_int_range(1, 3)); /* ms */
    connection->waited_usec += g_get_monotonic_time() - before_usec;
    return 1;
}

static int on_progress(void *data)
{
    const VkpConnection *connection = data;
    return g_get_monotonic_time() > connection->deadline_usec;
}

/* Larger than anything that vibe-kanban writes, small enough for us to bear. */
static void set_limits(sqlite3 *database)
{
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, 8 << 20);
    sqlite3_limit(database, SQLITE_LIMIT_SQL_LENGTH, 256 * 1024);
    sqlite3_limit(database, SQLITE_LIMIT_COLUMN, 500);
    sqlite3_limit(database, SQLITE_LIMIT_EXPR_DEPTH, 100);
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_limit(database, SQLITE_LIMIT_TRIGGER_DEPTH, 1);
    sqlite3_limit(database, SQLITE_LIMIT_WORKER_THREADS, 0);
}

/* The file was looked at before, but a FIFO may have taken its place: open() would wait there for
 * somebody to write. On a file the flag changes nothing. */
static int open_without_waiting(const char *path, int flags, int mode)
{
    return open(path, flags | O_NONBLOCK | O_NOCTTY, mode);
}

/* Both are SQLite's own, not a connection's. */
static void limit_library(void)
{
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);
    sqlite3_hard_heap_limit64(HEAP_MAX_BYTES);
    vfs->xSetSystemCall(vfs, "open", (sqlite3_syscall_ptr)open_without_waiting);
}

/* The schema may be anybody's: it runs no functions, no triggers, no views, and makes nobody sort
 * the rows of a table that has lost its key. */
static int make_safe(sqlite3 *database)
{
    sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    set_limits(database);
    return sqlite3_exec(database,
                        "PRAGMA query_only = 1; PRAGMA cell_size_check = 1;"
                        "PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"
                        "PRAGMA cache_size = -1024; PRAGMA automatic_index = 0",
                        NULL, NULL, NULL);
}

/* "file:/home/a%20b/db.sqlite?mode=ro". Everything but letters, digits and "-._~/" is escaped: the
 * path may hold '?', '#', '%' and bytes that are no text. */
static char *dup_uri(const char *path)
{
    g_autofree char *escaped = g_uri_escape_string(path, "/", FALSE);
    return g_strconcat("file:", escaped, "?mode=ro", NULL);
}

VkpConnection *vkp_connection_open(const char *path, int *code)
{
    g_autoptr(VkpConnection) connection = g_new0(VkpConnection, 1);
    g_autofree char *uri = dup_uri(path);
    connection->deadline_usec = g_get_monotonic_time() + DEADLINE_USEC;
    limit_library();
    *code = sqlite3_open_v2(uri, &connection->database,
                            SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                                SQLITE_OPEN_PRIVATECACHE,
                            NULL);
    if (*code != SQLITE_OK) {
        *code = sqlite3_extended_errcode(connection->database);
        return NULL;
    }
    sqlite3_extended_result_codes(connection->database, 1);
    sqlite3_busy_handler(connection->database, on_busy, connection);
    sqlite3_progress_handler(connection->database, PROGRESS_STEPS, on_progress, connection);
    *code = make_safe(connection->database);
    return *code == SQLITE_OK ? g_steal_pointer(&connection) : NULL;
}

void vkp_connection_close(VkpConnection *connection)
{
    if (!connection)
        return;
    sqlite3_close(connection->database);
    g_free(connection);
}

sqlite3 *vkp_connection_database(VkpConnection *connection)
{
    return connection->database;
}
