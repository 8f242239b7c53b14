/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"
#include "common/roster/memory.h"
#include "common/roster/places.h"
#include "common/roster/protect.h"
#include "common/roster/roster.h"
#include "common/roster/shared.h"
#include "common/store/board.h"
#include "common/store/registry.h"

/* Everything on which it depends which process belongs to what; all borrowed. */
typedef struct {
    const VkpSnapshot *snapshot;
    const VkpBoard *board;
    /* When the board was last known to be current (read, or seen to be unchanged), in µs since the
     * epoch; 0: never. Rows are written before their processes start. So if a process that started
     * before this has an id that is not on the board, its row was deleted; else it may be new. */
    guint64 board_current_usec;
    gboolean board_may_lack_ids; /* ... or stand where nobody could read it: none is deleted */
    const VkpPlaces *places;
    const VkpProtected *protection;
    const GArray *registrations; /* VkpRegistration of this boot; NULL: none */
    const VkpMemory *memory;     /* NULL: none */
    const GArray *servers;       /* pid_t: living servers, which have our database open */
    const GArray *other_servers; /* pid_t: likewise of other boards' databases; NULL: none */
    GHashTable *foreign_ids;     /* set of VkpUuid*: ids in other boards' databases; NULL: none */
    GHashTable *continued_ids; /* set of VkpUuid*: attempts that the living server of a copy of the
                                  board has continued; NULL: none */
    const VkpSharedDaemons *shared_daemons;
    uid_t uid; /* processes of other users are never members */
} VkpRosterInput;

/* Decides for every process of the snapshot whether it is a member. Pure. Members have no ports
 * yet. */
VkpRoster *vkp_roster_build(const VkpRosterInput *input);
