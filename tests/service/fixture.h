/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <gio/gio.h>

#include "common/base/contract.h"
#include "common/base/uuid.h"
#include "tests/lib/bus.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/family.h"

/* The real service on a bus of its own, with a board of two projects and real processes, and a
 * client that knows nothing of the service's code: GDBus. Runs in a pid namespace of its own.
 *
 *   Alpha (fake_id 1)  > Login  (11) > attempt 21 in worktrees/login  > execution 31
 *                      > Search (12) > attempt 22 in worktrees/search > execution 32
 *   Beta  (fake_id 2)  > Import (13) > attempt 23 in worktrees/import > execution 33 */
typedef struct {
    char *program;       /* of the service */
    char *folder;        /* home, database, logs */
    char *database_path; /* NULL: the service looks for it */
    char *registry_path;
    char *frozen_path; /* where the service keeps its list of frozen processes */
    char *log_path;    /* what the service says on standard error */
    GStrv environment; /* of the service and the bus */
    VkpTestBus *bus;
    FakeBoard *board;
    VkpFamily *family;
    GPid service; /* 0: not running */
    GDBusConnection *client;
    GPtrArray *signals; /* FixtureSignal, since the connection */
    guint subscription;
} Fixture;

typedef struct {
    char *name;
    GVariant *arguments;
} FixtureSignal;

/* Runs all tests that were added with fixture_add(), isolated. */
int fixture_main(int argc, char **argv, void (*add_tests)(void));

/* A test with bus, board and family, and the service started unless the path ends in
 * "-from-nothing". */
typedef void (*FixtureTest)(Fixture *fixture, gconstpointer data);
void fixture_add(const char *path, FixtureTest test);

/* Likewise, with the text as configuration file; it must stay. */
void fixture_add_configured(const char *path, const char *text, FixtureTest test);

/* Writes the file to where the service looks for it. The caller frees its path. */
char *fixture_write_config(Fixture *fixture, const char *text);

/* `options` may be NULL; NULL-terminated words, added to the usual ones. */
void fixture_start_service(Fixture *fixture, const char *const *options);

/* Starts one that need not come up; the caller reaps it. */
GPid fixture_spawn_service(Fixture *fixture, const char *const *options);

/* SIGTERM and the exit status, as of waitpid(). */
int fixture_stop_service(Fixture *fixture);

/* Waits for the process, our child, for 10 s at most. */
int fixture_reap(GPid pid);

/* A connection to the test's bus that nobody else uses. */
GDBusConnection *fixture_connect(Fixture *fixture);

/* A running agent or so: of this attempt by its environment, in no worktree. */
pid_t fixture_spawn_member(Fixture *fixture, guint attempt, const char *script);

/* Calls a method of the interface. The result, or NULL and error. `arguments` may be floating. */
GVariant *fixture_call(Fixture *fixture, const char *method, GVariant *arguments, GError **error);

/* List with a filter in GVariant's text form ("{}" for all); fails the test on an error. aa{sv}. */
GVariant *fixture_list(Fixture *fixture, const char *filter);

/* Waits until so many are leftovers: that verdict waits until the board is known to be younger than
 * the process. */
void fixture_wait_leftovers(Fixture *fixture, guint n);

/* The process with that pid of such a list; NULL if it is not there. */
GVariant *fixture_find(GVariant *processes, pid_t pid);

/* A string of a process or a result; NULL when missing. Borrowed from `entry`. */
const char *fixture_text(GVariant *entry, const char *key);

/* Kill, options in text form. Fails the test on an error. (uuaa{sv}). */
GVariant *fixture_kill(Fixture *fixture, const char *scope, const char *target,
                       const char *options);

/* Kill's arguments, options in text form; floating. */
GVariant *fixture_kill_arguments(const char *scope, const char *target, const char *options);

/* A Kill that is not waited for: `reply` or `error` come with the main context. Zeroed before. */
typedef struct {
    GVariant *reply;
    GError *error;
} FixtureCall;

void fixture_start_kill(GDBusConnection *connection, FixtureCall *call, const char *scope,
                        const char *target, const char *options);
void fixture_await(FixtureCall *call);
void fixture_call_clear(FixtureCall *call);

/* The outcome for that pid in such a reply; NULL when it is not there. Borrowed. */
const char *fixture_outcome(GVariant *reply, pid_t pid);

/* Both counts of such a reply. */
void fixture_assert_counts(GVariant *reply, guint killed, guint failed);

/* Asserts that the call fails with this error and that the message has the words in it. */
void fixture_assert_refused(Fixture *fixture, const char *method, GVariant *arguments,
                            const char *error_name, const char *const *words);

#define FIXTURE_WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* One property; the caller unrefs it. */
GVariant *fixture_property(Fixture *fixture, const char *name);

/* fake_id() as text; the caller frees it. */
char *fixture_id(guint number);

/* "PID:STARTTICKS", as the kernel says; the caller frees it. */
char *fixture_identity(pid_t pid);

/* Serves the main context until `done` says TRUE, or fails the test after 10 s. */
void fixture_wait(gboolean (*done)(gpointer data), gpointer data);

/* Waits for a ProcessChanged of that kind for that pid since `from` (an index of `signals`). Its
 * a{sv}; the caller unrefs it. */
GVariant *fixture_wait_change(Fixture *fixture, guint from, const char *change, pid_t pid);

/* Whether such a signal came. */
gboolean fixture_has_change(Fixture *fixture, guint from, const char *change, pid_t pid);

/* Signals that were sent to us by now are in `signals` afterwards. */
void fixture_drain(Fixture *fixture);

/* The service's log; the caller frees it. */
char *fixture_log(Fixture *fixture);
