/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/snapshot.h"

/* Whom no scope may ever hit, decided before any membership. */
typedef struct VkpProtected VkpProtected;

typedef enum {
    VKP_PROTECTION_NONE,
    /* It bears the name of somebody to be spared, which anybody may take: good for those whom
     * nothing but their folder ties to a task. */
    VKP_PROTECTION_BY_NAME,
    VKP_PROTECTION_SURE,
} VkpProtection;

typedef struct {
    const VkpSnapshot *snapshot;
    const GArray *lines; /* of pid_t: this service, who has our database open; NULL: none */
    const GArray *buses; /* of pid_t: who carries the bus we are on; NULL: not known */
    pid_t applet;        /* who has the applet's name on the bus; 0: nobody */
} VkpProtectInput;

/* Sure are pid 1, the lines with all their ancestors, and the buses, with the broker if it is a
 * launcher's. By name: the applet, the user's systemd and its bus. Buses and applet by themselves,
 * since whoever started them may be anybody. Pure. */
VkpProtected *vkp_protect_build(const VkpProtectInput *input);
void vkp_protect_free(VkpProtected *protection); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpProtected, vkp_protect_free)

VkpProtection vkp_protect_of(const VkpProtected *protection, VkpIdentity identity);

/* Whether it is pid 1 or a user's systemd: those who adopt orphans. Decided by name and parent. */
gboolean vkp_protect_is_manager(const VkpProcess *process);
