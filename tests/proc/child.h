/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* A real child of the test, forked without an exec, that does what a function says and talks with
 * the test in single bytes. It ends with the test, and after CHILD_SECONDS at the latest. */
typedef struct Child Child;

#define CHILD_SECONDS 60

typedef void (*ChildFunc)(Child *self, gpointer data);

/* Forks. The child runs `func` and exits. */
Child *child_start(ChildFunc func, gpointer data);

/* Ends the child (SIGKILL), reaps it. Takes NULL. */
void child_free(Child *child);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Child, child_free)

pid_t child_pid(const Child *child);

/* On either side: sends one byte, receives one. The test fails when nothing comes for 10 s; the
 * child exits when the test is gone. */
void child_say(Child *child);
void child_hear(Child *child);

/* In the child: whether a byte has come (and takes it), or the test is gone. Does not wait. */
gboolean child_was_told(Child *self);

/* In the child: receives until the test is gone, that is, does nothing. Does not return. */
void child_idle(Child *self, gpointer unused);

/* In the child: becomes a program that reads its standard input, to the end, which is the test's.
 */
void child_exec(Child *self, const char *const *command, const char *const *environment);

/* In the test: waits for the child to become a zombie, and leaves it one. */
void child_await_exit(Child *child);

/* Ends and reaps it now; child_free() then only frees. */
void child_end(Child *child);

/* In the test: waits for it to exit by itself, and fails the test unless with status 0. */
void child_join(Child *child);

/* Runs `func` in a child that is no longer root (if this is root), and waits for its success: for
 * what root can always do. Assertions may be made there. */
void child_run_unprivileged(ChildFunc func, gpointer data);
