/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/lib/writer.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SAMPLES (64u * 1024u)
#define READY_TIMEOUT_USEC (20 * G_USEC_PER_SEC)

/* Shared between parent and child. */
typedef struct {
    atomic_bool is_ready;
    atomic_bool is_to_stop;
    atomic_bool is_waiting;
    atomic_uint n_samples;
    atomic_uint n_failures;
    char first_failure[128];
    guint32 samples_usec[MAX_SAMPLES];
} Shared;

struct FakeWriter {
    pid_t pid;
    Shared *shared;
    guint n_taken; /* samples */
};

static void note(Shared *shared, sqlite3 *database, int code, gint64 started_usec)
{
    if (code != SQLITE_OK && atomic_fetch_add(&shared->n_failures, 1) == 0)
        g_strlcpy(shared->first_failure, sqlite3_errmsg(database), sizeof shared->first_failure);
    guint index = atomic_load(&shared->n_samples);
    if (index == MAX_SAMPLES)
        return;
    shared->samples_usec[index] = (guint32)(g_get_monotonic_time() - started_usec);
    atomic_store(&shared->n_samples, index + 1);
}

static void commit_on_and_on(Shared *shared, sqlite3 *database, guint pause_usec)
{
    while (!atomic_load(&shared->is_to_stop)) {
        gint64 started_usec = g_get_monotonic_time();
        int code = sqlite3_exec(database,
                                "INSERT INTO writer_log (text) VALUES (hex(randomblob(200)));"
                                "DELETE FROM writer_log WHERE id < (SELECT max(id) FROM writer_log)"
                                " - 50;",
                                NULL, NULL, NULL);
        note(shared, database, code, started_usec);
        atomic_store(&shared->is_ready, true);
        g_usleep(pause_usec);
    }
}

static void spill(Shared *shared, sqlite3 *database)
{
    int code = sqlite3_exec(database,
                            "PRAGMA cache_size = 5; BEGIN IMMEDIATE;"
                            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                            " WHERE i < 2000)"
                            "INSERT INTO writer_log (text) SELECT hex(randomblob(400)) FROM n;",
                            NULL, NULL, NULL);
    note(shared, database, code, g_get_monotonic_time());
    atomic_store(&shared->is_ready, true);
    while (!atomic_load(&shared->is_to_stop))
        g_usleep(1000);
}

static int run_once(const char *path, const char *sql, Shared *shared)
{
    sqlite3 *database = NULL;
    gint64 started_usec = g_get_monotonic_time();
    int code = sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_busy_timeout(database, 5000);
    if (code == SQLITE_OK)
        code = sqlite3_exec(database, sql, NULL, NULL, NULL);
    if (shared)
        note(shared, database, code, started_usec);
    sqlite3_close(database);
    return code;
}

/* The change to WAL is not what is tried here: it is repeated until it is done. */
static void start_on_and_on(Shared *shared, const char *path)
{
    while (!atomic_load(&shared->is_to_stop)) {
        while (run_once(path, "PRAGMA journal_mode = WAL; INSERT INTO writer_log (text) VALUES (1)",
                        NULL) != SQLITE_OK)
            g_usleep(1000);
        atomic_store(&shared->is_waiting, true);
        atomic_store(&shared->is_ready, true);
        while (atomic_load(&shared->is_waiting) && !atomic_load(&shared->is_to_stop))
            g_usleep(500);
        run_once(path, "PRAGMA journal_mode = DELETE", shared);
    }
}

static sqlite3 *open_as_owner(const FakeWriterOptions *options)
{
    sqlite3 *database = NULL;
    int code = sqlite3_open_v2(options->path, &database, SQLITE_OPEN_READWRITE, NULL);
    sqlite3_busy_timeout(database, 5000);
    g_autofree char *sql = g_strdup_printf(
        "PRAGMA journal_mode = %s; PRAGMA synchronous = NORMAL;"
        "CREATE TABLE IF NOT EXISTS writer_log (id INTEGER PRIMARY KEY, text TEXT);",
        options->journal_mode);
    if (code == SQLITE_OK)
        code = sqlite3_exec(database, sql, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        _exit(EXIT_FAILURE);
    return database;
}

static void work(Shared *shared, const FakeWriterOptions *options)
{
    sqlite3 *database = open_as_owner(options);
    if (options->kind == FAKE_WRITER_COMMITS)
        commit_on_and_on(shared, database, options->pause_usec);
    else if (options->kind == FAKE_WRITER_SPILLS)
        spill(shared, database);
    sqlite3_close(database);
    if (options->kind == FAKE_WRITER_STARTS)
        start_on_and_on(shared, options->path);
}

static void wait_until_ready(FakeWriter *writer)
{
    gint64 deadline_usec = g_get_monotonic_time() + READY_TIMEOUT_USEC;
    while (!atomic_load(&writer->shared->is_ready)) {
        g_assert_cmpint(g_get_monotonic_time(), <, deadline_usec);
        g_assert_cmpint(waitpid(writer->pid, NULL, WNOHANG), ==, 0);
        g_usleep(1000);
    }
}

FakeWriter *fake_writer_start(const FakeWriterOptions *options)
{
    FakeWriter *writer = g_new0(FakeWriter, 1);
    writer->shared =
        mmap(NULL, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert_true(writer->shared != MAP_FAILED);
    pid_t parent = getpid();
    writer->pid = fork();
    g_assert_cmpint(writer->pid, >=, 0);
    if (writer->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() == parent)
            work(writer->shared, options);
        _exit(EXIT_SUCCESS);
    }
    wait_until_ready(writer);
    return writer;
}

guint fake_writer_n_commits(FakeWriter *writer)
{
    return atomic_load(&writer->shared->n_samples) - writer->n_taken;
}

void fake_writer_take(FakeWriter *writer, Figures *figures)
{
    guint end = atomic_load(&writer->shared->n_samples);
    for (guint i = writer->n_taken; figures && i < end; i++)
        figures_add(figures, writer->shared->samples_usec[i]);
    writer->n_taken = end;
}

guint fake_writer_n_failures(FakeWriter *writer)
{
    return atomic_load(&writer->shared->n_failures);
}

const char *fake_writer_first_failure(FakeWriter *writer)
{
    return writer->shared->first_failure;
}

gboolean fake_writer_is_waiting(FakeWriter *writer)
{
    return atomic_load(&writer->shared->is_waiting);
}

void fake_writer_go(FakeWriter *writer)
{
    atomic_store(&writer->shared->is_waiting, false);
}

static void wait_and_free(FakeWriter *writer, gboolean was_killed)
{
    int status = 0;
    g_assert_cmpint(waitpid(writer->pid, &status, 0), ==, writer->pid);
    g_assert_true(was_killed ? WIFSIGNALED(status) : WIFEXITED(status));
    munmap(writer->shared, sizeof(Shared));
    g_free(writer);
}

void fake_writer_stop(FakeWriter *writer)
{
    atomic_store(&writer->shared->is_to_stop, true);
    wait_and_free(writer, FALSE);
}

void fake_writer_kill(FakeWriter *writer)
{
    g_assert_cmpint(kill(writer->pid, SIGKILL), ==, 0);
    wait_and_free(writer, TRUE);
}
