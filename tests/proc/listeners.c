/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/listeners.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/resource.h>

#include "common/base/error.h"

#define SEQUENCE 7u

/* A packet as the kernel makes it, message by message. */
static void add_message(GByteArray *packet, guint16 type, guint16 flags, guint32 sequence,
                        const void *payload, gsize size)
{
    static const guint8 padding[NLMSG_ALIGNTO] = {0};
    struct nlmsghdr header = {.nlmsg_len = (guint32)(NLMSG_HDRLEN + size),
                              .nlmsg_type = type,
                              .nlmsg_flags = flags,
                              .nlmsg_seq = sequence};
    g_byte_array_append(packet, (const guint8 *)&header, sizeof header);
    if (size > 0)
        g_byte_array_append(packet, payload, (guint)size);
    g_byte_array_append(packet, padding, (guint)(NLMSG_ALIGN(size) - size));
}

static void add_socket(GByteArray *packet, guint32 sequence, guint32 inode, guint16 port)
{
    struct inet_diag_msg message = {
        .idiag_state = TCP_LISTEN, .id = {.idiag_sport = htons(port)}, .idiag_inode = inode};
    add_message(packet, SOCK_DIAG_BY_FAMILY, NLM_F_MULTI, sequence, &message, sizeof message);
}

typedef struct {
    gboolean taken;
    gboolean is_done;
    int failure;
    guint n_found;
    VkpListener last;
} Outcome;

/* In a block of its exact size, so that a sanitizer sees any byte read beyond. */
static Outcome parse(const void *bytes, gsize length)
{
    g_autofree void *exact = g_memdup2(bytes, MAX(length, 1));
    g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(VkpListener));
    Outcome outcome = {0};
    outcome.taken =
        vkp_listeners_parse(exact, length, SEQUENCE, found, &outcome.is_done, &outcome.failure);
    outcome.n_found = found->len;
    if (found->len > 0)
        outcome.last = g_array_index(found, VkpListener, found->len - 1);
    return outcome;
}

static void test_packet(void)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    add_socket(packet, SEQUENCE, 100, 80);
    add_socket(packet, SEQUENCE - 1, 101, 81); /* of an earlier question */
    add_socket(packet, SEQUENCE, 102, 65535);
    Outcome outcome = parse(packet->data, packet->len);
    g_assert_true(outcome.taken && !outcome.is_done);
    g_assert_cmpuint(outcome.n_found, ==, 2);
    g_assert_cmpuint(outcome.last.inode, ==, 102);
    g_assert_cmpuint(outcome.last.port, ==, 65535);

    gint32 end = 0;
    add_message(packet, NLMSG_DONE, NLM_F_MULTI, SEQUENCE, &end, sizeof end);
    add_socket(packet, SEQUENCE, 103, 83); /* nothing comes after the end */
    outcome = parse(packet->data, packet->len);
    g_assert_true(outcome.taken && outcome.is_done);
    g_assert_cmpuint(outcome.n_found, ==, 2);
}

static void test_not_listening(void)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    struct inet_diag_msg message = {
        .idiag_state = TCP_ESTABLISHED, .id = {.idiag_sport = htons(80)}, .idiag_inode = 5};
    add_message(packet, SOCK_DIAG_BY_FAMILY, 0, SEQUENCE, &message, sizeof message);
    add_socket(packet, SEQUENCE, 0, 80); /* nobody's */
    add_socket(packet, SEQUENCE, 5, 0);
    Outcome outcome = parse(packet->data, packet->len);
    g_assert_true(outcome.taken);
    g_assert_cmpuint(outcome.n_found, ==, 0);
}

static void test_failures(void)
{
    const struct nlmsgerr denied = {.error = -EPERM};
    const struct nlmsgerr odd = {.error = 77};
    const struct {
        guint16 type;
        guint16 flags;
        const void *payload;
        gsize size;
        int failure;
    } cases[] = {
        {NLMSG_ERROR, 0, &denied, sizeof denied, EPERM},
        {NLMSG_ERROR, 0, &odd, sizeof odd, EPROTO},
        {NLMSG_ERROR, 0, &denied, 3, EPROTO},
        {NLMSG_DONE, NLM_F_DUMP_INTR, &odd, 4, ECANCELED},
        {SOCK_DIAG_BY_FAMILY, NLM_F_DUMP_INTR, &odd, 4, ECANCELED},
        {SOCK_DIAG_BY_FAMILY, 0, &odd, 4, EPROTO},
        {SOCK_DIAG_BY_FAMILY, 0, NULL, 0, EPROTO},
        {NLMSG_NOOP, 0, NULL, 0, EPROTO},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GByteArray) packet = g_byte_array_new();
        add_message(packet, cases[i].type, cases[i].flags, SEQUENCE, cases[i].payload,
                    cases[i].size);
        Outcome outcome = parse(packet->data, packet->len);
        g_assert_false(outcome.taken);
        g_assert_cmpint(outcome.failure, ==, cases[i].failure);
    }
}

static void test_lengths(void)
{
    g_autoptr(GByteArray) packet = g_byte_array_new();
    add_socket(packet, SEQUENCE, 100, 80);
    guint whole = packet->len;
    add_socket(packet, SEQUENCE, 101, 81);
    for (guint length = 0; length <= packet->len; length++) {
        Outcome outcome = parse(packet->data, length);
        gboolean is_whole = length == 0 || length == whole || length == packet->len;
        g_assert_cmpint(outcome.taken, ==, is_whole);
    }
    static const guint32 lies[] = {0,      1,           sizeof(struct nlmsghdr) - 1,
                                   100000, G_MAXUINT32, G_MAXUINT32 - 3};
    for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
        memcpy(packet->data, &lies[i], sizeof lies[i]);
        g_assert_false(parse(packet->data, packet->len).taken);
    }
}

static void test_random(void)
{
    for (guint round = 0; round < 20000; round++) {
        g_autoptr(GByteArray) packet = g_byte_array_new();
        add_socket(packet, SEQUENCE, 100, 80);
        add_socket(packet, SEQUENCE, 101, 81);
        for (guint i = 0; i < 4; i++)
            packet->data[g_test_rand_int_range(0, (gint32)packet->len)] =
                (guint8)g_test_rand_int_range(0, 256);
        g_assert_cmpuint(parse(packet->data, packet->len).n_found, <=, 2);
    }
}

static void test_again_and_again(void)
{
    g_autoptr(VkpListeners) listeners = vkp_listeners_new();
    vkp_listeners_free(NULL);
    for (guint i = 0; i < 20; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GArray) found = vkp_listeners_list(listeners, &error);
        g_assert_no_error(error);
        for (guint j = 1; j < found->len; j++)
            g_assert_cmpuint(g_array_index(found, VkpListener, j - 1).inode, <=,
                             g_array_index(found, VkpListener, j).inode);
    }
}

static void test_no_descriptors(void)
{
    g_autoptr(VkpListeners) listeners = vkp_listeners_new();
    struct rlimit before;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &before));
    struct rlimit none = {0, before.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &none));
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) failed = vkp_listeners_list(listeners, &error);
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
    g_assert_null(failed);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    g_autoptr(GArray) found = vkp_listeners_list(listeners, NULL);
    g_assert_nonnull(found);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/listeners/packet/holds-listeners-until-its-end", test_packet);
    g_test_add_func("/listeners/packet/what-does-not-listen-is-passed-over", test_not_listening);
    g_test_add_func("/listeners/packet/a-failure-is-told", test_failures);
    g_test_add_func("/listeners/packet/no-length-is-believed", test_lengths);
    g_test_add_func("/listeners/packet/random-bytes-do-no-harm", test_random);
    g_test_add_func("/listeners/kernel/answers-as-often-as-asked", test_again_and_again);
    g_test_add_func("/listeners/kernel/out-of-descriptors-is-an-error", test_no_descriptors);
    return g_test_run();
}
