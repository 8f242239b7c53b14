/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tests/lib/fake-proc.h"
#include "tests/proc/child.h"

/* Folders behind mounts and closed doors; most of it needs root. */

/* A fake proc is also a temporary folder that goes away with all that is in it. */
typedef struct {
    VkpFakeProc *fake;
    VkpReader *reader; /* of the real proc */
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->fake = vkp_fake_proc_new();
    fixture->reader = vkp_reader_open(NULL, NULL);
    g_assert_nonnull(fixture->reader);
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_reader_close(fixture->reader);
    vkp_fake_proc_free(fixture->fake);
}

static char *path_of(const Fixture *fixture, const char *name)
{
    return g_build_filename(vkp_fake_proc_root(fixture->fake), name, NULL);
}

static char *make_folder(const Fixture *fixture, const char *name)
{
    char *path = path_of(fixture, name);
    g_assert_no_errno(g_mkdir_with_parents(path, 0755));
    return path;
}

static VkpFolder *read_folder(const Fixture *fixture, const Child *child)
{
    g_autoptr(GError) error = NULL;
    VkpFolder *folder = vkp_reader_read_folder(fixture->reader, child_pid(child), &error);
    g_assert_no_error(error);
    return folder;
}

static void assert_chain(const VkpFolder *folder, guint depth, const char *path)
{
    g_assert_cmpuint(folder->n_chain, >, depth);
    g_assert_true(vkp_inode_equal(folder->chain[depth], vkp_file_inode(path)));
}

static gboolean hide_mounts(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

/* In a chroot "/" is no mount. */
static gboolean can_hide_mounts(void)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0)
        _exit(hide_mounts() ? 0 : 1);
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return status == 0;
}

/* A folder of the worktree is mounted elsewhere, and the worktree below itself; seen from a mount
 * namespace that has both. */
static void work_in_mounts(Child *self, gpointer data)
{
    const char *const *paths = data;
    gboolean is_ready = hide_mounts() && mount(paths[0], paths[1], NULL, MS_BIND, NULL) == 0 &&
                        chdir(paths[2]) == 0;
    child_say(self);
    if (!is_ready)
        _exit(1);
    child_idle(self, NULL);
}

static gboolean start_in_mounts(Child **child, const char *source, const char *place,
                                const char *folder)
{
    const char *paths[] = {source, place, folder};
    if (geteuid() != 0) {
        g_test_skip("needs root to mount");
        return FALSE;
    }
    if (!can_hide_mounts()) {
        g_test_skip("no mounts of one's own are to be had here");
        return FALSE;
    }
    *child = child_start(work_in_mounts, paths);
    child_hear(*child);
    return TRUE;
}

static void test_bind_mount(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "worktree");
    g_autofree char *inner = make_folder(fixture, "worktree/src");
    g_autofree char *place = make_folder(fixture, "container/app");
    g_autofree char *inside = path_of(fixture, "container/app/src");
    g_autoptr(Child) child = NULL;
    if (!start_in_mounts(&child, worktree, place, inside))
        return;
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_cmpstr(folder->path, ==, inside);
    assert_chain(folder, 0, inner);
    assert_chain(folder, 1, worktree);
    g_autofree char *container = path_of(fixture, "container");
    assert_chain(folder, 2, container);
}

static void test_mounted_below_itself(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "worktree");
    g_autofree char *place = make_folder(fixture, "worktree/again");
    g_autoptr(Child) child = NULL;
    if (!start_in_mounts(&child, worktree, place, place))
        return;
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    assert_chain(folder, 0, worktree);
    assert_chain(folder, 1, worktree);
    assert_chain(folder, 2, vkp_fake_proc_root(fixture->fake));
}

static void look_from_inside(Child *self, gpointer data)
{
    (void)self;
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    g_autoptr(VkpFolder) folder = vkp_reader_read_folder(reader, getpid(), NULL);
    g_assert_nonnull(folder);
    g_assert_cmpstr(folder->path, ==, (const char *)data);
    g_assert_cmpuint(folder->n_chain, ==, 2);
}

static void test_closed_above(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *inner = make_folder(fixture, "closed/src");
    g_autofree char *outer = path_of(fixture, "closed");
    g_autofree char *here = g_get_current_dir();
    if (geteuid() != 0) {
        g_test_skip("needs root to close a folder to others");
        return;
    }
    g_assert_no_errno(chdir(inner));
    g_assert_no_errno(chmod(outer, 0700));
    child_run_unprivileged(look_from_inside, inner);
    g_assert_no_errno(chdir(here));
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/folder/a-bind-mount-does-not-mislead", test_bind_mount);
    ADD("/folder/one-mounted-below-itself-does-not-end-the-walk", test_mounted_below_itself);
    ADD("/folder/the-chain-ends-where-it-is-closed", test_closed_above);
    return g_test_run();
}
