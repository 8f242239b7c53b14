/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/ports.h"

#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/lib/fake-proc.h"
#include "tests/proc/child.h"

/* Listens on a port of the kernel's choice, or (not 0) on `port`. Ports are never fixed in advance:
 * whatever else runs here has its own. */
static int listen_on(int family, guint16 port, gboolean both_families)
{
    int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int only_v6 = !both_families;
    struct sockaddr_in v4 = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct sockaddr_in6 v6 = {
        .sin6_family = AF_INET6, .sin6_port = htons(port), .sin6_addr = in6addr_any};
    gboolean is_v4 = family == AF_INET;
    if (fd < 0)
        return -1;
    if (!is_v4)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only_v6, sizeof only_v6);
    const struct sockaddr *address =
        is_v4 ? (const struct sockaddr *)&v4 : (const struct sockaddr *)&v6;
    if (bind(fd, address, is_v4 ? sizeof v4 : sizeof v6) < 0 || listen(fd, 5) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static guint16 port_of(int fd)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t size = sizeof address;
    g_assert_no_errno(getsockname(fd, &address.any, &size));
    return ntohs(address.any.sa_family == AF_INET ? address.v4.sin_port : address.v6.sin6_port);
}

typedef struct {
    VkpReader *reader;
    VkpPorts *ports;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->reader = vkp_reader_open(NULL, NULL);
    fixture->ports = vkp_ports_new(fixture->reader);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_ports_free(fixture->ports);
    vkp_reader_close(fixture->reader);
}

static VkpIdentity identity_of(const Fixture *fixture, pid_t pid)
{
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(fixture->reader, pid, &stat, NULL));
    return (VkpIdentity){pid, stat.start_ticks};
}

static void assert_ports(const Fixture *fixture, pid_t pid, guint n, guint16 port)
{
    const GArray *found = vkp_ports_of(fixture->ports, identity_of(fixture, pid));
    g_assert_cmpuint(found->len, ==, n);
    gboolean has_port = FALSE;
    for (guint i = 0; i < found->len; i++) {
        has_port = has_port || g_array_index(found, guint16, i) == port;
        g_assert_true(i == 0 ||
                      g_array_index(found, guint16, i - 1) < g_array_index(found, guint16, i));
    }
    g_assert_true(n == 0 || has_port);
}

static void test_v4(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_ports_refresh(fixture->ports);
    assert_ports(fixture, getpid(), 0, 0);
    int fd = listen_on(AF_INET, 0, FALSE);
    g_assert_true(vkp_ports_refresh(fixture->ports));
    assert_ports(fixture, getpid(), 1, port_of(fd));
    guint16 port = port_of(fd);
    close(fd);
    g_assert_true(vkp_ports_refresh(fixture->ports));
    assert_ports(fixture, getpid(), 0, port);
}

static void test_v6(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int v6 = listen_on(AF_INET6, 0, FALSE);
    if (v6 < 0) {
        g_test_skip("no IPv6 here");
        return;
    }
    vkp_ports_refresh(fixture->ports);
    assert_ports(fixture, getpid(), 1, port_of(v6));
    /* The same port once more, by IPv4: still one. */
    int v4 = listen_on(AF_INET, port_of(v6), FALSE);
    g_assert_cmpint(v4, >=, 0);
    g_assert_true(vkp_ports_refresh(fixture->ports));
    assert_ports(fixture, getpid(), 1, port_of(v6));
    close(v6);
    g_assert_true(vkp_ports_refresh(fixture->ports));
    assert_ports(fixture, getpid(), 1, port_of(v4));
    close(v4);
    int dual = listen_on(AF_INET6, 0, TRUE);
    vkp_ports_refresh(fixture->ports);
    assert_ports(fixture, getpid(), 1, port_of(dual));
    close(dual);
}

static void test_several(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fds[20];
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
        fds[i] = listen_on(AF_INET, 0, FALSE);
    vkp_ports_refresh(fixture->ports);
    assert_ports(fixture, getpid(), G_N_ELEMENTS(fds), port_of(fds[7]));
    for (guint i = 0; i < G_N_ELEMENTS(fds); i++)
        close(fds[i]);
}

/* Bound or connected is not listening. */
static void test_others(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int listener = listen_on(AF_INET, 0, FALSE);
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int datagram = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons(port_of(listener)),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    g_assert_no_errno(connect(client, (const struct sockaddr *)&address, sizeof address));
    int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    address.sin_port = 0;
    g_assert_no_errno(bind(bound, (const struct sockaddr *)&address, sizeof address));
    g_assert_no_errno(bind(datagram, (const struct sockaddr *)&address, sizeof address));
    vkp_ports_refresh(fixture->ports);
    assert_ports(fixture, getpid(), 1, port_of(listener));
    close(listener);
    g_assert_true(vkp_ports_refresh(fixture->ports));
    assert_ports(fixture, getpid(), 0, 0);
    close(client);
    close(accepted);
    close(bound);
    close(datagram);
}

static void test_heir(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = listen_on(AF_INET, 0, FALSE);
    vkp_ports_refresh(fixture->ports);
    assert_ports(fixture, getpid(), 1, port_of(fd));
    /* Born after the set was read, with the listener in hand: another identity, so asked anew. */
    g_autoptr(Child) child = child_start(child_idle, NULL);
    assert_ports(fixture, child_pid(child), 1, port_of(fd));
    close(fd);
}

static void listen_when_told(Child *self, gpointer data)
{
    (void)data;
    child_say(self);
    child_hear(self);
    int fd = listen_on(AF_INET, 0, FALSE);
    child_say(self);
    child_hear(self);
    close(fd);
    child_say(self);
    child_idle(self, NULL);
}

static void test_child(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(Child) child = child_start(listen_when_told, NULL);
    child_hear(child);
    vkp_ports_refresh(fixture->ports);
    VkpIdentity identity = identity_of(fixture, child_pid(child));
    g_assert_cmpuint(vkp_ports_of(fixture->ports, identity)->len, ==, 0);
    child_say(child);
    child_hear(child);
    g_assert_true(vkp_ports_refresh(fixture->ports));
    const GArray *found = vkp_ports_of(fixture->ports, identity);
    g_assert_cmpuint(found->len, ==, 1);
    /* Borrowed until the next refresh: asking again is no new array. */
    g_assert_true(vkp_ports_of(fixture->ports, identity) == found);
    child_say(child);
    child_hear(child);
    g_assert_true(vkp_ports_refresh(fixture->ports));
    g_assert_cmpuint(vkp_ports_of(fixture->ports, identity)->len, ==, 0);
}

static void test_reused(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = listen_on(AF_INET, 0, FALSE);
    vkp_ports_refresh(fixture->ports);
    VkpIdentity identity = identity_of(fixture, getpid());
    VkpIdentity former = {identity.pid, identity.start_ticks - 1};
    g_assert_cmpuint(vkp_ports_of(fixture->ports, former)->len, ==, 0);
    g_assert_cmpuint(vkp_ports_of(fixture->ports, identity)->len, ==, 1);
    g_assert_cmpuint(vkp_ports_of(fixture->ports, former)->len, ==, 0);
    close(fd);
}

/* Held, so that ports read anew are another array. */
static GArray *hold_ports(Fixture *fixture, VkpIdentity identity)
{
    return g_array_ref((GArray *)vkp_ports_of(fixture->ports, identity));
}

static void test_keep_only(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = listen_on(AF_INET, 0, FALSE);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    vkp_ports_refresh(fixture->ports);
    VkpIdentity own = identity_of(fixture, getpid());
    VkpIdentity other = identity_of(fixture, child_pid(child));
    g_autoptr(GArray) own_ports = hold_ports(fixture, own);
    g_autoptr(GArray) other_ports = hold_ports(fixture, other);
    g_assert_true(vkp_ports_of(fixture->ports, other) == other_ports);
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    VkpIdentity former = {other.pid, other.start_ticks - 1};
    g_array_append_val(identities, own);
    g_array_append_val(identities, former);
    vkp_ports_keep_only(fixture->ports, identities);
    g_assert_true(vkp_ports_of(fixture->ports, own) == own_ports);
    g_assert_true(vkp_ports_of(fixture->ports, other) != other_ports);
    g_array_set_size(identities, 0);
    vkp_ports_keep_only(fixture->ports, identities);
    g_assert_true(vkp_ports_of(fixture->ports, own) != own_ports);
    close(fd);
}

static void test_no_descriptors(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = listen_on(AF_INET, 0, FALSE);
    vkp_ports_refresh(fixture->ports);
    VkpIdentity own = identity_of(fixture, getpid());
    struct rlimit before;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &before));
    struct rlimit none = {0, before.rlim_max};
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &none));
    guint n_while_short = vkp_ports_of(fixture->ports, own)->len;
    g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
    g_assert_cmpuint(n_while_short, ==, 0);
    /* That was no answer to be kept. */
    assert_ports(fixture, getpid(), 1, port_of(fd));
    close(fd);
}

static void listen_elsewhere(Child *self, gpointer data)
{
    (void)data;
    gboolean is_elsewhere = unshare(CLONE_NEWNET) == 0;
    (void)(is_elsewhere && listen_on(AF_INET6, 0, TRUE) >= 0);
    child_say(self);
    child_idle(self, NULL);
}

/* The limit that is documented: another namespace's listeners are not ours to see. */
static void test_other_namespace(Fixture *fixture, gconstpointer data)
{
    (void)data;
    if (geteuid() != 0) {
        g_test_skip("needs root to make a network namespace");
        return;
    }
    g_autoptr(Child) child = child_start(listen_elsewhere, NULL);
    child_hear(child);
    vkp_ports_refresh(fixture->ports);
    assert_ports(fixture, child_pid(child), 0, 0);
}

static gboolean is_unchanged(gpointer data)
{
    return !vkp_ports_refresh(data);
}

static void test_unchanged(Fixture *fixture, gconstpointer data)
{
    (void)data;
    int fd = listen_on(AF_INET, 0, FALSE);
    /* Others on this machine may open ports, but not all the time. */
    g_assert_true(vkp_deadline_wait(10000, is_unchanged, fixture->ports));
    const GArray *found = vkp_ports_of(fixture->ports, identity_of(fixture, getpid()));
    g_assert_cmpuint(found->len, ==, 1);
    close(fd);
}

typedef struct {
    const Fixture *fixture;
    VkpIdentity identity;
} Question;

static gboolean has_no_port(gpointer data)
{
    const Question *question = data;
    (void)vkp_ports_refresh(question->fixture->ports);
    return vkp_ports_of(question->fixture->ports, question->identity)->len == 0;
}

/* The child keeps the listener that we hand down and close: the set stays as it is. */
static void test_handed_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    if (!g_test_slow()) {
        g_test_skip("takes ten seconds");
        return;
    }
    int fd = listen_on(AF_INET, 0, FALSE);
    vkp_ports_refresh(fixture->ports);
    guint16 port = port_of(fd);
    assert_ports(fixture, getpid(), 1, port);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    close(fd);
    Question question = {fixture, identity_of(fixture, getpid())};
    g_assert_true(vkp_deadline_wait(15000, has_no_port, &question));
    assert_ports(fixture, child_pid(child), 1, port);
}

static void test_fake(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fake), NULL);
    g_autoptr(VkpPorts) ports = vkp_ports_new(reader);
    g_assert_cmpuint(vkp_ports_of(ports, (VkpIdentity){5, 9})->len, ==, 0);
    vkp_ports_free(NULL);
    int fd = listen_on(AF_INET, 0, FALSE);
    struct stat status;
    g_assert_no_errno(fstat(fd, &status));
    g_autofree char *target = g_strdup_printf("socket:[%lu]", (gulong)status.st_ino);
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5, .start_ticks = 9});
    vkp_fake_proc_set_descriptor(fake, 5, 3, target);
    vkp_fake_proc_set_descriptor(fake, 5, 4, target);
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 6});
    vkp_ports_refresh(ports);
    g_assert_cmpuint(vkp_ports_of(ports, (VkpIdentity){5, 9})->len, ==, 1);
    g_assert_cmpuint(vkp_ports_of(ports, (VkpIdentity){5, 8})->len, ==, 0);
    g_assert_cmpuint(vkp_ports_of(ports, (VkpIdentity){6, 600})->len, ==, 0);
    g_assert_cmpuint(vkp_ports_of(ports, (VkpIdentity){7, 1})->len, ==, 0);
    close(fd);
    (void)fixture;
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/ports/ipv4-listener-comes-and-goes", test_v4);
    ADD("/ports/ipv6-and-ipv4-are-one-port", test_v6);
    ADD("/ports/several-are-in-order", test_several);
    ADD("/ports/only-listeners-count", test_others);
    ADD("/ports/an-heir-born-later-has-it-too", test_heir);
    ADD("/ports/a-child-opens-and-closes-one", test_child);
    ADD("/ports/a-reused-pid-inherits-none", test_reused);
    ADD("/ports/who-is-not-kept-is-forgotten", test_keep_only);
    ADD("/ports/out-of-descriptors-is-not-remembered", test_no_descriptors);
    ADD("/ports/another-network-namespace-is-out-of-sight", test_other_namespace);
    ADD("/ports/an-unchanged-set-is-not-news", test_unchanged);
    ADD("/ports/a-listener-handed-down-changes-hands", test_handed_down);
    ADD("/ports/a-fake-proc-will-do", test_fake);
    return g_test_run();
}
