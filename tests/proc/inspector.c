/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/inspector.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/base/error.h"
#include "tests/lib/fake-proc.h"
#include "tests/proc/child.h"

/* The five questions, about real children and a few fakes. */

static VkpReader *open_reader(const char *root)
{
    VkpReader *reader = vkp_reader_open(root, NULL);
    g_assert_nonnull(reader);
    return reader;
}

static VkpIdentity identity_of(VkpReader *reader, pid_t pid)
{
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(reader, pid, &stat, NULL));
    return (VkpIdentity){pid, stat.start_ticks};
}

static void test_list(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    g_autoptr(VkpSnapshot) snapshot = vkp_inspector_list(reader, NULL);
    const VkpProcess *self = vkp_snapshot_lookup(snapshot, getpid());
    const VkpProcess *other = vkp_snapshot_lookup(snapshot, child_pid(child));
    g_assert_true(vkp_snapshot_parent(snapshot, other) == self);
    g_assert_cmpuint(other->uid, ==, geteuid());
    g_assert_cmpuint(other->memory_bytes, >, 0);
    g_assert_cmpuint(other->threads, ==, 1);
    g_assert_nonnull(other->image);
    g_assert_nonnull(other->folder);
}

/* Two children below the child: reports the second's pid is not needed, both idle. */
static void have_children(Child *self, gpointer data)
{
    (void)data;
    for (guint i = 0; i < 2; i++) {
        if (fork() == 0) {
            alarm(CHILD_SECONDS);
            child_say(self);
            child_idle(self, NULL);
        }
    }
    child_idle(self, NULL);
}

static void test_descendants(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(have_children, NULL);
    child_hear(child);
    child_hear(child);
    g_autoptr(GPtrArray) below_child = vkp_inspector_descendants(reader, child_pid(child), NULL);
    g_assert_cmpuint(below_child->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        const VkpProcess *grandchild = below_child->pdata[i];
        g_assert_cmpint(grandchild->parent_pid, ==, child_pid(child));
    }
    g_autoptr(GPtrArray) below_us = vkp_inspector_descendants(reader, getpid(), NULL);
    g_assert_cmpuint(below_us->len, ==, 3);
    const VkpProcess *first = below_us->pdata[0];
    g_assert_cmpint(first->identity.pid, ==, child_pid(child));
    const VkpProcess *last = below_child->pdata[1];
    g_autoptr(GPtrArray) none = vkp_inspector_descendants(reader, last->identity.pid, NULL);
    g_assert_cmpuint(none->len, ==, 0);
}

static void test_nobody(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    g_autoptr(GError) error = NULL;
    g_assert_null(vkp_inspector_descendants(reader, 5, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_assert_false(vkp_inspector_exists(reader, (VkpIdentity){5, 500}));
    g_assert_false(vkp_inspector_exists(reader, (VkpIdentity){0}));
    g_assert_false(vkp_inspector_exists(reader, (VkpIdentity){-1, 0}));
}

static void work_in(Child *self, gpointer data)
{
    if (chdir(data) < 0)
        _exit(1);
    child_say(self);
    child_idle(self, NULL);
}

static void test_under_folder(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(VkpFakeProc) top = vkp_fake_proc_new();
    const char *root = vkp_fake_proc_root(top);
    g_autofree char *worktree = g_build_filename(root, "wt", NULL);
    g_autofree char *inner = g_build_filename(root, "wt", "src", NULL);
    g_autofree char *sibling = g_build_filename(root, "wt-2", NULL);
    g_autofree char *alias = g_build_filename(root, "alias", NULL);
    g_assert_no_errno(g_mkdir_with_parents(inner, 0755));
    g_assert_no_errno(g_mkdir(sibling, 0755));
    g_assert_no_errno(symlink(worktree, alias));
    g_autoptr(Child) inside = child_start(work_in, inner);
    g_autoptr(Child) at = child_start(work_in, worktree);
    g_autoptr(Child) beside = child_start(work_in, sibling);
    child_hear(inside);
    child_hear(at);
    child_hear(beside);

    const char *const names[] = {worktree, alias};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GPtrArray) found = vkp_inspector_under_folder(reader, names[i], NULL);
        g_assert_cmpuint(found->len, ==, 2);
        for (guint j = 0; j < found->len; j++) {
            const VkpProcess *process = found->pdata[j];
            g_assert_cmpint(process->identity.pid, !=, child_pid(beside));
        }
    }
    g_autoptr(GPtrArray) deeper = vkp_inspector_under_folder(reader, inner, NULL);
    g_assert_cmpuint(deeper->len, ==, 1);
}

static void test_no_folder(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    static const char *const names[] = {"/nonexistent", "/etc/passwd", "/etc/passwd/x", ""};
    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;
        g_assert_null(vkp_inspector_under_folder(reader, names[i], &error));
        g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    }
}

static void test_signal(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    VkpIdentity identity = identity_of(reader, child_pid(child));
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_inspector_exists(reader, identity));
    g_assert_true(vkp_inspector_signal(reader, identity, 0, &error));
    g_assert_false(vkp_inspector_signal(reader, identity, 9999, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_KILL_FAILED);
    g_clear_error(&error);
    g_assert_true(vkp_inspector_signal(reader, identity, SIGTERM, &error));
    g_assert_no_error(error);
    child_await_exit(child);

    /* A zombie is still in the list, but it is dead. */
    g_assert_false(vkp_inspector_exists(reader, identity));
    g_assert_false(vkp_inspector_signal(reader, identity, SIGTERM, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_clear_error(&error);
    child_end(child);
    g_assert_false(vkp_inspector_exists(reader, identity));
    g_assert_false(vkp_inspector_signal(reader, identity, SIGTERM, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void test_reused(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    VkpIdentity identity = identity_of(reader, child_pid(child));
    /* Who had this number before the child started at another tick. */
    VkpIdentity former = {identity.pid, identity.start_ticks - 1};
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_inspector_exists(reader, former));
    g_assert_false(vkp_inspector_signal(reader, former, SIGKILL, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
    g_assert_true(vkp_inspector_exists(reader, identity));
    g_assert_cmpint(waitpid(child_pid(child), NULL, WNOHANG), ==, 0);
}

static void signal_init(Child *self, gpointer data)
{
    (void)self;
    g_autoptr(VkpReader) reader = open_reader(NULL);
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_inspector_signal(reader, *(VkpIdentity *)data, 0, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
}

static void test_denied(void)
{
    g_autoptr(VkpReader) reader = open_reader(NULL);
    VkpIdentity init = identity_of(reader, 1);
    child_run_unprivileged(signal_init, &init);
}

static void test_fake_signal(void)
{
    g_autoptr(VkpFakeProc) fake = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = open_reader(vkp_fake_proc_root(fake));
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 5, .start_ticks = 7});
    vkp_fake_proc_put(fake, &(VkpFakeProcess){.pid = 6, .state = 'Z', .threads = 3});
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_inspector_exists(reader, (VkpIdentity){5, 7}));
    g_assert_false(vkp_inspector_exists(reader, (VkpIdentity){5, 8}));
    g_assert_true(vkp_inspector_exists(reader, (VkpIdentity){6, 600}));
    g_assert_false(vkp_inspector_signal(reader, (VkpIdentity){5, 7}, SIGTERM, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_SYSTEM);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/inspector/list/everything-that-runs", test_list);
    g_test_add_func("/inspector/descendants/all-below-and-not-itself", test_descendants);
    g_test_add_func("/inspector/descendants/of-nobody-is-not-found", test_nobody);
    g_test_add_func("/inspector/folder/a-sibling-is-not-inside", test_under_folder);
    g_test_add_func("/inspector/folder/none-there-is-not-found", test_no_folder);
    g_test_add_func("/inspector/signal/hits-and-a-zombie-is-gone", test_signal);
    g_test_add_func("/inspector/signal/a-reused-pid-is-spared", test_reused);
    g_test_add_func("/inspector/signal/another-user's-is-denied", test_denied);
    g_test_add_func("/inspector/signal/a-fake-is-never-hit", test_fake_signal);
    return g_test_run();
}
