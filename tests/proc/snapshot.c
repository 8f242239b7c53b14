/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/snapshot.h"

static VkpProcess *make(pid_t pid, pid_t parent, guint64 start)
{
    VkpProcess *process = vkp_process_new();
    process->identity = (VkpIdentity){pid, start};
    process->parent_pid = parent;
    return process;
}

static pid_t parent_of(const VkpSnapshot *snapshot, pid_t pid)
{
    const VkpProcess *parent = vkp_snapshot_parent(snapshot, vkp_snapshot_lookup(snapshot, pid));
    return parent ? parent->identity.pid : 0;
}

static char *pids_of(const GPtrArray *processes)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < processes->len; i++) {
        const VkpProcess *process = processes->pdata[i];
        g_string_append_printf(text, "%s%d", i ? " " : "", process->identity.pid);
    }
    return g_string_free(text, FALSE);
}

static void assert_subtree(const VkpSnapshot *snapshot, pid_t pid, const char *expected)
{
    g_autoptr(GPtrArray) subtree = vkp_snapshot_subtree(snapshot, pid);
    g_autofree char *pids = pids_of(subtree);
    g_assert_cmpstr(pids, ==, expected);
}

static void test_order(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(123, 100);
    static const pid_t pids[] = {5, 1, 9, 3, 7};
    for (guint i = 0; i < G_N_ELEMENTS(pids); i++)
        vkp_snapshot_add(snapshot, make(pids[i], 0, 1));
    vkp_snapshot_seal(snapshot);
    g_assert_cmpuint(vkp_snapshot_size(snapshot), ==, 5);
    for (guint i = 0; i < 5; i++) {
        g_assert_cmpint(vkp_snapshot_at(snapshot, i)->identity.pid, ==, (pid_t)(2 * i + 1));
        g_assert_true(vkp_snapshot_lookup(snapshot, (pid_t)(2 * i + 1)) ==
                      vkp_snapshot_at(snapshot, i));
        g_assert_null(vkp_snapshot_lookup(snapshot, (pid_t)(2 * i)));
    }
    g_assert_cmpuint(vkp_snapshot_boot_time_usec(snapshot), ==, 123);
    g_assert_cmpuint(vkp_snapshot_ticks_per_second(snapshot), ==, 100);
}

static void test_empty(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(0, 100);
    vkp_snapshot_seal(snapshot);
    g_assert_cmpuint(vkp_snapshot_size(snapshot), ==, 0);
    g_assert_null(vkp_snapshot_lookup(snapshot, 1));
    g_assert_cmpuint(vkp_snapshot_children(snapshot, 1)->len, ==, 0);
    assert_subtree(snapshot, 1, "");
    g_autoptr(VkpSnapshot) again = vkp_snapshot_ref(snapshot);
    g_assert_true(again == snapshot);
    vkp_snapshot_unref(NULL);
}

static void test_last_wins(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(0, 100);
    vkp_snapshot_add(snapshot, make(4, 0, 10));
    vkp_snapshot_add(snapshot, make(2, 0, 10));
    vkp_snapshot_add(snapshot, make(4, 2, 20));
    vkp_snapshot_seal(snapshot);
    g_assert_cmpuint(vkp_snapshot_size(snapshot), ==, 2);
    g_assert_null(vkp_snapshot_lookup_identity(snapshot, (VkpIdentity){4, 10}));
    g_assert_nonnull(vkp_snapshot_lookup_identity(snapshot, (VkpIdentity){4, 20}));
    g_assert_null(vkp_snapshot_lookup_identity(snapshot, (VkpIdentity){5, 20}));
    g_assert_cmpint(parent_of(snapshot, 4), ==, 2);
}

static void test_family(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(0, 100);
    vkp_snapshot_add(snapshot, make(1, 0, 0));
    vkp_snapshot_add(snapshot, make(30, 1, 50));
    vkp_snapshot_add(snapshot, make(20, 1, 60)); /* pids have wrapped: a lower one, but younger */
    vkp_snapshot_add(snapshot, make(40, 30, 70));
    vkp_snapshot_add(snapshot, make(10, 20, 80));
    vkp_snapshot_add(snapshot, make(11, 20, 80));
    vkp_snapshot_seal(snapshot);
    g_autofree char *children = pids_of(vkp_snapshot_children(snapshot, 1));
    g_assert_cmpstr(children, ==, "30 20");
    g_autofree char *twins = pids_of(vkp_snapshot_children(snapshot, 20));
    g_assert_cmpstr(twins, ==, "10 11");
    assert_subtree(snapshot, 1, "1 30 20 40 10 11");
    assert_subtree(snapshot, 20, "20 10 11");
    assert_subtree(snapshot, 11, "11");
    assert_subtree(snapshot, 99, "");
}

static void test_reused_parent(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(0, 100);
    vkp_snapshot_add(snapshot, make(10, 1, 500)); /* the pid's new owner */
    vkp_snapshot_add(snapshot, make(11, 10, 400));
    vkp_snapshot_add(snapshot, make(12, 10, 500));
    vkp_snapshot_seal(snapshot);
    g_assert_cmpint(parent_of(snapshot, 11), ==, 0);
    g_assert_cmpint(parent_of(snapshot, 12), ==, 10);
    g_assert_cmpint(parent_of(snapshot, 10), ==, 0);
    assert_subtree(snapshot, 10, "10 12");
}

static void test_stranger(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(0, 100);
    vkp_snapshot_add(snapshot, make(1, 0, 0));
    vkp_snapshot_add(snapshot, make(2, 1, 5));
    vkp_snapshot_seal(snapshot);
    /* From an earlier snapshot, where the pid was somebody else's. */
    g_autoptr(VkpProcess) earlier = make(2, 1, 4);
    g_assert_null(vkp_snapshot_parent(snapshot, earlier));
    g_autoptr(VkpProcess) unknown = make(3, 1, 4);
    g_assert_null(vkp_snapshot_parent(snapshot, unknown));
}

static void test_loops(void)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(0, 100);
    vkp_snapshot_add(snapshot, make(1, 1, 0)); /* its own parent */
    vkp_snapshot_add(snapshot, make(2, 4, 7)); /* a loop of three ... */
    vkp_snapshot_add(snapshot, make(3, 2, 7));
    vkp_snapshot_add(snapshot, make(4, 3, 7));
    vkp_snapshot_add(snapshot, make(5, 4, 7)); /* ... with a tail */
    vkp_snapshot_add(snapshot, make(6, 5, 8));
    vkp_snapshot_seal(snapshot);
    for (pid_t pid = 1; pid <= 4; pid++)
        g_assert_cmpint(parent_of(snapshot, pid), ==, 0);
    g_assert_cmpint(parent_of(snapshot, 5), ==, 4);
    assert_subtree(snapshot, 4, "4 5 6");
    assert_subtree(snapshot, 2, "2");
    assert_subtree(snapshot, 1, "1");
}

/* Whatever the parents are, walking up ends, everybody is in exactly the subtrees of its ancestors,
 * and children and parents agree. */
static void test_random_forests(void)
{
    for (guint round = 0; round < 300; round++) {
        g_autoptr(VkpSnapshot) snapshot = vkp_snapshot_new(0, 100);
        pid_t n = (pid_t)g_test_rand_int_range(1, 40);
        for (pid_t pid = 1; pid <= n; pid++)
            vkp_snapshot_add(snapshot, make(pid, (pid_t)g_test_rand_int_range(0, n + 2),
                                            (guint64)g_test_rand_int_range(0, 3)));
        vkp_snapshot_seal(snapshot);
        guint n_linked = 0;
        guint n_children = 0;
        for (pid_t pid = 1; pid <= n; pid++) {
            guint steps = 0;
            for (pid_t at = pid; at; at = parent_of(snapshot, at)) {
                g_autoptr(GPtrArray) subtree = vkp_snapshot_subtree(snapshot, at);
                g_assert_true(g_ptr_array_find(subtree, vkp_snapshot_lookup(snapshot, pid), NULL));
                g_assert_cmpuint(subtree->len, <=, (guint)n);
                g_assert_cmpuint(steps++, <=, (guint)n);
            }
            n_linked += parent_of(snapshot, pid) > 0;
            n_children += vkp_snapshot_children(snapshot, pid)->len;
        }
        g_assert_cmpuint(n_linked, ==, n_children);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/snapshot/processes-are-in-order-of-pid", test_order);
    g_test_add_func("/snapshot/may-be-empty", test_empty);
    g_test_add_func("/snapshot/the-last-one-with-a-pid-wins", test_last_wins);
    g_test_add_func("/snapshot/children-are-in-order-of-start", test_family);
    g_test_add_func("/snapshot/nobody-is-older-than-his-parent", test_reused_parent);
    g_test_add_func("/snapshot/a-process-of-another-snapshot-has-no-parent-here", test_stranger);
    g_test_add_func("/snapshot/loops-have-no-parents", test_loops);
    g_test_add_func("/snapshot/any-forged-parents-make-a-forest", test_random_forests);
    return g_test_run();
}
