/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* All processes, kept current without reading all of /proc each time: a tick looks only at
 * processes that may have changed, and has cheap ways to find these.
 *
 * New processes: /proc/loadavg has the newest pid, so only pids assigned since the last tick are
 * looked at.
 *
 * Changed processes: a process whose CPU clock stands still has not run, and so cannot have called
 * exec or chdir, left its session or ended. (The kernel advances the clock of a running process
 * some milliseconds late.) Every tick reads the clocks of followed processes (the members, see
 * vkp_table_follow()) and young ones (started only seconds ago), those of the others in turn. Of a
 * followed process that has run, a tick reads only the stat, and the rest at most 5 s later.
 *
 * Changes made by other processes (its parent exited, so that it was reparented; its working
 * directory was deleted) do not show in the clock: followed processes are read every 5 s, and once
 * more when they cease to be followed, all others every 5 minutes.
 *
 * Ended processes are noticed at the next tick if they were followed or young, otherwise in turn.
 *
 * "In turn" means within 30 s. Where the kernel or a namespace hides the newest pid or the clocks,
 * more is read instead; where it hides both (another system's proc file system, plain files),
 * everything. */
typedef struct VkpTable VkpTable;

typedef struct {
    VkpReader *reader; /* borrowed, outlives the table */
    uid_t uid;         /* as for vkp_scanner_new() */
    /* Ignore these although the system has them; for tests of the fallbacks. */
    gboolean ignore_newest_pid;
    gboolean ignore_cpu_clocks;
    guint64 young_usec; /* how long a process is young; 0: 10 s */
} VkpTableOptions;

VkpTable *vkp_table_new(const VkpTableOptions *options);
void vkp_table_free(VkpTable *table); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpTable, vkp_table_free)

typedef enum {
    VKP_TABLE_TICK,   /* what may have changed, and some of the others in turn */
    VKP_TABLE_NOW,    /* only what may have changed: the fastest */
    VKP_TABLE_LISTED, /* as NOW, and lists /proc, so that no new process is missed */
    /* as NOW, and reads the clocks of all processes, and then those that have run since */
    VKP_TABLE_EVERYBODY,
} VkpTableDepth;

/* A new reference to a snapshot of now: the same one as last time unless the structure has changed
 * (which processes there are, their parents, process groups, sessions, owners, programs, working
 * directories, and whether they are alive). What changes all the time (CPU, memory, threads, state)
 * is as of when the snapshot was made; see vkp_table_lookup(). NULL and error as for
 * vkp_scanner_scan(); then the next tick looks at everything. */
VkpSnapshot *vkp_table_tick(VkpTable *table, VkpTableDepth depth, GError **error);

/* The processes to follow from now on (VkpIdentity); replaces the last set. */
void vkp_table_follow(VkpTable *table, const GArray *identities);

/* Whether no process started since the last tick and none is young; costs one read. Then the next
 * tick can mostly wait, if no client is subscribed. */
gboolean vkp_table_is_quiet(const VkpTable *table);

/* Whether any followed process had run, or was looked at, in the last tick. */
gboolean vkp_table_has_stirred(const VkpTable *table);

/* The process as of the last tick; borrowed until the next one. NULL when it is not there. */
VkpProcess *vkp_table_lookup(const VkpTable *table, VkpIdentity identity);
