/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* What goes on around the service during a soak, in programs of their own that end with it. */

/* In main() before anything else: what such a program executes. Returns in the others only. */
void load_enter(int argc, char **argv);

/* So many processes that wait; 50 births a second, every fifth of them with that mark, which live
 * for a second at most; a writer that changes the board ten times a second. Each the pid to end. */
pid_t load_start_crowd(guint n);
pid_t load_start_births(const char *mark);
pid_t load_start_writer(const char *database_path);
void load_end(pid_t pid);
