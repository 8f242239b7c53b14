/* SPDX-License-Identifier: Apache-2.0 */
#include "service/strays.h"

#include <glib/gstdio.h>

#include "tests/lib/isolation.h"
#include "tests/service/databases-fixture.h"

/* Of somebody whom no board knows: only then other boards are looked for. */
static void spawn_bearer(const DatabasesFixture *scene, guint id)
{
    VkpUuid uuid = fake_id(id);
    char text[VKP_UUID_TEXT_SIZE];
    guint n_births = vkp_family_n_births(scene->family);
    vkp_family_run(scene->family, "env VK_WORKSPACE_ID=%s exec-as agent ( idle )",
                   vkp_uuid_to_text(&uuid, text));
    vkp_family_settle(scene->family, n_births + 1);
}

/* With words for what has one open, below whoever it is: "open PATH". */
static pid_t spawn_server_with_bearer(const DatabasesFixture *scene, const char *words, guint id)
{
    VkpUuid uuid = fake_id(id);
    char text[VKP_UUID_TEXT_SIZE];
    guint n_births = vkp_family_n_births(scene->family);
    vkp_family_run(scene->family,
                   "exec-as their-server ( %s fork 1 ( env VK_WORKSPACE_ID=%s exec-as agent ( fork "
                   "1 ( exec-as tool ( idle ) ) idle ) ) idle )",
                   words, vkp_uuid_to_text(&uuid, text));
    vkp_family_settle(scene->family, n_births + 3);
    return vkp_family_find(scene->family, "their-server").pid;
}

static gboolean is_foreign(const VkpDatabases *databases, guint id)
{
    VkpUuid uuid = fake_id(id);
    return g_hash_table_contains(vkp_databases_foreign_ids(databases), &uuid);
}

static char *dup_named_path(const DatabasesFixture *scene, const char *name)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_autofree char *folder = g_path_get_dirname(path);
    return g_build_filename(folder, name, NULL);
}

/* As a debug build does it: in dev_assets of its checkout. */
static void test_board_at_another_place(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t other = databases_spawn_server(scene, path);
    databases_look(scene, databases);
    databases_assert_pids(vkp_databases_other_servers(databases), NULL, 0);

    spawn_bearer(scene, 7);
    VkpUuid id = fake_id(7);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    g_assert_true(vkp_databases_have_stirred(databases));
    databases_assert_pids(vkp_databases_servers(databases), NULL, 0);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
    g_assert_true(g_hash_table_contains(vkp_databases_foreign_ids(databases), &id));

    vkp_family_kill(scene->family, other);
    databases_look(scene, databases);
    databases_assert_pids(vkp_databases_other_servers(databases), NULL, 0);
    g_assert_true(g_hash_table_contains(vkp_databases_foreign_ids(databases), &id));
    databases_remove_checkout(path);
    databases_look(scene, databases);
    g_assert_false(g_hash_table_contains(vkp_databases_foreign_ids(databases), &id));
}

/* Its server goes on without it. */
static void test_board_deleted(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t other = databases_spawn_server(scene, path);
    spawn_bearer(scene, 7);
    databases_look(scene, databases);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
    databases_remove_checkout(path);
    for (guint i = 0; i < 2; i++) {
        databases_look(scene, databases);
        databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
        g_assert_true(is_foreign(databases, 7));
    }
}

#define N_GONE 24

static char *dup_gone_path(const DatabasesFixture *scene, guint i)
{
    g_autofree char *folder = g_strdup_printf("%s/%u", scene->home, i);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    return g_build_filename(folder, "db.sqlite", NULL);
}

static void make_or_remove(const DatabasesFixture *scene, gboolean is_made, guint i)
{
    g_autofree char *path = dup_gone_path(scene, i);
    if (is_made)
        fake_board_free(databases_make_board(path, 100 + i));
    else
        databases_remove_checkout(path);
}

/* Somebody makes boards without end and keeps them open: all are known for his, few are kept. */
static void test_many_deleted(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(GString) words = g_string_new("name server");
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    for (guint i = 0; i < N_GONE; i++) {
        g_autofree char *path = dup_gone_path(scene, i);
        make_or_remove(scene, TRUE, i);
        g_string_append_printf(words, " open %s", path);
    }
    pid_t other = vkp_family_run(scene->family, "%s idle", words->str);
    vkp_family_settle(scene->family, 1);
    spawn_bearer(scene, 7);
    for (guint i = 0; i < N_GONE; i++) {
        g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scene->scanner, NULL);
        vkp_databases_refresh(databases, snapshot, VKP_LOOK_ALL);
        g_assert_true(vkp_pids_contain(vkp_databases_other_servers(databases), other));
        make_or_remove(scene, FALSE, i);
    }
    databases_look(scene, databases);
    g_assert_true(vkp_pids_contain(vkp_databases_other_servers(databases), other));
    g_assert_cmpuint(g_hash_table_size(vkp_databases_foreign_ids(databases)), <, N_GONE);
}

/* ... or with what was in its place before a restored backup was copied halfway there. */
static void test_board_moved_aside(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_autofree char *aside = dup_named_path(scene, "aside");
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t other = databases_spawn_server(scene, path);
    spawn_bearer(scene, 7);
    databases_look(scene, databases);
    g_assert_cmpint(g_rename(path, aside), ==, 0);
    g_assert_true(g_file_set_contents(path, "", 0, NULL));
    for (guint i = 0; i < 2; i++) {
        databases_look(scene, databases);
        databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
        g_assert_true(is_foreign(databases, 7));
    }
    vkp_family_kill(scene->family, other);
    databases_look(scene, databases); /* by which its end is seen */
    databases_look(scene, databases);
    g_assert_false(is_foreign(databases, 7));
    g_assert_cmpint(g_unlink(aside), ==, 0);
    databases_remove_checkout(path);
}

/* Many a program keeps a db.sqlite; some of them encrypt it. */
static void test_program_with_such_a_file(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_assert_true(
        g_file_set_contents(path, "no database at all, and long enough for one", -1, NULL));
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    databases_spawn_server(scene, path);
    spawn_bearer(scene, 7);
    for (guint i = 0; i < 2; i++) {
        databases_look(scene, databases);
        databases_assert_ours(databases, scene->new_path);
        databases_assert_pids(vkp_databases_other_servers(databases), NULL, 0);
    }
    databases_remove_checkout(path);
}

/* VK_DATABASE_PATH leads anywhere. Its server is found above what it runs. */
static void test_name_of_its_own(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = dup_named_path(scene, "board.db");
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    g_autofree char *words = g_strconcat("open ", path, NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    databases_look(scene, databases);
    pid_t other = spawn_server_with_bearer(scene, words, 7);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
    g_assert_true(is_foreign(databases, 7));
    databases_remove_checkout(path);
}

/* In WAL mode SQLite has more open than the database. */
static void test_name_without_ending(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = dup_named_path(scene, "board");
    g_autofree char *beside = g_strconcat(path, "-shm", NULL);
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    g_assert_true(g_file_set_contents(beside, "", 0, NULL));
    g_autofree char *words = g_strdup_printf("open %s open %s", path, beside);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    spawn_server_with_bearer(scene, words, 7);
    databases_look(scene, databases);
    g_assert_true(is_foreign(databases, 7));
    g_assert_cmpint(g_unlink(beside), ==, 0);
    databases_remove_checkout(path);
}

/* What its server has started need not be below it any more. A stranger's files stay his. */
static void test_server_by_its_name(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = dup_named_path(scene, "board.db");
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    vkp_family_run(scene->family, "name stranger open %s idle", path);
    vkp_family_settle(scene->family, 1);
    spawn_bearer(scene, 7);
    databases_look(scene, databases);
    g_assert_false(is_foreign(databases, 7));

    vkp_family_run(scene->family, "name vks-node-server open %s idle", path);
    vkp_family_settle(scene->family, 3);
    spawn_bearer(scene, 8);
    databases_look(scene, databases);
    g_assert_true(is_foreign(databases, 7));
    databases_remove_checkout(path);
}

#define N_OTHERS 12

static char *dup_other_path(const char *path, guint i)
{
    return g_strdup_printf("%s-%u.db", path, i);
}

static pid_t spawn_holder_of_others(const DatabasesFixture *scene, const char *path)
{
    g_autoptr(GString) words = g_string_new("name server");
    for (guint i = 0; i < N_OTHERS; i++) {
        g_autofree char *other = dup_other_path(path, i);
        g_assert_true(
            g_file_set_contents(other, "no database at all, and long enough for one", -1, NULL));
        g_string_append_printf(words, " open %s", other);
    }
    pid_t holder = vkp_family_run(scene->family, "%s idle", words->str);
    vkp_family_settle(scene->family, 1);
    return holder;
}

/* Who comes late for a place is taken for a server until his turn. */
static void test_too_many(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = dup_named_path(scene, "board.db");
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    g_autofree char *words = g_strconcat("open ", path, NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t holder = spawn_holder_of_others(scene, path);
    pid_t server = spawn_server_with_bearer(scene, words, 7);
    databases_look(scene, databases);
    const pid_t both[] = {holder, server};
    databases_assert_pids(vkp_databases_other_servers(databases), both, G_N_ELEMENTS(both));
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scene->scanner, NULL);
    vkp_databases_refresh(databases, snapshot, VKP_LOOK_ALL);
    g_assert_true(is_foreign(databases, 7));
    databases_look(scene, databases);
    databases_assert_pids(vkp_databases_other_servers(databases), &server, 1);
    for (guint i = 0; i < N_OTHERS; i++) {
        g_autofree char *other = dup_other_path(path, i);
        g_assert_cmpint(g_unlink(other), ==, 0);
    }
    databases_remove_checkout(path);
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
#define ADD(name, run)                                                                             \
    g_test_add("/service/strays/" name, DatabasesFixture, NULL, databases_set_up, run,             \
               databases_tear_down)
    ADD("a-board-that-a-server-holds-elsewhere-is-a-neighbour", test_board_at_another_place);
    ADD("a-board-elsewhere-outlives-its-file-while-its-server-lives", test_board_deleted);
    ADD("many-boards-that-were-deleted-are-somebodys", test_many_deleted);
    ADD("a-board-elsewhere-outlives-what-takes-its-place", test_board_moved_aside);
    ADD("what-is-no-board-makes-no-server", test_program_with_such_a_file);
    ADD("a-board-by-a-name-of-its-own-is-found-above-whom-it-runs", test_name_of_its_own);
    ADD("a-board-in-wal-mode-needs-no-ending", test_name_without_ending);
    ADD("a-server-by-its-name-is-asked-for-any-board", test_server_by_its_name);
    ADD("a-board-is-found-behind-many-other-files", test_too_many);
    return g_test_run();
}
