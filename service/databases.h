/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"
#include "common/store/locate.h"
#include "common/store/store.h"

/* All known boards' databases: which of them is "ours", that is, the one whose board is served,
 * their contents, and which processes have them open. Ours is the one chosen by the user; else the
 * one that a running server has open, or had a moment ago; else the one changed last. */
typedef struct VkpDatabases VkpDatabases;

typedef struct {
    VkpReader *reader;       /* borrowed */
    uid_t uid;               /* whose servers */
    const char *chosen_path; /* the user's choice; NULL: none */
    VkpLocateOptions places; /* copied */
    guint64 grace_usec;      /* how long ours stays ours after its last server ended; 0: a minute */
} VkpDatabasesOptions;

VkpDatabases *vkp_databases_new(const VkpDatabasesOptions *options);
void vkp_databases_free(VkpDatabases *databases); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpDatabases, vkp_databases_free)

/* How thoroughly to look for database files and their holders: to read the descriptors of all
 * processes is expensive. */
typedef enum {
    VKP_LOOK_IN_TURN, /* for other files only now and then; for holders as NOW */
    VKP_LOOK_NOW,     /* for files; for holders among young processes, and now and then among all */
    VKP_LOOK_ALL,     /* for files; for holders among all that have run since they were looked at */
} VkpLook;

/* Brings everything up to date. TRUE when our board changed. */
gboolean vkp_databases_refresh(VkpDatabases *databases, VkpSnapshot *snapshot, VkpLook look);

/* Whether the last refresh changed anything else that a roster depends on: the holders of the
 * databases, or the contents of the others. */
gboolean vkp_databases_have_stirred(const VkpDatabases *databases);

/* Our database; never NULL, though its file may be missing. Borrowed until the next refresh. */
VkpStore *vkp_databases_store(const VkpDatabases *databases);

/* When our board was last known to be current, in µs since boot; 0: never. */
guint64 vkp_databases_board_current_usec(const VkpDatabases *databases);

/* Whether an id that we have not read may be on a board: our server continues with a file that is
 * not at its path any more, or another board could not be read yet. */
gboolean vkp_databases_may_lack_ids(const VkpDatabases *databases);

/* Living processes (pid_t) that have our database open, or had it minutes ago; and the same for the
 * others. */
const GArray *vkp_databases_servers(const VkpDatabases *databases);
const GArray *vkp_databases_other_servers(const VkpDatabases *databases);

/* All ids (VkpUuid *) in the others. */
GHashTable *vkp_databases_foreign_ids(const VkpDatabases *databases);

/* Attempts of our board (VkpUuid *) that the living server of a copy of it has continued. */
GHashTable *vkp_databases_continued_ids(const VkpDatabases *databases);

/* Whether the process has our database open at this moment and does not have the name of a client
 * (see server-name.h); if the kernel hides its descriptors, it counts as not. FALSE and
 * LIMITS_EXCEEDED when we are out of descriptors. */
gboolean vkp_databases_check_held_by(const VkpDatabases *databases, pid_t pid, gboolean *is_held,
                                     GError **error);
