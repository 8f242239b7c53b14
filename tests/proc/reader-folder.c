/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/reader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/base/error.h"
#include "common/base/text.h"
#include "tests/lib/fake-proc.h"
#include "tests/proc/child.h"

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

/* Goes where `data` says, then idles. */
static void work_in(Child *self, gpointer data)
{
    if (chdir(data) < 0)
        _exit(1);
    child_say(self);
    child_idle(self, NULL);
}

static Child *start_in(const char *folder)
{
    Child *child = child_start(work_in, (gpointer)folder);
    child_hear(child);
    return child;
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

static void test_chain(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *inner = make_folder(fixture, "worktree/src/deep");
    g_autofree char *middle = path_of(fixture, "worktree/src");
    g_autofree char *outer = path_of(fixture, "worktree");
    g_autoptr(Child) child = start_in(inner);
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_cmpstr(folder->path, ==, inner);
    g_assert_false(folder->deleted);
    assert_chain(folder, 0, inner);
    assert_chain(folder, 1, middle);
    assert_chain(folder, 2, outer);
    assert_chain(folder, folder->n_chain - 1, "/");
    g_auto(GStrv) components = g_strsplit(inner, "/", -1);
    g_assert_cmpuint(folder->n_chain, ==, g_strv_length(components));
}

static void test_root(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(Child) child = start_in("/");
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_cmpstr(folder->path, ==, "/");
    g_assert_cmpuint(folder->n_chain, ==, 1);
    assert_chain(folder, 0, "/");
}

static void test_symlink(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *real = make_folder(fixture, "worktree/src");
    g_autofree char *outer = path_of(fixture, "worktree");
    g_autofree char *alias = path_of(fixture, "alias");
    g_autofree char *through = path_of(fixture, "alias/src");
    g_assert_no_errno(symlink(outer, alias));
    g_autoptr(Child) child = start_in(through);
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    assert_chain(folder, 0, real);
    assert_chain(folder, 1, outer);
}

static void test_deleted(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *inner = make_folder(fixture, "worktree/src");
    g_autofree char *outer = path_of(fixture, "worktree");
    VkpInode inner_inode = vkp_file_inode(inner);
    VkpInode outer_inode = vkp_file_inode(outer);
    g_autoptr(Child) child = start_in(inner);
    vkp_fake_proc_delete(fixture->fake, "worktree");
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_true(folder->deleted);
    g_assert_cmpstr(folder->path, ==, inner);
    /* The dead are still linked to each other. */
    g_assert_true(vkp_inode_equal(folder->chain[0], inner_inode));
    g_assert_true(vkp_inode_equal(folder->chain[1], outer_inode));
    assert_chain(folder, 2, vkp_fake_proc_root(fixture->fake));
}

static void test_made_anew(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = make_folder(fixture, "worktree");
    g_autoptr(Child) child = start_in(path);
    vkp_fake_proc_delete(fixture->fake, "worktree");
    g_autofree char *again = make_folder(fixture, "worktree");
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_true(folder->deleted);
    g_assert_cmpstr(folder->path, ==, path);
    g_assert_false(vkp_inode_equal(folder->chain[0], vkp_file_inode(again)));
}

static void test_odd_name(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = make_folder(fixture, "worktree (deleted)");
    g_autoptr(Child) child = start_in(path);
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_false(folder->deleted);
    g_assert_cmpstr(folder->path, ==, path);

    vkp_fake_proc_delete(fixture->fake, "worktree (deleted)");
    g_autoptr(VkpFolder) gone = read_folder(fixture, child);
    g_assert_true(gone->deleted);
    g_assert_cmpstr(gone->path, ==, path);
}

static void test_decoy(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = make_folder(fixture, "worktree");
    g_autoptr(Child) child = start_in(path);
    vkp_fake_proc_delete(fixture->fake, "worktree");
    g_autofree char *decoy = make_folder(fixture, "worktree (deleted)");
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_true(folder->deleted);
    g_assert_cmpstr(folder->path, ==, path);
    g_assert_false(vkp_inode_equal(folder->chain[0], vkp_file_inode(decoy)));
}

static void test_renamed(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *before = make_folder(fixture, "worktree");
    g_autofree char *after = path_of(fixture, "moved");
    g_autoptr(Child) child = start_in(before);
    g_assert_no_errno(g_rename(before, after));
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_cmpstr(folder->path, ==, after);
    assert_chain(folder, 0, after);
}

static void test_not_text(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = make_folder(fixture, "a\xff\nb");
    g_autoptr(Child) child = start_in(path);
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_true(vkp_text_is_valid(folder->path));
    g_assert_true(g_str_has_suffix(folder->path, "/a\xef\xbf\xbd\nb"));
    assert_chain(folder, 0, path);
}

/* Down by small steps to where no path leads any more: 40 times 200 characters. */
static void work_deep_down(Child *self, gpointer data)
{
    g_autofree char *name = g_strnfill(200, 'd');
    if (chdir(data) < 0)
        _exit(1);
    for (guint i = 0; i < 40; i++)
        if ((mkdir(name, 0755) < 0 && errno != EEXIST) || chdir(name) < 0)
            _exit(1);
    child_say(self);
    child_idle(self, NULL);
}

static void test_too_long(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *top = make_folder(fixture, "worktree");
    g_autoptr(Child) child = child_start(work_deep_down, top);
    child_hear(child);
    g_autoptr(VkpFolder) folder = read_folder(fixture, child);
    g_assert_cmpstr(folder->path, ==, "");
    g_assert_true(vkp_folder_is_within(folder, vkp_file_inode(top)));
    child_end(child);
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", top); /* nftw() can't go there */
    g_assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
}

static void test_untouched_look(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = make_folder(fixture, "worktree");
    g_autoptr(Child) child = start_in(path);
    g_auto(VkpFolderLook) look = {0};
    g_assert_true(vkp_reader_look_at_folder(fixture->reader, child_pid(child), FALSE, &look, NULL));
    g_assert_cmpstr(look.link, ==, path);
    g_assert_true(vkp_inode_is_unknown(look.inode));
    g_autoptr(VkpFolder) folder =
        vkp_reader_walk_folder(fixture->reader, child_pid(child), &look, NULL);
    g_assert_cmpstr(folder->path, ==, path);
    g_assert_cmpuint(folder->n_chain, ==, 0);
}

/* Of one that was not touched nobody knows whether the kernel has only lost its name. */
static void test_untouched_deleted(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = make_folder(fixture, "worktree");
    g_autoptr(Child) child = start_in(path);
    g_assert_no_errno(g_rmdir(path));
    g_auto(VkpFolderLook) look = {0};
    g_assert_true(vkp_reader_look_at_folder(fixture->reader, child_pid(child), FALSE, &look, NULL));
    g_assert_true(g_str_has_suffix(look.link, " (deleted)"));
    g_autoptr(VkpFolder) folder =
        vkp_reader_walk_folder(fixture->reader, child_pid(child), &look, NULL);
    g_assert_cmpstr(folder->path, ==, path);
    g_assert_false(folder->deleted);
}

static void test_moved_meanwhile(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *path = make_folder(fixture, "worktree");
    g_autoptr(Child) child = start_in(path);
    g_auto(VkpFolderLook) look = {0};
    g_autoptr(GError) error = NULL;
    g_assert_true(vkp_reader_look_at_folder(fixture->reader, child_pid(child), TRUE, &look, NULL));
    look.inode.inode++;
    g_assert_null(vkp_reader_walk_folder(fixture->reader, child_pid(child), &look, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_NOT_FOUND);
}

static void test_fake_links(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fixture->fake), NULL);
    static const struct {
        const char *link;
        const char *path;
        gboolean deleted;
    } cases[] = {
        {"/nonexistent/worktree (deleted)", "/nonexistent/worktree", TRUE},
        {"/nonexistent/worktree", "/nonexistent/worktree", FALSE},
        {" (deleted)", "", TRUE},
        {"/ (deleted)", "/", TRUE},
    };
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = cases[i].link});
        g_autoptr(VkpFolder) folder = vkp_reader_read_folder(reader, 5, NULL);
        g_assert_cmpstr(folder->path, ==, cases[i].path);
        g_assert_cmpint(folder->deleted, ==, cases[i].deleted);
        g_assert_cmpuint(folder->n_chain, ==, 0);
    }
}

/* A link that says "(deleted)" though the folder is there: on FUSE and NFS the kernel loses names.
 */
static void test_lost_name(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(fixture->fake), NULL);
    g_autofree char *path = make_folder(fixture, "worktree");
    g_autofree char *remarked = path_of(fixture, "worktree (deleted)");
    g_autofree char *other = path_of(fixture, "other (deleted)");
    g_assert_no_errno(symlink(path, remarked));
    g_assert_no_errno(symlink(path, other));

    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = remarked});
    g_autoptr(VkpFolder) folder = vkp_reader_read_folder(reader, 5, NULL);
    g_assert_cmpstr(folder->path, ==, path);
    g_assert_false(folder->deleted);
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = other});
    g_autoptr(VkpFolder) nameless = vkp_reader_read_folder(reader, 5, NULL);
    g_assert_true(nameless->deleted);
    assert_chain(nameless, 0, path);

    g_autofree char *real = make_folder(fixture, "really (deleted)");
    vkp_fake_proc_put(fixture->fake, &(VkpFakeProcess){.pid = 5, .folder = real});
    g_autoptr(VkpFolder) odd = vkp_reader_read_folder(reader, 5, NULL);
    g_assert_cmpstr(odd->path, ==, real);
    g_assert_false(odd->deleted);
    assert_chain(odd, 0, real);
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    ADD("/folder/chain-leads-up-to-the-root", test_chain);
    ADD("/folder/the-root-is-its-own-chain", test_root);
    ADD("/folder/a-symlink-does-not-mislead", test_symlink);
    ADD("/folder/a-deleted-one-keeps-its-chain", test_deleted);
    ADD("/folder/one-made-anew-is-another", test_made_anew);
    ADD("/folder/one-may-really-be-called-deleted", test_odd_name);
    ADD("/folder/a-decoy-does-not-revive-a-deleted-one", test_decoy);
    ADD("/folder/a-renamed-one-is-followed", test_renamed);
    ADD("/folder/names-that-are-no-text-become-text", test_not_text);
    ADD("/folder/a-path-too-long-still-has-a-chain", test_too_long);
    ADD("/folder/a-look-without-touching-has-no-chain", test_untouched_look);
    ADD("/folder/untouched-it-is-not-called-deleted", test_untouched_deleted);
    ADD("/folder/who-moves-meanwhile-is-not-found", test_moved_meanwhile);
    ADD("/folder/links-among-plain-files-may-dangle", test_fake_links);
    ADD("/folder/a-lost-name-is-found-again", test_lost_name);
    return g_test_run();
}
