/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A TCP socket that listens. */
typedef struct {
    guint64 inode; /* of the socket, as in "socket:[4711]" */
    guint16 port;
} VkpListener;

/* A conversation with the kernel's sock_diag about the network namespace we are in. */
typedef struct VkpListeners VkpListeners;

VkpListeners *vkp_listeners_new(void);
void vkp_listeners_free(VkpListeners *listeners); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpListeners, vkp_listeners_free)

/* All listeners, IPv4 and IPv6, as VkpListener in ascending order of inode. NULL and error when the
 * kernel won't tell. */
GArray *vkp_listeners_list(VkpListeners *listeners, GError **error);

/* Appends the listeners in one packet of a dump's answer to `found`; pure. Messages of another
 * `sequence` are passed over. *is_done: this was the last packet. FALSE for anything malformed or a
 * failure of the kernel's: *failure is its errno then, ECANCELED if a change disturbed the dump. */
gboolean vkp_listeners_parse(const void *bytes, gsize length, guint32 sequence, GArray *found,
                             gboolean *is_done, int *failure);
