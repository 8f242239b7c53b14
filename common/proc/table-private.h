/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/scanner.h"
#include "common/proc/table-window.h"
#include "common/proc/table.h"

/* What the files of the table share. */

/* One process of the table. */
typedef struct {
    pid_t pid;
    VkpProcess *process;
    guint64 clock_nsec;    /* read before the last look: who ran during it has another one now */
    gint64 looked_at_usec; /* monotonic */
    VkpFd stat_fd;         /* kept while followed; below 0: not */
    gboolean is_followed;
    gboolean is_sampled; /* since the last look it has run, and its stat was read */
    guint64 listing;     /* the last one that had it */
} VkpTableEntry;

struct VkpTable {
    VkpReader *reader;
    VkpScanner *scanner;
    gboolean has_newest_pid;
    gboolean has_cpu_clocks;
    pid_t pid_max;
    guint64 young_usec;
    VkpPidWindow window;
    GArray *numbers;    /* pid_t: of the window */
    GPtrArray *entries; /* VkpTableEntry, ascending by pid */
    GArray *young;      /* pid_t */
    GArray *followed;   /* VkpIdentity */
    GArray *left;       /* pid_t: followed no more, and not looked at since */
    guint n_kept;       /* open stats */
    guint kept_max;
    uid_t uid;
    gint64 short_until_usec; /* monotonic: no descriptors are kept until then */
    VkpSnapshot *snapshot;   /* NULL: none yet */
    gint64 now_usec;         /* of the tick */
    gint64 swept_at_usec;
    guint n_swept; /* parts, so far */
    guint64 listing;
    gboolean may_sample; /* in this tick: the stat will do for who has run */
    gboolean is_unsure;  /* the last tick failed half way */
    gboolean is_changed; /* the structure, since the snapshot */
    gboolean has_stirred;
};

/* NULL when it has no such process. */
VkpTableEntry *vkp_table_entry(const VkpTable *table, pid_t pid);
VkpTableEntry *vkp_table_entry_at(const VkpTable *table, guint index);
VkpTableEntry *vkp_table_entry_of(const VkpTable *table, VkpIdentity identity);
void vkp_table_entry_free(VkpTableEntry *entry);

/* In its first seconds a process forks, moves and executes. */
gboolean vkp_table_is_young(const VkpTable *table, const VkpProcess *process);

void vkp_table_drop(VkpTable *table, pid_t pid);

/* Opens or closes the stat that is kept while an entry is followed. */
void vkp_table_keep_stat(VkpTable *table, VkpTableEntry *entry);
void vkp_table_close_stat(VkpTable *table, VkpTableEntry *entry);

/* Looks at one process, whose CPU clock was read before, and takes in what it is now: new, another,
 * the same, or gone. FALSE and error only when that says nothing about the process. */
gboolean vkp_table_look(VkpTable *table, pid_t pid, guint64 clock_nsec, GError **error);
gboolean vkp_table_look_afresh(VkpTable *table, pid_t pid, GError **error);

/* Looks if the process has run since the last look, or that is too long ago. */
gboolean vkp_table_glance(VkpTable *table, pid_t pid, gint64 max_age_usec, GError **error);
