/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/lib/figures.h"

/* An owner of the database at work: a child process that commits to it every few milliseconds as
 * vibe-kanban does, with a busy timeout of 5 s, and measures itself. */
typedef struct FakeWriter FakeWriter;

typedef enum {
    FAKE_WRITER_COMMITS, /* commits until told to stop */
    FAKE_WRITER_SPILLS,  /* begins a transaction too large for its cache and stops in the middle */
    /* Plays, each time it is told to, the start of a server that finds a file of its WAL releases:
     * opens it and changes it to DELETE. */
    FAKE_WRITER_STARTS,
} FakeWriterKind;

typedef struct {
    const char *path;
    const char *journal_mode; /* "DELETE" or "WAL" */
    FakeWriterKind kind;
    guint pause_usec; /* between two commits */
} FakeWriterOptions;

/* Forks; returns when the writer has its first commit (or its unfinished transaction) on disk. The
 * caller has no connection to that file open. */
FakeWriter *fake_writer_start(const FakeWriterOptions *options);

/* How many commits (or starts) there were since the last take. */
guint fake_writer_n_commits(FakeWriter *writer);

/* Adds how long each of these took to `figures` (NULL: forgets them). */
void fake_writer_take(FakeWriter *writer, Figures *figures);

/* How many commits were refused, after 5 s or at once, since the start; and why the first was. */
guint fake_writer_n_failures(FakeWriter *writer);
const char *fake_writer_first_failure(FakeWriter *writer);

/* FAKE_WRITER_STARTS: whether it waits, its file in WAL mode and closed, for the word to start. */
gboolean fake_writer_is_waiting(FakeWriter *writer);
void fake_writer_go(FakeWriter *writer);

/* Ends it in good order, waits for it and frees. */
void fake_writer_stop(FakeWriter *writer);

/* Ends it with SIGKILL wherever it is, waits for it and frees. */
void fake_writer_kill(FakeWriter *writer);
