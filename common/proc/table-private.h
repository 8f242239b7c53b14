/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/scanner.h"
#include "common/proc/table-window.h"
#include "common/proc/table.h"

/* Shared by the table's source files. */

/* One process of the table. */
typedef struct {
    pid_t pid;
    VkpProcess *process;
    guint64 clock_nsec;    /* CPU clock, read before the last look: differs if it has run since */
    gint64 looked_at_usec; /* monotonic */
    VkpFd stat_fd;         /* open while followed; below 0: not open */
    gboolean is_followed;
    gboolean is_sampled; /* it has run since the last look, and only its stat was read */
    guint64 listing;     /* number of the last listing of /proc that had it */
} VkpTableEntry;

struct VkpTable {
    VkpReader *reader;
    VkpScanner *scanner;
    gboolean has_newest_pid;
    gboolean has_cpu_clocks;
    pid_t pid_max;
    guint64 young_usec;
    VkpPidWindow window;
    GArray *numbers;    /* pid_t: to be looked at, from the window */
    GPtrArray *entries; /* VkpTableEntry, ascending by pid */
    GArray *young;      /* pid_t */
    GArray *followed;   /* VkpIdentity */
    GArray *left;       /* pid_t: no longer followed, and not looked at since */
    guint n_kept;       /* open stats */
    guint kept_max;
    uid_t uid;
    gint64
        short_until_usec;  /* monotonic: until then no stat is kept open, for want of descriptors */
    VkpSnapshot *snapshot; /* NULL: none yet */
    gint64 now_usec;       /* of the tick */
    gint64 swept_at_usec;  /* a sweep looks at all entries in turn, part by part */
    guint n_swept;         /* parts done so far */
    guint64 listing;
    gboolean may_sample;  /* in this tick: the stat is enough for those that have run */
    gboolean is_unsure;   /* the last tick failed half way */
    gboolean is_changed;  /* the structure, since the snapshot was made */
    gboolean has_stirred; /* see vkp_table_has_stirred() */
};

/* The entries are sorted by pid; NULL: there is no such entry. */
VkpTableEntry *vkp_table_entry(const VkpTable *table, pid_t pid);
VkpTableEntry *vkp_table_entry_at(const VkpTable *table, guint index);
VkpTableEntry *vkp_table_entry_of(const VkpTable *table, VkpIdentity identity);
void vkp_table_entry_free(VkpTableEntry *entry);

/* Whether it started only seconds ago (see VkpTableOptions): while young, processes often fork,
 * exec and change their working directory. */
gboolean vkp_table_is_young(const VkpTable *table, const VkpProcess *process);

void vkp_table_drop(VkpTable *table, pid_t pid);

/* Opens or closes the stat that is kept while an entry is followed. */
void vkp_table_keep_stat(VkpTable *table, VkpTableEntry *entry);
void vkp_table_close_stat(VkpTable *table, VkpTableEntry *entry);

/* Looks at one process, whose CPU clock was read before, and updates its entry: it may be new,
 * another process with the same pid, the same, or gone. FALSE and error only when that cannot be
 * told. */
gboolean vkp_table_look(VkpTable *table, pid_t pid, guint64 clock_nsec, GError **error);
gboolean vkp_table_look_afresh(VkpTable *table, pid_t pid, GError **error);

/* Looks at the process if it has run since the last look, or if that is longer ago than the
 * maximum. */
gboolean vkp_table_glance(VkpTable *table, pid_t pid, gint64 max_age_usec, GError **error);
