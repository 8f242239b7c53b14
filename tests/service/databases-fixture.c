/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/service/databases-fixture.h"

#include <glib/gstdio.h>
#include <unistd.h>

FakeBoard *databases_make_board(const char *path, guint id)
{
    FakeBoard *board = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    fake_board_add_attempt(board,
                           &(FakeAttempt){.id = fake_id(id), .folder = "/nonexistent/worktree"});
    return board;
}

void databases_set_up(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->home = g_dir_make_tmp("vkp-databases-XXXXXX", NULL);
    scene->data_home = g_build_filename(scene->home, "data", NULL);
    g_autofree char *folder = g_build_filename(scene->data_home, "vibe-kanban", NULL);
    g_mkdir_with_parents(folder, 0700);
    scene->old_path = g_build_filename(folder, "db.sqlite", NULL);
    scene->new_path = g_build_filename(folder, "db.v2.sqlite", NULL);
    scene->old_board = databases_make_board(scene->old_path, 1);
    scene->new_board = databases_make_board(scene->new_path, 2);
    scene->family = vkp_family_new(20, 60);
    scene->reader = vkp_reader_open(NULL, NULL);
    scene->scanner = vkp_scanner_new(scene->reader, getuid());
}

void databases_tear_down(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_scanner_free(scene->scanner);
    vkp_reader_close(scene->reader);
    vkp_family_free(scene->family);
    fake_board_free(scene->old_board);
    fake_board_free(scene->new_board);
    g_autofree char *folder = g_path_get_dirname(scene->old_path);
    g_unlink(scene->old_path);
    g_unlink(scene->new_path);
    g_rmdir(folder);
    g_rmdir(scene->data_home);
    g_rmdir(scene->home);
    g_free(scene->old_path);
    g_free(scene->new_path);
    g_free(scene->data_home);
    g_free(scene->home);
}

VkpDatabases *databases_new(const DatabasesFixture *scene, const char *chosen_path)
{
    VkpDatabasesOptions options = {
        .reader = scene->reader,
        .uid = getuid(),
        .chosen_path = chosen_path,
        .places = {.home = scene->home, .data_home = scene->data_home, .extra = scene->extra},
        .grace_usec = scene->grace_usec,
    };
    return vkp_databases_new(&options);
}

gboolean databases_look(const DatabasesFixture *scene, VkpDatabases *databases)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scene->scanner, NULL);
    return vkp_databases_refresh(databases, snapshot, VKP_LOOK_NOW);
}

void databases_assert_ours(const VkpDatabases *databases, const char *path)
{
    g_assert_cmpstr(vkp_store_path(vkp_databases_store(databases)), ==, path);
}

pid_t databases_spawn_server(const DatabasesFixture *scene, const char *path)
{
    guint n_births = vkp_family_n_births(scene->family);
    pid_t server = vkp_family_run(scene->family, "name server open %s idle", path);
    vkp_family_settle(scene->family, n_births + 1);
    return server;
}

void databases_assert_pids(const GArray *pids, const pid_t *expected, guint n_expected)
{
    g_assert_cmpuint(pids->len, ==, n_expected);
    for (guint i = 0; i < n_expected; i++)
        g_assert_cmpint(g_array_index(pids, pid_t, i), ==, expected[i]);
}

char *databases_dup_checkout_path(const DatabasesFixture *scene)
{
    g_autofree char *folder = g_build_filename(scene->home, "checkout", NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    return g_build_filename(folder, "db.v2.sqlite", NULL);
}

void databases_remove_checkout(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}
