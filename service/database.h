/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/store/store.h"
#include "service/holders.h"

/* One database, ours or a neighbour's: what it says and who has it open. Private to databases.c and
 * holder-search.c. */
typedef struct {
    VkpStore *store;
    VkpHolders *holders;
    VkpHolders *lost;        /* who holds a file that is not there any more, see lost-holders.h */
    VkpInode inode;          /* the file whose holders are known */
    VkpInode former;         /* what stood in its place before; unknown: nothing, or it is back */
    gint64 seen_at_usec;     /* monotonic: when its file was there; 0: never */
    gint64 held_at_usec;     /* monotonic: when somebody was last known to hold it; 0: never */
    gint64 held_since_usec;  /* since when without a pause; 0: nobody was known to the last time */
    gboolean is_stray;       /* never ours, see strays.h */
    guint64 current_at_usec; /* since boot: when the board was last known to be current */
} VkpDatabase;

VkpDatabase *vkp_database_new(const char *path);
void vkp_database_free(VkpDatabase *database);

/* Reads what has changed in it. Returns whether the board is another one. */
gboolean vkp_database_refresh(VkpDatabase *database, VkpReader *reader);

/* Whether anybody holds it, or a file that stood in its place before. */
gboolean vkp_database_is_held(const VkpDatabase *database);

/* Those (pid_t). */
void vkp_database_append_holders(const VkpDatabase *database, GArray *pids);

/* Whether a server goes on with a file that we cannot see: the board does not know what it does. */
gboolean vkp_database_is_outdated(const VkpDatabase *database);

/* Whether there is a board that we have not been able to read yet, and that may have ids of this
 * boot's processes. */
gboolean vkp_database_is_closed_book(const VkpDatabase *database, VkpReader *reader);

/* Whether its file is not there and was within that time, or nothing can be said of it, not even
 * that it is missing. */
gboolean vkp_database_is_away(const VkpDatabase *database, gint64 usec);

/* Notes which file stands there now. Returns whether it is another one than before. */
gboolean vkp_database_follow_file(VkpDatabase *database);

/* See vkp_databases_check_held_by(). */
gboolean vkp_database_check_held_by(const VkpDatabase *database, VkpReader *reader, pid_t pid,
                                    gboolean *is_held, GError **error);

/* Notes whether it is held at that time, now (monotonic). */
void vkp_database_note_held(VkpDatabase *database, gint64 now_usec);

/* Whether it was noted so within that time. */
gboolean vkp_database_was_held_within(const VkpDatabase *database, gint64 usec);

/* The first of `all` (VkpDatabase) that somebody holds, strays left out. NULL: none. */
VkpDatabase *vkp_database_find_held(const GPtrArray *all);

/* Likewise the one that a new release has gone on with: a copy beside the one before, opened when
 * that had been let go. */
VkpDatabase *vkp_database_find_successor(const GPtrArray *all, const VkpDatabase *before);
