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

/* Everything that decides who belongs to what; all borrowed. */
typedef struct {
    const VkpSnapshot *snapshot;
    const VkpBoard *board;
    /* When the board was last known to be what the database says (looked at and unchanged counts),
     * in µs since the epoch; 0: never. Rows are written before their processes start, so an id that
     * the board lacks is deleted if a process older than this bears it, and may else be new. */
    guint64 board_current_usec;
    gboolean board_may_lack_ids; /* ... or stand where nobody could read it: none is deleted */
    const VkpPlaces *places;
    const VkpProtected *protection;
    const GArray *registrations; /* VkpRegistration of this boot; NULL: none */
    const VkpMemory *memory;     /* NULL: none */
    const GArray *servers;       /* pid_t: living holders of our database */
    const GArray *other_servers; /* pid_t: living holders of other boards' databases; NULL: none */
    GHashTable *foreign_ids;     /* set of VkpUuid*: ids that stand in other boards; NULL: none */
    GHashTable *continued_ids;   /* set of VkpUuid*: attempts with which the living server of a copy
                                    of the board has gone on; NULL: none */
    const VkpSharedDaemons *shared_daemons;
    uid_t uid; /* whose processes; others are never members */
} VkpRosterInput;

/* Decides for every process of the snapshot. Pure. Members have no ports yet. */
VkpRoster *vkp_roster_build(const VkpRosterInput *input);
