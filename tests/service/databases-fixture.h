/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/scanner.h"
#include "service/databases.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/family.h"

/* For tests of databases: a home with two boards in it, looked at with the real /proc. */
typedef struct {
    char *home;
    char *data_home;
    char *old_path;
    char *new_path;
    FakeBoard *old_board; /* attempt fake_id(1) */
    FakeBoard *new_board; /* attempt fake_id(2) */
    VkpFamily *family;
    VkpReader *reader;
    VkpScanner *scanner;
    const char *const *extra; /* further places; NULL: none */
    guint64 grace_usec;       /* 0: the usual */
    VkpDatabases *databases;  /* for has_become_ours() */
} DatabasesFixture;

void databases_set_up(DatabasesFixture *scene, gconstpointer data);
void databases_tear_down(DatabasesFixture *scene, gconstpointer data);

/* With the attempt fake_id(id). */
FakeBoard *databases_make_board(const char *path, guint id);

VkpDatabases *databases_new(const DatabasesFixture *scene, const char *chosen_path);
gboolean databases_look(const DatabasesFixture *scene, VkpDatabases *databases);

void databases_assert_ours(const VkpDatabases *databases, const char *path);
void databases_assert_pids(const GArray *pids, const pid_t *expected, guint n_expected);

/* A process that has the file open, and has settled. */
pid_t databases_spawn_server(const DatabasesFixture *scene, const char *path);

/* A place of which nobody has told us, in a folder of its own. */
char *databases_dup_checkout_path(const DatabasesFixture *scene);
void databases_remove_checkout(const char *path);
