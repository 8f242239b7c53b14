/* SPDX-License-Identifier: Apache-2.0 */
#include "common/store/locate.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/store/scratch.h"

#define NOON G_GINT64_CONSTANT(1768046400)

/* Makes a file (and its folders) whose last change was that many seconds after noon. */
static const char *put(Scratch *scratch, const char *name, const char *text, int seconds)
{
    const char *path = scratch_path(scratch, name);
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    struct timespec times[2] = {{NOON + seconds, 0}, {NOON + seconds, 0}};
    g_assert_cmpint(utimensat(AT_FDCWD, path, times, 0), ==, 0);
    return path;
}

static const char *path_at(const GPtrArray *candidates, guint index)
{
    g_assert_cmpuint(index, <, candidates->len);
    return ((const VkpCandidate *)g_ptr_array_index(candidates, index))->path;
}

static VkpLocateOptions options_of(Scratch *scratch)
{
    return (VkpLocateOptions){.home = scratch_folder(scratch)};
}

static void test_every_place(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *v1 = put(scratch, "data/vibe-kanban/db.sqlite", "x", 1);
    const char *v2 = put(scratch, "data/vibe-kanban/db.v2.sqlite", "x", 2);
    const char *swarm = put(scratch, ".vkswarm/db/db.sqlite", "x", 3);
    const char *own = put(scratch, "own/board.db", "x", 4);
    const char *debug = put(scratch, "src/vibe-kanban/dev_assets/db.sqlite", "x", 5);
    const char *const extra[] = {debug, "relative/db.sqlite", "/nowhere/db.sqlite", NULL};
    VkpLocateOptions options = {scratch_folder(scratch), scratch_path(scratch, "data"),
                                "~/own/board.db", extra};
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&options);
    g_assert_cmpuint(candidates->len, ==, 5);
    g_assert_cmpstr(path_at(candidates, 0), ==, debug);
    g_assert_cmpstr(path_at(candidates, 1), ==, own);
    g_assert_cmpstr(path_at(candidates, 2), ==, swarm);
    g_assert_cmpstr(path_at(candidates, 3), ==, v2);
    g_assert_cmpstr(path_at(candidates, 4), ==, v1);
    const VkpCandidate *first = g_ptr_array_index(candidates, 0);
    g_assert_cmpint(first->changed_usec, ==, (NOON + 5) * G_USEC_PER_SEC);
    g_assert_true(vkp_inode_equal(first->inode, vkp_file_inode(debug)));
}

static void test_home_without_data_home(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *v2 = put(scratch, ".local/share/vibe-kanban/db.v2.sqlite", "x", 0);
    static const char *const data_homes[] = {NULL, "", "relative"};
    for (guint i = 0; i < G_N_ELEMENTS(data_homes); i++) {
        VkpLocateOptions options = options_of(scratch);
        options.data_home = data_homes[i];
        g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&options);
        g_assert_cmpuint(candidates->len, ==, 1);
        g_assert_cmpstr(path_at(candidates, 0), ==, v2);
        g_autofree char *expected = vkp_locate_dup_default_path(&options);
        g_assert_cmpstr(expected, ==, v2);
    }
}

static void test_v2_on_a_tie(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    put(scratch, ".vkswarm/db/db.sqlite", "x", 0);
    put(scratch, ".local/share/vibe-kanban/db.sqlite", "x", 0);
    const char *v2 = put(scratch, ".local/share/vibe-kanban/db.v2.sqlite", "x", 0);
    VkpLocateOptions options = options_of(scratch);
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&options);
    g_assert_cmpuint(candidates->len, ==, 3);
    g_assert_cmpstr(path_at(candidates, 0), ==, v2);
}

static void test_wal_counts(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *v1 = put(scratch, ".local/share/vibe-kanban/db.sqlite", "x", 0);
    put(scratch, ".local/share/vibe-kanban/db.v2.sqlite", "x", 1);
    put(scratch, ".local/share/vibe-kanban/db.sqlite-wal", "x", 2);
    VkpLocateOptions options = options_of(scratch);
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&options);
    g_assert_cmpstr(path_at(candidates, 0), ==, v1);
}

/* A reader of a WAL database leaves an empty -wal behind: it does not make the file young. */
static void test_empty_wal_does_not_count(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    put(scratch, ".local/share/vibe-kanban/db.sqlite", "x", 0);
    const char *v2 = put(scratch, ".local/share/vibe-kanban/db.v2.sqlite", "x", 1);
    put(scratch, ".local/share/vibe-kanban/db.sqlite-wal", "", 2);
    VkpLocateOptions options = options_of(scratch);
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&options);
    g_assert_cmpstr(path_at(candidates, 0), ==, v2);
}

static void test_only_regular_files(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *folder = scratch_path(scratch, "a");
    const char *fifo = scratch_path(scratch, "b");
    const char *dangling = scratch_path(scratch, "c");
    g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_cmpint(symlink("/nowhere", dangling), ==, 0);
    const char *const extra[] = {folder, fifo, dangling, "/dev/null", NULL};
    VkpLocateOptions options = {.extra = extra};
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&options);
    g_assert_cmpuint(candidates->len, ==, 0);
}

static void test_one_file_by_two_paths(void)
{
    g_autoptr(Scratch) scratch = scratch_new();
    const char *v2 = put(scratch, ".local/share/vibe-kanban/db.v2.sqlite", "x", 0);
    const char *alias = scratch_path(scratch, "alias.sqlite");
    g_assert_cmpint(symlink(v2, alias), ==, 0);
    VkpLocateOptions options = options_of(scratch);
    options.database_path = alias;
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&options);
    g_assert_cmpuint(candidates->len, ==, 1);
    g_assert_cmpstr(path_at(candidates, 0), ==, alias);
}

static void test_default_path(void)
{
    VkpLocateOptions by_variable = {.home = "/home/ada", .database_path = "~/x/y.db"};
    g_autofree char *chosen = vkp_locate_dup_default_path(&by_variable);
    g_assert_cmpstr(chosen, ==, "/home/ada/x/y.db");
    VkpLocateOptions by_data = {.home = "/home/ada", .data_home = "/data"};
    g_autofree char *usual = vkp_locate_dup_default_path(&by_data);
    g_assert_cmpstr(usual, ==, "/data/vibe-kanban/db.v2.sqlite");
    VkpLocateOptions nothing = {.home = NULL};
    g_autofree char *nowhere = vkp_locate_dup_default_path(&nothing);
    g_assert_true(g_path_is_absolute(nowhere));
    g_autoptr(GPtrArray) candidates = vkp_locate_candidates(&nothing);
    g_assert_cmpuint(candidates->len, ==, 0);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/locate/every-place-is-looked-at-and-the-last-change-comes-first",
                    test_every_place);
    g_test_add_func("/store/locate/the-home-serves-without-a-data-home",
                    test_home_without_data_home);
    g_test_add_func("/store/locate/v2-comes-first-on-a-tie", test_v2_on_a_tie);
    g_test_add_func("/store/locate/a-change-in-the-wal-counts", test_wal_counts);
    g_test_add_func("/store/locate/an-empty-wal-does-not-count", test_empty_wal_does_not_count);
    g_test_add_func("/store/locate/only-regular-files-count", test_only_regular_files);
    g_test_add_func("/store/locate/one-file-by-two-paths-is-one-candidate",
                    test_one_file_by_two_paths);
    g_test_add_func("/store/locate/there-is-always-a-place-to-expect-one", test_default_path);
    return g_test_run();
}
