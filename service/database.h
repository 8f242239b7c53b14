/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/store/store.h"
#include "service/holders.h"

/* One database, ours or another board's: its contents, and which processes have it open (its
 * holders). Private to databases.c and holder-search.c. */
typedef struct {
    VkpStore *store;
    VkpHolders *holders;
    VkpHolders *lost;       /* holders of a file that is not there any more, see lost-holders.h */
    VkpHolders *once_lost;  /* those who have been among them: what they wrote is nowhere to read */
    VkpInode inode;         /* the file that `holders` is about */
    VkpInode former;        /* the file at its path before; unknown: none, or it is back, or
                               its holders have closed it */
    gint64 seen_at_usec;    /* monotonic: when its file was there; 0: never */
    gint64 held_at_usec;    /* monotonic: when it was last known to have a holder; 0: never */
    gint64 held_since_usec; /* since when without interruption; 0: it had none the last time */
    gboolean is_stray;      /* never to be ours, see strays.h */
    guint64 current_at_usec; /* since boot: when the board was last known to be current */
} VkpDatabase;

VkpDatabase *vkp_database_new(const char *path);
void vkp_database_free(VkpDatabase *database);

/* Reads the database if it changed. Returns whether its board changed. */
gboolean vkp_database_refresh(VkpDatabase *database, VkpReader *reader);

/* Whether it has holders, be it of the file that was at its path before. */
gboolean vkp_database_is_held(const VkpDatabase *database);

/* Appends these holders (pid_t). */
void vkp_database_append_holders(const VkpDatabase *database, GArray *pids);

/* Whether an id of a process of this boot may be where we have not read it: a server continues, or
 * did for a while, with a former file of `ours`, or another one of `all` (VkpDatabase) could not be
 * read yet, or not to its end. */
gboolean vkp_database_may_lack_ids(const GPtrArray *all, const VkpDatabase *ours,
                                   VkpReader *reader);

/* Whether its file is missing and was there within that time, or it cannot even be told whether it
 * is missing. */
gboolean vkp_database_is_away(const VkpDatabase *database, gint64 usec);

/* Whether this file is at the path of one of `all` (VkpDatabase). */
gboolean vkp_database_is_any_at(const GPtrArray *all, VkpInode inode);

/* Notes which file is at its path now. Returns whether it is another one than before. */
gboolean vkp_database_follow_file(VkpDatabase *database);

/* See vkp_databases_check_held_by(). */
gboolean vkp_database_check_held_by(const VkpDatabase *database, VkpReader *reader, pid_t pid,
                                    gboolean *is_held, GError **error);

/* Notes whether it has a holder now (monotonic). */
void vkp_database_note_held(VkpDatabase *database, gint64 now_usec);

/* Whether a holder was noted within that time. */
gboolean vkp_database_was_held_within(const VkpDatabase *database, gint64 usec);

/* The first of `all` (VkpDatabase) that has a holder, except strays. NULL: none. */
VkpDatabase *vkp_database_find_held(const GPtrArray *all);

/* The one with which a new release of the server has continued: a copy in the same folder as
 * `before`, opened after that was closed. NULL: none. */
VkpDatabase *vkp_database_find_successor(const GPtrArray *all, const VkpDatabase *before);
