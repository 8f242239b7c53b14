/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Whom no scope may ever hit, decided before any membership. */
typedef struct VkpProtected VkpProtected;

typedef struct {
    const VkpSnapshot *snapshot;
    const GArray *holders; /* of pid_t: who has our database open, see vkp_protect_find_holders() */
    const GArray *spared;  /* of pid_t: this service, the applet, the bus ... */
} VkpProtectInput;

/* Holders and spared ones with all their ancestors, and by name and parentage the user's systemd
 * and the buses. Pure. */
VkpProtected *vkp_protect_build(const VkpProtectInput *input);
void vkp_protect_free(VkpProtected *protection); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpProtected, vkp_protect_free)

gboolean vkp_protect_covers(const VkpProtected *protection, VkpIdentity identity);

/* Whether it is pid 1 or a user's systemd: those who adopt orphans. Decided by name and parent. */
gboolean vkp_protect_is_manager(const VkpProcess *process);

/* Which of the user's processes have one of the databases (or its -wal or -journal) open, as pid_t.
 * Reads the descriptors of all of them: dear, so the caller keeps the answer while it can.
 * `database_paths` ends with NULL. NULL when out of descriptors or memory: then nobody can tell. */
GArray *vkp_protect_find_holders(VkpReader *reader, const VkpSnapshot *snapshot, uid_t uid,
                                 const char *const *database_paths);
