/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "common/proc/reader.h"

/* Listening TCP ports by process, IPv4 and IPv6: the inodes of listening sockets come from the
 * kernel's sock_diag, and the file descriptors of a process show which of these it has.
 *
 * The kernel lists our own network namespace only. A process in another one (a container with its
 * own network) therefore has no ports here; socket inodes are unique across namespaces, so it does
 * not get the ports of another process either. */
typedef struct VkpPorts VkpPorts;

/* `reader` is borrowed and outlives the ports. */
VkpPorts *vkp_ports_new(VkpReader *reader);
void vkp_ports_free(VkpPorts *ports); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpPorts, vkp_ports_free)

/* Asks the kernel for the listening sockets. TRUE when results may differ from the last ones:
 * either the set of sockets has changed, and then the descriptors of each process are read again
 * when it is asked for; or it is time to read those of processes that had a port, as a listening
 * socket can be passed to another process and closed while the set stays the same. If the kernel
 * fails to answer, the last set is kept; without sock_diag it is empty. */
gboolean vkp_ports_refresh(VkpPorts *ports);

/* The ports on which this process listens, ascending, each once, as guint16; borrowed until the
 * next refresh, empty if none or unreadable. Its descriptors are read at most once per refresh. */
const GArray *vkp_ports_of(VkpPorts *ports, VkpIdentity identity);

/* Drops what is remembered of processes that are not in the array (VkpIdentity). */
void vkp_ports_keep_only(VkpPorts *ports, const GArray *identities);
