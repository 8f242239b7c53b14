/* SPDX-License-Identifier: Apache-2.0 */
#include "common/roster/places.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "common/proc/image.h"
#include "tests/lib/deadline.h"

/* A folder of the test's own with a home in it, and a board whose attempts are added in order. */
typedef struct {
    char *root;
    char *home;
    VkpBoard *board;
    const char *const *roots; /* NULL: none */
    VkpPlaces *places;
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *made = g_dir_make_tmp("vkp-places-XXXXXX", NULL);
    fixture->root = realpath(made, NULL);
    fixture->home = g_build_filename(fixture->root, "home", "user", NULL);
    g_mkdir_with_parents(fixture->home, 0700);
    fixture->board = vkp_board_new();
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_places_free(fixture->places);
    vkp_board_unref(fixture->board);
    const char *const argv[] = {"rm", "-rf", "--", fixture->root, NULL};
    g_assert_true(g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               NULL, NULL, NULL));
    free(fixture->root);
    g_free(fixture->home);
}

static char *dup_path(const Fixture *fixture, const char *name)
{
    return g_build_filename(fixture->root, name, NULL);
}

static char *make_folder(const Fixture *fixture, const char *name)
{
    char *path = dup_path(fixture, name);
    g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
    return path;
}

static VkpUuid attempt_id(guint8 number)
{
    return (VkpUuid){{number}};
}

static VkpAttempt *add_attempt(Fixture *fixture, guint8 number, const char *folder)
{
    VkpAttempt *attempt = vkp_board_add_attempt(fixture->board, attempt_id(number));
    attempt->folder = g_strdup(folder);
    return attempt;
}

/* With care, as if all were on a server, it comes out the same; on a busy machine perhaps not at
 * once. */
static gboolean is_same_with_care(gpointer data)
{
    Fixture *fixture = data;
    g_autofree char *path = dup_path(fixture, "mountinfo");
    g_assert_true(g_file_set_contents(path, "1 0 0:9 / / rw - nfs4 server:/ rw\n", -1, NULL));
    g_autoptr(VkpMounts) mounts = vkp_mounts_new(path);
    g_autoptr(VkpPlaces) careful =
        vkp_places_resolve(fixture->board, fixture->home, fixture->roots, mounts);
    g_unlink(path);
    return vkp_places_equal(careful, fixture->places);
}

static void resolve(Fixture *fixture)
{
    vkp_board_seal(fixture->board);
    fixture->places = vkp_places_resolve(fixture->board, fixture->home, fixture->roots, NULL);
    g_assert_true(vkp_deadline_wait(20000, is_same_with_care, fixture));
}

/* What the reader makes of a process that is in `path` and sees the disk as we do. */
static VkpFolder *visit(const char *path)
{
    g_autoptr(GArray) chain = g_array_new(FALSE, FALSE, sizeof(VkpInode));
    char *real = realpath(path, NULL);
    g_autofree char *at = g_strdup(real);
    for (;;) {
        VkpInode inode = vkp_file_inode(at);
        g_array_append_val(chain, inode);
        if (strcmp(at, "/") == 0)
            break;
        char *parent = g_path_get_dirname(at);
        g_free(at);
        at = parent;
    }
    VkpFolder *folder = vkp_folder_new(real, FALSE, (VkpInode *)(void *)chain->data, chain->len);
    free(real);
    return folder;
}

/* 0: in none. */
static guint match(const Fixture *fixture, const VkpFolder *folder)
{
    const VkpAttempt *attempt = vkp_places_match(fixture->places, folder);
    return attempt ? attempt->id.bytes[0] : 0;
}

static guint match_path(const Fixture *fixture, const char *path)
{
    g_autoptr(VkpFolder) folder = visit(path);
    return match(fixture, folder);
}

static guint match_deleted(const Fixture *fixture, const char *path)
{
    g_autoptr(VkpFolder) folder = vkp_folder_new(path, TRUE, NULL, 0);
    return match(fixture, folder);
}

static void test_whole_components(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "ab12-shop");
    g_autofree char *inside = make_folder(fixture, "ab12-shop/src");
    g_autofree char *sibling = make_folder(fixture, "ab12-shop-2");
    add_attempt(fixture, 1, worktree);
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, worktree), ==, 1);
    g_assert_cmpuint(match_path(fixture, inside), ==, 1);
    g_assert_cmpuint(match_path(fixture, sibling), ==, 0);
    g_assert_cmpuint(match_path(fixture, fixture->root), ==, 0);
    g_autofree char *gone = g_strconcat(worktree, "-2/gone", NULL);
    g_assert_cmpuint(match_deleted(fixture, gone), ==, 0);
}

static void test_deepest_wins(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *outer = make_folder(fixture, "outer");
    g_autofree char *inner = make_folder(fixture, "outer/a/inner");
    g_autofree char *deep = make_folder(fixture, "outer/a/inner/b");
    g_autofree char *between = make_folder(fixture, "outer/a");
    add_attempt(fixture, 1, outer);
    add_attempt(fixture, 2, inner);
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, deep), ==, 2);
    g_assert_cmpuint(match_path(fixture, between), ==, 1);
    g_autofree char *gone = g_build_filename(inner, "gone", NULL);
    g_assert_cmpuint(match_deleted(fixture, gone), ==, 2);
}

static void test_symlinks_on_either_side(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *real = make_folder(fixture, "disk/worktrees/one");
    g_autofree char *link = dup_path(fixture, "link");
    g_autofree char *disk = dup_path(fixture, "disk");
    g_assert_cmpint(symlink(disk, link), ==, 0);
    g_autofree char *named = g_build_filename(link, "worktrees", "one", NULL);
    add_attempt(fixture, 1, named);
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, real), ==, 1);
    g_assert_cmpuint(match_path(fixture, named), ==, 1);
    /* The kernel names the real folder, also once it is deleted. */
    g_assert_cmpuint(match_deleted(fixture, real), ==, 1);
}

static void test_worktree_that_is_a_symlink_itself(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *real = make_folder(fixture, "elsewhere");
    g_autofree char *link = dup_path(fixture, "worktree");
    g_assert_cmpint(symlink(real, link), ==, 0);
    add_attempt(fixture, 1, link);
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, real), ==, 1);
    g_assert_cmpuint(match_deleted(fixture, real), ==, 1);
}

static void test_other_path_of_the_same_folder(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "one");
    add_attempt(fixture, 1, worktree);
    resolve(fixture);
    /* As in a container, where the worktree is mounted at /workspace. */
    VkpInode chain[] = {{77, 1}, vkp_file_inode(worktree), {77, 2}};
    g_autoptr(VkpFolder) folder = vkp_folder_new("/workspace/src", FALSE, chain, 3);
    g_assert_cmpuint(match(fixture, folder), ==, 1);
}

static void test_same_path_in_another_namespace(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "one");
    add_attempt(fixture, 1, worktree);
    resolve(fixture);
    guint depth = 0;
    for (const char *at = worktree; *at; at++)
        depth += *at == '/';
    g_autofree VkpInode *chain = g_new0(VkpInode, depth + 1);
    for (guint i = 0; i <= depth; i++)
        chain[i] = (VkpInode){77, i + 1};
    g_autoptr(VkpFolder) folder = vkp_folder_new(worktree, FALSE, chain, depth + 1);
    g_assert_cmpuint(match(fixture, folder), ==, 0);
}

static void test_folder_that_could_not_be_walked(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "one");
    add_attempt(fixture, 1, worktree);
    resolve(fixture);
    g_autoptr(VkpFolder) unseen = vkp_folder_new(worktree, FALSE, NULL, 0);
    g_assert_cmpuint(match(fixture, unseen), ==, 1);
    g_autofree char *inside = g_build_filename(worktree, "secret", "deep", NULL);
    VkpInode chain[] = {{77, 1}};
    g_autoptr(VkpFolder) half_seen = vkp_folder_new(inside, FALSE, chain, 1);
    g_assert_cmpuint(match(fixture, half_seen), ==, 1);
}

static void test_deleted_worktree(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *gone = dup_path(fixture, "worktrees/gone");
    g_autofree char *inside = dup_path(fixture, "worktrees/gone/src");
    g_autofree char *other = dup_path(fixture, "worktrees/gone-too");
    add_attempt(fixture, 1, gone);
    resolve(fixture);
    g_assert_cmpuint(match_deleted(fixture, gone), ==, 1);
    g_assert_cmpuint(match_deleted(fixture, inside), ==, 1);
    g_assert_cmpuint(match_deleted(fixture, other), ==, 0);
    VkpUuid id = attempt_id(1);
    g_assert_true(vkp_places_is_gone(fixture->places, &id));
    g_autoptr(VkpFolder) folder = vkp_folder_new(gone, TRUE, NULL, 0);
    g_assert_true(vkp_places_is_lost(fixture->places, folder));
}

static void test_worktree_made_anew(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "anew");
    add_attempt(fixture, 1, worktree);
    resolve(fixture);
    VkpInode chain[] = {{77, 1}, vkp_file_inode(fixture->root)};
    g_autoptr(VkpFolder) old = vkp_folder_new(worktree, TRUE, chain, 2);
    g_assert_cmpuint(match(fixture, old), ==, 1);
    g_assert_true(vkp_places_is_lost(fixture->places, old));
    g_autoptr(VkpFolder) current = visit(worktree);
    g_assert_false(vkp_places_is_lost(fixture->places, current));
    VkpUuid id = attempt_id(1);
    g_assert_false(vkp_places_is_gone(fixture->places, &id));
}

static void test_deleted_folder_in_a_living_worktree(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "one");
    g_autofree char *inside = g_build_filename(worktree, "node_modules", NULL);
    add_attempt(fixture, 1, worktree);
    resolve(fixture);
    VkpInode chain[] = {{77, 1}, vkp_file_inode(worktree), vkp_file_inode(fixture->root)};
    g_autoptr(VkpFolder) folder = vkp_folder_new(inside, TRUE, chain, 3);
    g_assert_cmpuint(match(fixture, folder), ==, 1);
    g_assert_false(vkp_places_is_lost(fixture->places, folder));
}

static void test_root_and_home_match_nothing(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *above_home = dup_path(fixture, "home");
    g_autofree char *home_link = dup_path(fixture, "my-home");
    g_assert_cmpint(symlink(fixture->home, home_link), ==, 0);
    g_autofree char *home_with_slash = g_strconcat(fixture->home, "/", NULL);
    g_autofree char *roundabout = g_build_filename(fixture->home, "x", "..", NULL);
    const char *const folders[] = {
        "",         "/",       "//",          "/..",           "relative", fixture->home,
        above_home, home_link, fixture->root, home_with_slash, roundabout, "/tmp/.."};
    for (guint8 i = 0; i < G_N_ELEMENTS(folders); i++)
        add_attempt(fixture, (guint8)(i + 1), folders[i]);
    resolve(fixture);
    g_autofree char *project = g_build_filename(fixture->home, "project", NULL);
    g_mkdir_with_parents(project, 0700);
    g_assert_cmpuint(match_path(fixture, project), ==, 0);
    g_assert_cmpuint(match_path(fixture, fixture->home), ==, 0);
    g_assert_cmpuint(match_path(fixture, "/"), ==, 0);
    g_assert_cmpuint(match_deleted(fixture, project), ==, 0);
    g_assert_cmpuint(match_deleted(fixture, "/"), ==, 0);
}

static void test_below_the_home_is_fine(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *project = g_build_filename(fixture->home, "project", NULL);
    g_mkdir_with_parents(project, 0700);
    add_attempt(fixture, 1, project);
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, project), ==, 1);
}

static void test_several_worktrees_of_one_attempt(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *workspace = make_folder(fixture, "workspace");
    g_autofree char *front = make_folder(fixture, "workspace/front");
    g_autofree char *back = make_folder(fixture, "workspace/back");
    VkpAttempt *attempt = add_attempt(fixture, 1, workspace);
    const char *worktrees[] = {front, back, NULL};
    attempt->worktrees = g_strdupv((char **)worktrees);
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, workspace), ==, 1);
    g_assert_cmpuint(match_path(fixture, front), ==, 1);
    g_assert_cmpuint(match_path(fixture, back), ==, 1);
}

static void test_folder_of_two_attempts(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *worktree = make_folder(fixture, "shared");
    add_attempt(fixture, 1, worktree);
    add_attempt(fixture, 2, worktree);
    add_attempt(fixture, 3, worktree)->is_worktree_deleted = TRUE;
    for (guint8 number = 1; number <= 3; number++) {
        VkpExecution *execution = vkp_board_add_execution(fixture->board, attempt_id(number));
        execution->attempt_id = attempt_id(number);
        execution->started_at_usec = number == 1 ? 500 : number * 100;
    }
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, worktree), ==, 1); /* in use lately */
}

static void test_unusual_names(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *named = make_folder(fixture, "a b (deleted)\nc");
    add_attempt(fixture, 1, named);
    g_autofree char *slashes = make_folder(fixture, "two");
    g_autofree char *twice = g_strconcat(fixture->root, "//two/./", NULL);
    add_attempt(fixture, 2, twice);
    resolve(fixture);
    g_assert_cmpuint(match_path(fixture, named), ==, 1);
    g_assert_cmpuint(match_deleted(fixture, named), ==, 1);
    g_assert_cmpuint(match_path(fixture, slashes), ==, 2);
    g_assert_cmpuint(match_deleted(fixture, slashes), ==, 2);
}

/* Under a further root by its name; that it is not there yet or any more proves nothing. */
static void test_further_roots(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autofree char *elsewhere = dup_path(fixture, "mnt");
    g_autofree char *copy = make_folder(fixture, "mnt/ab12-shop/src");
    g_autofree char *other = make_folder(fixture, "mnt/other");
    g_autofree char *worktree = make_folder(fixture, "worktrees/cd34-shop");
    add_attempt(fixture, 1, "/nonexistent/worktrees/ab12-shop");
    add_attempt(fixture, 2, worktree);
    add_attempt(fixture, 3, "/nonexistent/..");
    fixture->roots = (const char *const[]){elsewhere, NULL};
    resolve(fixture);
    VkpUuid here = attempt_id(1), there = attempt_id(2);
    g_assert_cmpuint(match_path(fixture, copy), ==, 1);
    g_assert_cmpuint(match_path(fixture, other), ==, 0);
    g_assert_cmpuint(match_path(fixture, elsewhere), ==, 0);
    g_assert_false(vkp_places_is_gone(fixture->places, &here));
    g_assert_false(vkp_places_is_gone(fixture->places, &there));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define TEST(name, func) g_test_add("/roster/places/" name, Fixture, NULL, set_up, func, tear_down)
    TEST("whole-components", test_whole_components);
    TEST("deepest-wins", test_deepest_wins);
    TEST("symlinks-on-either-side", test_symlinks_on_either_side);
    TEST("worktree-that-is-a-symlink-itself", test_worktree_that_is_a_symlink_itself);
    TEST("other-path-of-the-same-folder", test_other_path_of_the_same_folder);
    TEST("same-path-in-another-namespace", test_same_path_in_another_namespace);
    TEST("folder-that-could-not-be-walked", test_folder_that_could_not_be_walked);
    TEST("deleted-worktree", test_deleted_worktree);
    TEST("worktree-made-anew", test_worktree_made_anew);
    TEST("deleted-folder-in-a-living-worktree", test_deleted_folder_in_a_living_worktree);
    TEST("root-and-home-match-nothing", test_root_and_home_match_nothing);
    TEST("below-the-home-is-fine", test_below_the_home_is_fine);
    TEST("several-worktrees-of-one-attempt", test_several_worktrees_of_one_attempt);
    TEST("folder-of-two-attempts", test_folder_of_two_attempts);
    TEST("worktrees-under-further-roots", test_further_roots);
    TEST("unusual-names", test_unusual_names);
    return g_test_run();
}
