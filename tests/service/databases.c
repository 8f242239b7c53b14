/* SPDX-License-Identifier: Apache-2.0 */
#include "service/databases.h"

#include <glib/gstdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/error.h"
#include "tests/lib/deadline.h"
#include "tests/lib/fake-proc.h"
#include "tests/lib/isolation.h"
#include "tests/service/databases-fixture.h"

static void test_no_server(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    g_assert_true(databases_look(scene, databases));
    databases_assert_ours(databases, scene->new_path);
    g_assert_false(databases_look(scene, databases));
    databases_assert_pids(vkp_databases_servers(databases), NULL, 0);
    g_assert_cmpuint(vkp_databases_board_current_usec(databases), >, 0);
}

static void assert_held_by(const VkpDatabases *databases, pid_t pid, gboolean expected)
{
    g_autoptr(GError) error = NULL;
    gboolean is_held = !expected;
    g_assert_true(vkp_databases_check_held_by(databases, pid, &is_held, &error));
    g_assert_no_error(error);
    g_assert_cmpint(is_held, ==, expected);
}

static void test_held_one_is_ours(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    databases_look(scene, databases);
    pid_t server = databases_spawn_server(scene, scene->old_path);
    g_assert_true(databases_look(scene, databases));
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_servers(databases), &server, 1);
    databases_assert_pids(vkp_databases_other_servers(databases), NULL, 0);
    assert_held_by(databases, server, TRUE);
    assert_held_by(databases, getpid(), FALSE);
    VkpUuid id = fake_id(1);
    VkpBoard *board = vkp_store_board(vkp_databases_store(databases));
    g_assert_nonnull(vkp_board_lookup_attempt(board, &id));

    vkp_family_kill(scene->family, server);
    databases_look(scene, databases);
    databases_assert_pids(vkp_databases_servers(databases), NULL, 0);
}

/* It may be an agent's. */
static void test_client(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t client = vkp_family_run(scene->family, "name sqlite3 open %s idle", scene->old_path);
    vkp_family_settle(scene->family, 1);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    databases_assert_pids(vkp_databases_other_servers(databases), NULL, 0);
    g_autoptr(VkpDatabases) chosen = databases_new(scene, scene->old_path);
    databases_look(scene, chosen);
    databases_assert_pids(vkp_databases_servers(chosen), NULL, 0);
    assert_held_by(chosen, client, FALSE);
}

/* Who could not be asked, for want of descriptors, is asked again though he did nothing since. */
static void test_short_of_descriptors(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t server = databases_spawn_server(scene, scene->old_path);
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scene->scanner, NULL);
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    struct rlimit low = {3, limit.rlim_max};
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &low), ==, 0);
    for (guint i = 0; i < 2; i++) /* once with all, once with the young */
        vkp_databases_refresh(databases, snapshot, VKP_LOOK_NOW);
    gboolean is_held = FALSE;
    g_autoptr(GError) error = NULL;
    gboolean is_known = vkp_databases_check_held_by(databases, server, &is_held, &error);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    g_assert_false(is_known || is_held);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    databases_assert_pids(vkp_databases_servers(databases), NULL, 0);

    vkp_databases_refresh(databases, snapshot, VKP_LOOK_NOW);
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_servers(databases), &server, 1);
}

/* Ours stays ours while its server lives, whatever else is started or written. */
static void test_two_servers(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t ours = databases_spawn_server(scene, scene->old_path);
    databases_look(scene, databases);
    pid_t other = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_servers(databases), &ours, 1);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
}

/* ... and its new server is protected from its first moment. */
static void test_restart(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t before = databases_spawn_server(scene, scene->old_path);
    databases_look(scene, databases);
    pid_t other = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    vkp_family_kill(scene->family, before);
    g_assert_false(databases_look(scene, databases));
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_servers(databases), NULL, 0);
    pid_t after = databases_spawn_server(scene, scene->old_path);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_servers(databases), &after, 1);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
}

static gboolean has_new_board(gpointer data)
{
    DatabasesFixture *scene = data;
    databases_look(scene, scene->databases);
    const char *path = vkp_store_path(vkp_databases_store(scene->databases));
    return g_str_equal(path, scene->new_path);
}

static void test_return(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->grace_usec = 1;
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    scene->databases = databases;
    pid_t before = databases_spawn_server(scene, scene->old_path);
    databases_look(scene, databases);
    pid_t other = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->old_path);
    vkp_family_kill(scene->family, before);
    g_assert_true(vkp_deadline_wait(10000, has_new_board, scene));
    databases_assert_pids(vkp_databases_servers(databases), &other, 1);

    pid_t after = databases_spawn_server(scene, scene->old_path);
    g_assert_true(databases_look(scene, databases));
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_servers(databases), &after, 1);
}

/* The new release goes on with a copy of its own, beside the old one. */
static void test_upgrade(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t before = databases_spawn_server(scene, scene->old_path);
    databases_look(scene, databases);
    vkp_family_kill(scene->family, before);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->old_path);
    pid_t after = databases_spawn_server(scene, scene->new_path);
    g_assert_true(databases_look(scene, databases));
    databases_assert_ours(databases, scene->new_path);
    databases_assert_pids(vkp_databases_servers(databases), &after, 1);
}

/* ... also when nobody looked between the two; but a board elsewhere is no copy of ours. */
static void test_upgrade_at_once(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    const char *const extra[] = {path, NULL};
    scene->extra = extra;
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t before = databases_spawn_server(scene, scene->old_path);
    databases_look(scene, databases);
    vkp_family_kill(scene->family, before);
    pid_t other = databases_spawn_server(scene, path);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->old_path);
    pid_t after = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    databases_assert_pids(vkp_databases_servers(databases), &after, 1);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
    databases_remove_checkout(path);
}

static void test_choice(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, scene->old_path);
    pid_t other = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
}

static void test_foreign_ids(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, scene->old_path);
    VkpUuid own = fake_id(1);
    VkpUuid foreign = fake_id(2);
    VkpUuid later = fake_id(3);
    databases_look(scene, databases);
    GHashTable *ids = vkp_databases_foreign_ids(databases);
    g_assert_true(g_hash_table_contains(ids, &foreign));
    g_assert_false(g_hash_table_contains(ids, &own));
    fake_board_add_attempt(scene->new_board,
                           &(FakeAttempt){.id = later, .folder = "/nonexistent/worktree"});
    databases_look(scene, databases);
    g_assert_true(g_hash_table_contains(vkp_databases_foreign_ids(databases), &later));

    g_assert_cmpint(g_unlink(scene->new_path), ==, 0);
    databases_look(scene, databases);
    g_assert_cmpuint(g_hash_table_size(vkp_databases_foreign_ids(databases)), ==, 0);
}

/* A copy of ours has one more execution of our attempt. That matters only while a server has it. */
static void test_continued_ids(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpUuid own = fake_id(1);
    fake_board_add_attempt(scene->new_board, &(FakeAttempt){.id = own, .folder = "/nonexistent/x"});
    fake_board_add_execution(scene->new_board,
                             &(FakeExecution){.id = fake_id(9), .attempt_id = own});
    g_autoptr(VkpDatabases) databases = databases_new(scene, scene->old_path);
    databases_look(scene, databases);
    g_assert_cmpuint(g_hash_table_size(vkp_databases_continued_ids(databases)), ==, 0);
    pid_t other = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    GHashTable *continued = vkp_databases_continued_ids(databases);
    g_assert_cmpuint(g_hash_table_size(continued), ==, 1);
    g_assert_true(g_hash_table_contains(continued, &own));

    vkp_family_kill(scene->family, other);
    databases_look(scene, databases);
    g_assert_cmpuint(g_hash_table_size(vkp_databases_continued_ids(databases)), ==, 0);
}

/* The chosen file by another name is not a neighbour. */
static void test_same_file_twice(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *alias = g_build_filename(scene->home, "alias.sqlite", NULL);
    g_assert_cmpint(symlink(scene->new_path, alias), ==, 0);
    g_autoptr(VkpDatabases) databases = databases_new(scene, alias);
    databases_look(scene, databases);
    VkpUuid own = fake_id(2);
    g_assert_false(g_hash_table_contains(vkp_databases_foreign_ids(databases), &own));
    g_assert_cmpint(g_unlink(alias), ==, 0);
}

static void test_nothing_there(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(scene->new_path, ".aside", NULL);
    g_assert_cmpint(g_rename(scene->new_path, aside), ==, 0);
    g_assert_cmpint(g_unlink(scene->old_path), ==, 0);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    databases_look(scene, databases);
    g_assert_cmpint(vkp_store_state(vkp_databases_store(databases)), ==, VKP_DATABASE_MISSING);
    g_assert_cmpuint(vkp_databases_board_current_usec(databases), ==, 0);
    g_assert_cmpint(g_rename(aside, scene->new_path), ==, 0);
    g_assert_true(databases_look(scene, databases));
    databases_assert_ours(databases, scene->new_path);
    g_assert_cmpint(vkp_store_state(vkp_databases_store(databases)), ==, VKP_DATABASE_OK);
}

/* Another system's processes are measured by its clock, not by ours. */
static void test_foreign_clock(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpFakeProc) proc = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(proc), NULL);
    g_autoptr(VkpScanner) scanner = vkp_scanner_new(reader, getuid());
    DatabasesFixture foreign = *scene;
    foreign.reader = reader;
    foreign.scanner = scanner;
    g_autoptr(VkpDatabases) databases = databases_new(&foreign, NULL);
    guint64 before = (guint64)g_get_real_time();
    databases_look(&foreign, databases);
    guint64 boot = VKP_FAKE_BOOT_TIME_SECONDS * G_USEC_PER_SEC;
    guint64 current = boot + vkp_databases_board_current_usec(databases);
    g_assert_cmpuint(current, >=, before);
    g_assert_cmpuint(current, <=, (guint64)g_get_real_time());
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
#define ADD(name, run)                                                                             \
    g_test_add("/service/databases/" name, DatabasesFixture, NULL, databases_set_up, run,          \
               databases_tear_down)
    ADD("without-a-server-the-newest-is-ours", test_no_server);
    ADD("the-one-that-a-server-holds-is-ours", test_held_one_is_ours);
    ADD("who-opens-one-as-a-client-is-no-server", test_client);
    ADD("a-server-is-found-after-a-shortage", test_short_of_descriptors);
    ADD("ours-stays-ours-while-its-server-lives", test_two_servers);
    ADD("a-restart-of-its-server-leaves-ours-ours", test_restart);
    ADD("ours-is-ours-again-when-its-server-is-back", test_return);
    ADD("a-copy-beside-it-that-the-next-server-opens-is-ours", test_upgrade);
    ADD("a-board-elsewhere-is-not-ours-though-it-is-opened-next", test_upgrade_at_once);
    ADD("the-users-choice-always-wins", test_choice);
    ADD("ids-of-the-neighbours-are-foreign", test_foreign_ids);
    ADD("a-copy-with-a-server-goes-on-with-our-attempts", test_continued_ids);
    ADD("the-same-file-by-another-name-is-no-neighbour", test_same_file_twice);
    ADD("one-that-appears-is-picked-up", test_nothing_there);
    ADD("another-systems-clock-is-asked", test_foreign_clock);
    return g_test_run();
}
