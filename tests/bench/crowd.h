/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <sys/types.h>

/* Many processes to look at. They end with the crowd, with the program, or after ten minutes. */
typedef struct Crowd Crowd;

typedef enum {
    CROWD_IDLE,     /* waits */
    CROWD_BUSY,     /* does a little once a second */
    CROWD_THREADED, /* waits in eleven threads */
} CrowdKind;

/* In main() before anything else: what a member of a crowd executes. Returns in the others only. */
void crowd_enter(int argc, char **argv);

/* `n` bystanders of that kind, and `n_members` whose environment has the mark (NAME=value). */
Crowd *crowd_new(CrowdKind kind, guint n, guint n_members, const char *mark);
void crowd_free(Crowd *crowd); /* takes NULL; returns when all have ended */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Crowd, crowd_free)

/* From now on all members work a little ten times a second, or none does. */
void crowd_set_members_busy(Crowd *crowd, gboolean are_busy);

/* One more member; it ends with crowd_end(). */
pid_t crowd_start_member(const char *mark);

/* One that only sleeps and is small, so that its own end takes little; it may not be there yet. */
pid_t crowd_start_sleeper(const char *mark);

void crowd_end(pid_t member); /* and reaps it */

/* Whether the members ignore SIGTERM: not until this is called, then again not, and so on. */
void crowd_toggle_stubborn(Crowd *crowd);

guint crowd_n_members(const Crowd *crowd);
