/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/base/file.h"

/* The kernel fills at most this much at once. */
#define REPLY_MAX_BYTES (32u * 1024u)

/* The highest errno that the kernel reports. */
#define ERRNO_MAX 4095

/* A dump that was disturbed by a change is taken again, so often. It has an errno that the kernel
 * does not use here, least of all for a wait that was too long: who is silent is not asked again.
 */
#define MAX_ATTEMPTS 3
#define DISTURBED ECANCELED

struct VkpListeners {
    VkpFd socket;
    guint32 sequence;
    GByteArray *reply;
};

VkpListeners *vkp_listeners_new(void)
{
    VkpListeners *listeners = g_new0(VkpListeners, 1);
    listeners->socket = -1;
    listeners->reply = g_byte_array_sized_new(REPLY_MAX_BYTES);
    g_byte_array_set_size(listeners->reply, REPLY_MAX_BYTES);
    return listeners;
}

void vkp_listeners_free(VkpListeners *listeners)
{
    if (!listeners)
        return;
    vkp_fd_close(&listeners->socket);
    g_byte_array_unref(listeners->reply);
    g_free(listeners);
}

/* The kernel answers a dump while it is asked, so a wait means that nobody will answer at all. */
static gboolean connect_kernel(VkpListeners *listeners)
{
    static const struct timeval timeout = {.tv_usec = 500 * 1000};
    if (listeners->socket >= 0)
        return TRUE;
    g_auto(VkpFd) fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0)
        return FALSE;
    listeners->socket = vkp_fd_steal(&fd);
    return TRUE;
}

static gboolean ask(VkpListeners *listeners, guint8 family)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } message = {
        .header = {.nlmsg_len = sizeof message,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                   .nlmsg_seq = ++listeners->sequence},
        .request = {.sdiag_family = family,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_states = 1u << TCP_LISTEN},
    };
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    return sendto(listeners->socket, &message, sizeof message, 0, (const struct sockaddr *)&kernel,
                  sizeof kernel) == (gssize)sizeof message;
}

static gssize receive(VkpListeners *listeners)
{
    struct sockaddr_nl sender = {0};
    socklen_t sender_size = sizeof sender;
    gssize got;
    do
        got = recvfrom(listeners->socket, listeners->reply->data, REPLY_MAX_BYTES, 0,
                       (struct sockaddr *)&sender, &sender_size);
    /* Any process may send to a netlink socket; only the kernel's port is 0. */
    while ((got < 0 && errno == EINTR) || (got >= 0 && sender.nl_pid != 0));
    return got;
}

static void add_listener(const struct inet_diag_msg *socket, GArray *found)
{
    VkpListener listener = {socket->idiag_inode, ntohs(socket->id.idiag_sport)};
    if (socket->idiag_state == TCP_LISTEN && listener.inode != 0 && listener.port != 0)
        g_array_append_val(found, listener);
}

static int failure_of(const void *payload, gsize size)
{
    struct nlmsgerr report;
    if (size < sizeof report)
        return EPROTO;
    memcpy(&report, payload, sizeof report);
    return report.error < 0 && report.error >= -ERRNO_MAX ? -report.error : EPROTO;
}

/* One message with its payload. */
static gboolean take_message(const struct nlmsghdr *header, const char *payload, gsize size,
                             GArray *found, int *failure)
{
    struct inet_diag_msg socket;
    if (header->nlmsg_flags & NLM_F_DUMP_INTR) {
        *failure = DISTURBED;
        return FALSE;
    }
    if (header->nlmsg_type != SOCK_DIAG_BY_FAMILY || size < sizeof socket) {
        *failure = header->nlmsg_type == NLMSG_ERROR ? failure_of(payload, size) : EPROTO;
        return FALSE;
    }
    memcpy(&socket, payload, sizeof socket);
    add_listener(&socket, found);
    return TRUE;
}

gboolean vkp_listeners_parse(const void *bytes, gsize length, guint32 sequence, GArray *found,
                             gboolean *is_done, int *failure)
{
    const char *at = bytes;
    *is_done = FALSE;
    *failure = EPROTO;
    while (length > 0) {
        struct nlmsghdr header;
        if (length < sizeof header)
            return FALSE;
        memcpy(&header, at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > length)
            return FALSE;
        gsize step = MIN(NLMSG_ALIGN((gsize)header.nlmsg_len), length);
        /* What is left of an earlier dump, given up half-way, has an older number. */
        if (header.nlmsg_seq == sequence) {
            *is_done = header.nlmsg_type == NLMSG_DONE && !(header.nlmsg_flags & NLM_F_DUMP_INTR);
            if (*is_done)
                return TRUE;
            if (!take_message(&header, at + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN, found,
                              failure))
                return FALSE;
        }
        at += step;
        length -= step;
    }
    return TRUE;
}

/* FALSE and errno on failure. */
static gboolean dump_family(VkpListeners *listeners, guint8 family, GArray *found)
{
    if (!ask(listeners, family))
        return FALSE;
    for (gboolean is_done = FALSE; !is_done;) {
        gssize got = receive(listeners);
        if (got < 0)
            return FALSE;
        int failure = 0;
        if (!vkp_listeners_parse(listeners->reply->data, (gsize)got, listeners->sequence, found,
                                 &is_done, &failure)) {
            errno = failure;
            return FALSE;
        }
    }
    return TRUE;
}

static int compare_listeners(gconstpointer a, gconstpointer b)
{
    const VkpListener *first = a;
    const VkpListener *second = b;
    return (first->inode > second->inode) - (first->inode < second->inode);
}

static gboolean dump(VkpListeners *listeners, GArray *found)
{
    g_array_set_size(found, 0);
    if (!connect_kernel(listeners))
        return FALSE;
    if (!dump_family(listeners, AF_INET, found))
        return FALSE;
    /* A kernel without IPv6 says ENOENT, and has no such listeners. */
    return dump_family(listeners, AF_INET6, found) || errno == ENOENT;
}

GArray *vkp_listeners_list(VkpListeners *listeners, GError **error)
{
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(VkpListener));
    for (guint attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
        if (dump(listeners, found)) {
            g_array_sort(found, compare_listeners);
            return g_steal_pointer(&found);
        }
        int saved_errno = errno;
        /* Half an answer may still be under way: a new socket begins anew. */
        vkp_fd_close(&listeners->socket);
        errno = saved_errno;
        if (saved_errno != DISTURBED)
            break;
    }
    vkp_set_error_errno(error, errno, "Cannot ask the kernel for listening sockets");
    return NULL;
}
