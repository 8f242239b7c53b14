/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* A TCP socket that listens. */
typedef struct {
    guint64 inode; /* of the socket, as in "socket:[4711]" */
    guint16 port;
} VkpListener;

/* A connection to the kernel's sock_diag, for the network namespace we are in. */
typedef struct VkpListeners VkpListeners;

VkpListeners *vkp_listeners_new(void);
void vkp_listeners_free(VkpListeners *listeners); /* takes NULL */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(VkpListeners, vkp_listeners_free)

/* All listeners, IPv4 and IPv6, as VkpListener in ascending order of inode. NULL and error on
 * failure. */
GArray *vkp_listeners_list(VkpListeners *listeners, GError **error);

/* Appends the listeners in one packet of the kernel's reply to `found`; pure. Messages with another
 * `sequence` are skipped. *is_done: this was the last packet. FALSE if it is malformed or an error
 * message: *failure is then the errno, ECANCELED if a change interrupted the dump. */
gboolean vkp_listeners_parse(const void *bytes, gsize length, guint32 sequence, GArray *found,
                             gboolean *is_done, int *failure);
