/* SPDX-License-Identifier: Apache-2.0 */
/* A kernel that fails to answer, or answers oddly: the calls of the socket are ours here, and play
 * a scene when there is one. */

/* With it the C library declares addresses as a union, which no definition of ours can match. */
#undef _GNU_SOURCE

#include "common/proc/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/base/error.h"

/* What the socket says to one question after the other; the kernel itself is asked where there is
 * nothing to play. */
typedef enum {
    REALITY,
    FULL,        /* one listener, and the end */
    INTERRUPTED, /* by a signal; then as FULL */
    STRANGER,    /* somebody else sends before; then as FULL */
    DISTURBED,   /* a change came between: to be asked again */
    NO_FAMILY,   /* the kernel has no such protocol */
    DENIED,
    SILENT,     /* no answer in time */
    CUT,        /* half a message */
    UNSENDABLE, /* the question does not get out */
    HALF_SENT,
} Answer;

static struct {
    const Answer *answers;
    guint n_answers;
    guint n_asked;
    guint32 sequence; /* of the question */
    guint64 cookie;   /* of the socket that was asked, which no other has had */
    guint n_sockets;
    gboolean is_begun;
    gboolean fails_to_set_options;
} scene;

static void note_socket(int fd)
{
    guint64 cookie = 0;
    socklen_t size = sizeof cookie;
    g_assert_no_errno(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &size));
    scene.n_sockets += scene.cookie != cookie;
    scene.cookie = cookie;
}

static Answer answer_now(void)
{
    if (!scene.answers)
        return REALITY;
    g_assert_cmpuint(scene.n_asked, <=, scene.n_answers);
    return scene.answers[scene.n_asked - 1];
}

int setsockopt(int fd, int level, int name, const void *value, socklen_t size)
{
    if (scene.fails_to_set_options) {
        errno = ENOBUFS;
        return -1;
    }
    return (int)syscall(SYS_setsockopt, fd, level, name, value, size);
}

ssize_t sendto(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
               socklen_t to_size)
{
    struct nlmsghdr header;
    g_assert_cmpuint(size, >=, sizeof header);
    memcpy(&header, bytes, sizeof header);
    scene.sequence = header.nlmsg_seq;
    scene.is_begun = FALSE;
    scene.n_asked++;
    note_socket(fd);
    switch (answer_now()) {
    case REALITY:
        return syscall(SYS_sendto, fd, bytes, size, flags, to, to_size);
    case UNSENDABLE:
        errno = EPERM;
        return -1;
    case HALF_SENT:
        errno = 0;
        return (ssize_t)size / 2;
    default:
        return (ssize_t)size;
    }
}

static gsize put(void *packet, gsize at, guint16 type, guint16 flags, const void *payload,
                 gsize size)
{
    struct nlmsghdr header = {.nlmsg_len = (guint32)(NLMSG_HDRLEN + size),
                              .nlmsg_type = type,
                              .nlmsg_flags = flags,
                              .nlmsg_seq = scene.sequence};
    memcpy((char *)packet + at, &header, sizeof header);
    memcpy((char *)packet + at + NLMSG_HDRLEN, payload, size);
    return at + NLMSG_ALIGN(header.nlmsg_len);
}

static ssize_t put_full(void *packet)
{
    static const gint32 end;
    struct inet_diag_msg socket = {
        .idiag_state = TCP_LISTEN, .id = {.idiag_sport = htons(80)}, .idiag_inode = scene.n_asked};
    gsize size = put(packet, 0, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, &socket, sizeof socket);
    return (ssize_t)put(packet, size, NLMSG_DONE, NLM_F_MULTI, &end, sizeof end);
}

static ssize_t put_failure(void *packet, int failure)
{
    struct nlmsgerr report = {.error = -failure};
    return (ssize_t)put(packet, 0, NLMSG_ERROR, 0, &report, sizeof report);
}

static ssize_t fail(int failure)
{
    errno = failure;
    return -1;
}

ssize_t recvfrom(int fd, void *restrict bytes, size_t size, int flags,
                 struct sockaddr *restrict from, socklen_t *restrict from_size)
{
    Answer answer = answer_now();
    if (answer == REALITY)
        return syscall(SYS_recvfrom, fd, bytes, size, flags, from, from_size);
    gboolean is_first = !scene.is_begun;
    scene.is_begun = TRUE;
    struct sockaddr_nl sender = {.nl_family = AF_NETLINK,
                                 .nl_pid = answer == STRANGER && is_first ? 4242 : 0};
    g_assert_cmpuint(*from_size, ==, sizeof sender);
    memcpy(from, &sender, sizeof sender);
    switch (answer) {
    case INTERRUPTED:
        return is_first ? fail(EINTR) : put_full(bytes);
    case STRANGER:
        return is_first ? put_failure(bytes, EPERM) : put_full(bytes);
    case DISTURBED:
        return (ssize_t)put(bytes, 0, NLMSG_DONE, NLM_F_DUMP_INTR, "", 0);
    case NO_FAMILY:
        return put_failure(bytes, ENOENT);
    case DENIED:
        return put_failure(bytes, EACCES);
    case SILENT:
        return fail(EAGAIN);
    case CUT:
        return put_full(bytes) - 1;
    default:
        return put_full(bytes);
    }
}

/* Lists with these answers, one of each family; expects all of them to be asked for. */
static GArray *list(const Answer *answers, guint n_answers, GError **error)
{
    g_autoptr(VkpListeners) listeners = vkp_listeners_new();
    scene.answers = answers;
    scene.n_answers = n_answers;
    scene.n_asked = 0;
    scene.n_sockets = 0;
    GArray *found = vkp_listeners_list(listeners, error);
    scene.answers = NULL;
    g_assert_cmpuint(scene.n_asked, ==, n_answers);
    return found;
}

#define LIST(error, ...)                                                                           \
    list((const Answer[]){__VA_ARGS__}, G_N_ELEMENTS(((const Answer[]){__VA_ARGS__})), error)

static void assert_found(GArray *owned_found, guint n_found)
{
    g_autoptr(GArray) found = owned_found;
    g_assert_nonnull(found);
    g_assert_cmpuint(found->len, ==, n_found);
}

static void test_interruptions(void)
{
    assert_found(LIST(NULL, FULL, FULL), 2);
    assert_found(LIST(NULL, INTERRUPTED, INTERRUPTED), 2);
    assert_found(LIST(NULL, STRANGER, STRANGER), 2);
}

static void test_kernel_without_ipv6(void)
{
    assert_found(LIST(NULL, FULL, NO_FAMILY), 1);
}

/* On another socket: half an answer may still be under way on the first. */
static void test_disturbed_dump(void)
{
    assert_found(LIST(NULL, FULL, FULL), 2);
    g_assert_cmpuint(scene.n_sockets, ==, 1);
    assert_found(LIST(NULL, DISTURBED, FULL, FULL), 2);
    g_assert_cmpuint(scene.n_sockets, ==, 2);
    assert_found(LIST(NULL, FULL, DISTURBED, DISTURBED, FULL, FULL), 2);
    g_autoptr(GError) error = NULL;
    g_assert_null(LIST(&error, DISTURBED, FULL, DISTURBED, DISTURBED));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
}

static void test_failures(void)
{
    static const struct {
        Answer answer;
        VkpError code;
    } cases[] = {
        {NO_FAMILY, VKP_ERROR_NOT_FOUND},
        {DENIED, VKP_ERROR_PERMISSION_DENIED},
        {UNSENDABLE, VKP_ERROR_PERMISSION_DENIED},
        {HALF_SENT, VKP_ERROR_SYSTEM},
        {CUT, VKP_ERROR_SYSTEM},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(LIST(&error, cases[i].answer));
        g_assert_error(error, VKP_ERROR, (int)cases[i].code);
    }
    g_autoptr(GError) error = NULL;
    g_assert_null(LIST(&error, FULL, DENIED));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
}

/* Everybody waits as long as the kernel is waited for. */
static void test_silence(void)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(LIST(&error, SILENT));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    g_clear_error(&error);
    g_assert_null(LIST(&error, FULL, DISTURBED, FULL, SILENT));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
}

static void test_socket_without_options(void)
{
    g_autoptr(VkpListeners) listeners = vkp_listeners_new();
    g_autoptr(GError) error = NULL;
    scene.fails_to_set_options = TRUE;
    g_assert_null(vkp_listeners_list(listeners, &error));
    scene.fails_to_set_options = FALSE;
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
    g_autoptr(GArray) found = vkp_listeners_list(listeners, NULL);
    g_assert_nonnull(found);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/listeners/failing/interruptions-and-strangers-are-passed-over",
                    test_interruptions);
    g_test_add_func("/listeners/failing/a-kernel-without-ipv6-has-the-others",
                    test_kernel_without_ipv6);
    g_test_add_func("/listeners/failing/a-disturbed-answer-is-asked-for-again",
                    test_disturbed_dump);
    g_test_add_func("/listeners/failing/a-failure-is-an-error", test_failures);
    g_test_add_func("/listeners/failing/who-is-silent-is-not-asked-again", test_silence);
    g_test_add_func("/listeners/failing/a-socket-that-could-wait-forever-is-not-used",
                    test_socket_without_options);
    return g_test_run();
}
