/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/store/locate.h"
#include "common/store/store.h"

/* Which database is ours, what it and its neighbours say, and who has them open. Ours is the user's
 * choice; else the one that a running server holds, or held a moment ago; else the one changed
 * last.
 */
typedef struct VkpDatabases VkpDatabases;

typedef struct {
    VkpReader *reader;       /* borrowed */
    uid_t uid;               /* whose servers */
    const char *chosen_path; /* the user's choice; NULL: none */
    VkpLocateOptions places; /* copied */
    guint64 grace_usec;      /* how long ours stays so when its last server has gone; 0: a minute */
} VkpDatabasesOptions;

VkpDatabases *vkp_databases_new(const VkpDatabasesOptions *options);
void vkp_databases_free(VkpDatabases *databases); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpDatabases, vkp_databases_free)

/* How hard to look for files and their holders: reading everyone's descriptors is dear. */
typedef enum {
    VKP_LOOK_IN_TURN, /* for other files now and then; for holders as NOW */
    VKP_LOOK_NOW,     /* for files; for holders among young processes, among all now and then */
    VKP_LOOK_ALL,     /* for holders, too: among all that have run since they were looked at */
} VkpLook;

/* Brings everything up to date. TRUE when our board is another one than before. */
gboolean vkp_databases_refresh(VkpDatabases *databases, VkpSnapshot *snapshot, VkpLook look);

/* Whether the last refresh changed anything else that a roster depends on: who has which database
 * open, what stands in the others. */
gboolean vkp_databases_have_stirred(const VkpDatabases *databases);

/* Our own; never NULL, though its file may be missing. Borrowed until the next refresh. */
VkpStore *vkp_databases_store(const VkpDatabases *databases);

/* When our board was last known to be what the database says, in µs since boot; 0: never. */
guint64 vkp_databases_board_current_usec(const VkpDatabases *databases);

/* Whether an id may stand somewhere though we have not read it: a server of ours goes on with a
 * file that stood there before, or another board could not be read yet. */
gboolean vkp_databases_may_lack_ids(const VkpDatabases *databases);

/* Living processes (pid_t) that have ours open, or had it minutes ago; and those of the others. */
const GArray *vkp_databases_servers(const VkpDatabases *databases);
const GArray *vkp_databases_other_servers(const VkpDatabases *databases);

/* All ids (VkpUuid *) that stand in the others. */
GHashTable *vkp_databases_foreign_ids(const VkpDatabases *databases);

/* The attempts of ours (VkpUuid *) with which the living server of a copy of it has gone on. */
GHashTable *vkp_databases_continued_ids(const VkpDatabases *databases);

/* Whether the process has ours open at this very moment, and not by the name of a client (see
 * server-name.h); not, when it hides that from us. FALSE and LIMITS_EXCEEDED when it can't be seen
 * for want of descriptors. */
gboolean vkp_databases_check_held_by(const VkpDatabases *databases, pid_t pid, gboolean *is_held,
                                     GError **error);
