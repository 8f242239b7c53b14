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
    VkpInode inode;          /* the file whose holders are known */
    gint64 held_at_usec;     /* monotonic: when somebody was last known to hold it; 0: never */
    gboolean is_stray;       /* never ours, see strays.h */
    guint64 current_at_usec; /* since boot: when the board was last known to be current */
} VkpDatabase;

VkpDatabase *vkp_database_new(const char *path);
void vkp_database_free(VkpDatabase *database);

/* Reads what has changed in it. Returns whether the board is another one. */
gboolean vkp_database_refresh(VkpDatabase *database, VkpReader *reader);

gboolean vkp_database_is_held(const VkpDatabase *database);

/* Notes that it is held now, if it is. */
void vkp_database_note_held(VkpDatabase *database);

/* Whether it was noted so within that time. */
gboolean vkp_database_was_held_within(const VkpDatabase *database, gint64 usec);
