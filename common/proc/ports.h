/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Listening TCP ports by process, IPv4 and IPv6: the listeners' inodes come from the kernel's
 * sock_diag, their owners from the descriptors of the processes asked about.
 *
 * The kernel tells of our own network namespace only. A process in another one (a container with a
 * network of its own) has other listeners, and shows none here; sockets are numbered across all
 * namespaces, so it can't show somebody else's either. */
typedef struct VkpPorts VkpPorts;

/* `reader` is borrowed and outlives the ports. */
VkpPorts *vkp_ports_new(VkpReader *reader);
void vkp_ports_free(VkpPorts *ports); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpPorts, vkp_ports_free)

/* Asks the kernel for its listeners. TRUE when answers may differ from the last ones: the set has
 * changed, and then everybody's descriptors are read anew when asked for; or it is time to look
 * again at those who had a port, for a listener can be handed on and closed without a change of the
 * set. When the kernel won't tell, the last set stands; without sock_diag that is an empty one. */
gboolean vkp_ports_refresh(VkpPorts *ports);

/* The ports on which this process listens, ascending, each once, as guint16; borrowed until the
 * next refresh, empty if none or unreadable. Its descriptors are read at most once a refresh. */
const GArray *vkp_ports_of(VkpPorts *ports, VkpIdentity identity);

/* Drops what is remembered of processes that are not in the set (VkpIdentity array). */
void vkp_ports_keep_only(VkpPorts *ports, const GArray *identities);
