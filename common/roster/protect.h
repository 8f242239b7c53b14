/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"
#include "common/proc/snapshot.h"

/* Whom no scope may ever hit, decided before any membership. */
typedef struct VkpProtected VkpProtected;

typedef struct {
    const VkpSnapshot *snapshot;
    const GArray *lines; /* of pid_t: this service, who has our database open; NULL: none */
    const GArray *buses; /* of pid_t: who carries the bus we are on; NULL: not known */
    pid_t applet;        /* who has the applet's name on the bus; 0: nobody */
} VkpProtectInput;

/* The lines with all their ancestors; the buses, with the broker if it is a launcher's, and the
 * applet by themselves, since whoever started them may be anybody; by name and parentage the user's
 * systemd and its bus. Pure. */
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
