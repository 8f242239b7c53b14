/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"

/* The processes that no scope may hit, decided before who is a member. */
typedef struct VkpProtected VkpProtected;

typedef enum {
    VKP_PROTECTION_NONE,
    /* It has the name of a process to be spared. As any process can take a name, this only protects
     * those that nothing but their working directory ties to a task. */
    VKP_PROTECTION_BY_NAME,
    VKP_PROTECTION_SURE,
} VkpProtection;

typedef struct {
    const VkpSnapshot *snapshot;
    const GArray *lines; /* pid_t: this service and the servers, each protected with its line of
                            ancestors; NULL: none */
    const GArray *buses; /* pid_t: the process of the bus we are on; NULL: not known */
    pid_t applet;        /* the owner of the applet's name on the bus; 0: none */
} VkpProtectInput;

/* Surely protected are pid 1, the lines with all their ancestors, and the buses (of a dbus-broker,
 * which names its launcher, also the broker itself). By name: the applet, the user's systemd and
 * its bus. The ancestors of buses and applet are not protected, as any process can have started
 * these. Pure. */
VkpProtected *vkp_protect_build(const VkpProtectInput *input);
void vkp_protect_free(VkpProtected *protection); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpProtected, vkp_protect_free)

VkpProtection vkp_protect_of(const VkpProtected *protection, VkpIdentity identity);

/* Whether it is pid 1 or a user's systemd, to which orphans are reparented. Decided by name and
 * parent. */
gboolean vkp_protect_is_manager(const VkpProcess *process);
