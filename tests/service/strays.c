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

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
#define ADD(name, run)                                                                             \
    g_test_add("/service/strays/" name, DatabasesFixture, NULL, databases_set_up, run,             \
               databases_tear_down)
    ADD("a-board-that-a-server-holds-elsewhere-is-a-neighbour", test_board_at_another_place);
    ADD("what-is-no-board-makes-no-server", test_program_with_such_a_file);
    return g_test_run();
}
