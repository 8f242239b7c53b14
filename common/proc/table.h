/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* What runs, kept current instead of read anew: a tick looks at what may have changed, and finds
 * out cheaply what that is.
 *
 * Who is new is told by the newest pid of /proc/loadavg: only the numbers that were given out since
 * the last tick are looked at.
 *
 * Who did anything is told by the CPU clock: without running nobody can exec, move to another
 * folder, leave a session or end. The kernel puts the clock of who runs at this very moment forward
 * some milliseconds late. At every tick the clocks of those are read that are followed or young,
 * those of the others in turn. Of one that is followed and has run a mere tick reads the stat
 * alone, and the rest at most 5 s later.
 *
 * What others did to a process (they ended, and it has another parent; they deleted its folder) no
 * clock tells: those that are followed are read every 5 s and once more when they are not any
 * longer, and everybody after 5 minutes.
 *
 * Who is gone is seen at the next tick if it was followed or young, else in turn.
 *
 * In turn means within 30 s. Where the kernel or a namespace does not tell one of these, more is
 * read instead; where it tells neither (another system's proc file system, plain files),
 * everything. */
typedef struct VkpTable VkpTable;

typedef struct {
    VkpReader *reader; /* borrowed, outlives the table */
    uid_t uid;         /* as for vkp_scanner_new() */
    /* Do without what the system could tell; for tests of the fallbacks. */
    gboolean ignore_newest_pid;
    gboolean ignore_cpu_clocks;
    guint64 young_usec; /* how long a process is young; 0: 10 s */
} VkpTableOptions;

VkpTable *vkp_table_new(const VkpTableOptions *options);
void vkp_table_free(VkpTable *table); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpTable, vkp_table_free)

typedef enum {
    VKP_TABLE_TICK, /* what may have changed, and somebody of the others in turn */
    VKP_TABLE_NOW,  /* what may have changed; whoever waits for the answer need not wait for more */
    VKP_TABLE_LISTED, /* as NOW, and whoever a list of all shows besides: nobody was missed */
    /* as NOW, and of everybody what he has done: whoever has run since he was looked at */
    VKP_TABLE_EVERYBODY,
} VkpTableDepth;

/* A new reference to what runs now: the same snapshot as last time unless the structure has changed
 * (who there is, its parent, group, session, owner, program, folder, whether it lives). What
 * changes all the time (CPU, memory, threads, state) is as of when the snapshot was made; see
 * vkp_table_lookup(). NULL and error as vkp_scanner_scan(); the next tick looks at everything. */
VkpSnapshot *vkp_table_tick(VkpTable *table, VkpTableDepth depth, GError **error);

/* Whom to follow from now on (VkpIdentity): replaces the last set. */
void vkp_table_follow(VkpTable *table, const GArray *identities);

/* Whether nobody was born since the last tick and nobody is young: one read. What the others do
 * meanwhile, to the board or to themselves, can mostly wait when nobody looks. */
gboolean vkp_table_is_quiet(const VkpTable *table);

/* Whether any of those that are followed has run, or was looked at, in the last tick. */
gboolean vkp_table_has_stirred(const VkpTable *table);

/* The facts as of the last tick; borrowed until the next one. NULL when it is not there. */
VkpProcess *vkp_table_lookup(const VkpTable *table, VkpIdentity identity);
