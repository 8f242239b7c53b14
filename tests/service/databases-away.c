/* SPDX-License-Identifier: Apache-2.0 */
/* Boards whose files cannot be seen or read for a while. */
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/store/schema.h"
#include "service/databases.h"
#include "tests/lib/isolation.h"
#include "tests/service/databases-fixture.h"

static gint64 skipped_usec;

/* In the place of GLib's: nobody waits for minutes to pass. */
gint64 g_get_monotonic_time(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000 + skipped_usec;
}

/* Without a server, and with another board in sight: a way that leads in a circle tells nothing. */
static void test_out_of_sight(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    const char *const extra[] = {path, NULL};
    scene->extra = extra;
    g_autofree char *folder = g_path_get_dirname(scene->new_path);
    g_autofree char *aside = g_strconcat(folder, ".aside", NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    fake_board_add_attempt(scene->new_board, &(FakeAttempt){.id = fake_id(3)});
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    g_assert_cmpint(g_rename(folder, aside), ==, 0);
    g_assert_cmpint(symlink(folder, folder), ==, 0);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    g_assert_cmpint(vkp_store_state(vkp_databases_store(databases)), ==, VKP_DATABASE_UNREADABLE);

    g_assert_cmpint(g_unlink(folder), ==, 0);
    g_assert_cmpint(g_rename(aside, folder), ==, 0);
    databases_look(scene, databases);
    g_assert_cmpint(vkp_store_state(vkp_databases_store(databases)), ==, VKP_DATABASE_OK);
    databases_remove_checkout(path);
}

/* Nor is it over when its file is away for a moment. */
static void test_away(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(scene->new_path, ".aside", NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    databases_look(scene, databases);
    g_assert_cmpint(g_rename(scene->new_path, aside), ==, 0);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    g_assert_cmpint(vkp_store_state(vkp_databases_store(databases)), ==, VKP_DATABASE_MISSING);
    g_assert_cmpint(g_rename(aside, scene->new_path), ==, 0);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);

    scene->grace_usec = 1;
    g_autoptr(VkpDatabases) impatient = databases_new(scene, NULL);
    databases_look(scene, impatient);
    databases_assert_ours(impatient, scene->new_path);
    g_assert_cmpint(g_unlink(scene->new_path), ==, 0);
    databases_look(scene, impatient);
    databases_assert_ours(impatient, scene->old_path);
}

/* ... though nothing is left anywhere: what is expected at the usual place is not there either. */
static void test_last_one_deleted(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = databases_dup_checkout_path(scene);
    g_autoptr(FakeBoard) board = databases_make_board(path, 7);
    const char *const extra[] = {path, NULL};
    scene->extra = extra;
    g_assert_cmpint(g_unlink(scene->old_path), ==, 0);
    g_assert_cmpint(g_unlink(scene->new_path), ==, 0);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t server = databases_spawn_server(scene, path);
    databases_look(scene, databases);
    databases_assert_ours(databases, path);
    databases_remove_checkout(path);
    for (guint i = 0; i < 3; i++) {
        databases_look(scene, databases);
        databases_assert_ours(databases, path);
        databases_assert_pids(vkp_databases_servers(databases), &server, 1);
    }
}

/* A neighbour's server goes on without its file, and its processes stay its own. */
static void test_neighbour_away(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpUuid foreign = fake_id(1);
    g_autoptr(VkpDatabases) databases = databases_new(scene, scene->new_path);
    pid_t other = databases_spawn_server(scene, scene->old_path);
    databases_look(scene, databases);
    databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
    g_assert_cmpint(g_unlink(scene->old_path), ==, 0);
    for (guint i = 0; i < 2; i++) {
        databases_look(scene, databases);
        databases_assert_pids(vkp_databases_other_servers(databases), &other, 1);
        g_assert_true(g_hash_table_contains(vkp_databases_foreign_ids(databases), &foreign));
    }
    vkp_family_kill(scene->family, other);
    databases_look(scene, databases); /* by which its end is seen */
    databases_look(scene, databases);
    g_assert_cmpuint(g_hash_table_size(vkp_databases_foreign_ids(databases)), ==, 0);
}

/* Whoever goes on with a deleted file is spared, and so is everybody as long as that can't be told.
 */
static void test_deleted_and_short_of_descriptors(DatabasesFixture *scene,
                                                  G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t server = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    g_assert_cmpint(g_unlink(scene->new_path), ==, 0);
    struct rlimit limit;
    g_assert_cmpint(getrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    struct rlimit low = {3, limit.rlim_max};
    gboolean is_held = FALSE;
    g_autoptr(GError) error = NULL;
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &low), ==, 0);
    gboolean is_known = vkp_databases_check_held_by(databases, server, &is_held, &error);
    g_assert_cmpint(setrlimit(RLIMIT_NOFILE, &limit), ==, 0);
    g_assert_false(is_known || is_held);
    g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
    g_assert_true(vkp_databases_check_held_by(databases, server, &is_held, NULL));
    g_assert_true(is_held);
}

/* It bears a name that we know, too, as a tick has seen before we looked for files again. */
static void test_renamed_between_looks(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t server = databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->new_path);
    g_assert_cmpint(g_rename(scene->new_path, scene->old_path), ==, 0);
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scene->scanner, NULL);
    vkp_databases_refresh(databases, snapshot, VKP_LOOK_IN_TURN);
    databases_look(scene, databases);
    databases_assert_ours(databases, scene->old_path);
    databases_assert_pids(vkp_databases_servers(databases), &server, 1);
}

static void assert_may_lack_ids(const DatabasesFixture *scene, VkpDatabases *databases,
                                gboolean expected)
{
    databases_look(scene, databases);
    g_assert_cmpint(vkp_databases_may_lack_ids(databases), ==, expected);
}

/* A backup was put in its place while no server ran. Once the old file is gone for good, a file of
 * the next server may have its number. */
static void test_number_of_former_file(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(scene->new_path, ".aside", NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    databases_look(scene, databases);
    g_assert_cmpint(g_rename(scene->new_path, aside), ==, 0);
    g_autoptr(FakeBoard) backup = databases_make_board(scene->new_path, 2);
    pid_t server =
        vkp_family_run(scene->family, "name server open %s open %s idle", scene->new_path, aside);
    vkp_family_settle(scene->family, 1);
    for (guint i = 0; i < 3; i++) {
        assert_may_lack_ids(scene, databases, FALSE);
        databases_assert_ours(databases, scene->new_path);
        databases_assert_pids(vkp_databases_servers(databases), &server, 1);
    }
    g_assert_cmpint(g_unlink(aside), ==, 0);
}

/* Nothing that was written to it is missing then. */
static void test_moved_and_back(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(scene->new_path, ".aside", NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    databases_spawn_server(scene, scene->new_path);
    databases_look(scene, databases);
    g_assert_cmpint(g_rename(scene->new_path, aside), ==, 0);
    assert_may_lack_ids(scene, databases, TRUE);
    g_assert_cmpint(g_rename(aside, scene->new_path), ==, 0);
    assert_may_lack_ids(scene, databases, FALSE);
}

/* Its server opens the backup that was put in its place, too late: the rows of whom it runs were
 * written to the former file. */
static void test_backup_opened_at_last(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(scene->new_path, ".aside", NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    pid_t server = vkp_family_run(scene->family,
                                  "name server open %s on-term ( close open %s fork 1 ( exec-as "
                                  "witness ( idle ) ) idle ) idle",
                                  scene->new_path, scene->new_path);
    vkp_family_settle(scene->family, 1);
    assert_may_lack_ids(scene, databases, FALSE);
    g_assert_cmpint(g_rename(scene->new_path, aside), ==, 0);
    g_autoptr(FakeBoard) backup = databases_make_board(scene->new_path, 2);
    assert_may_lack_ids(scene, databases, TRUE);
    g_assert_cmpint(kill(server, SIGTERM), ==, 0);
    vkp_family_settle(scene->family, 2);
    for (guint i = 0; i < 3; i++) {
        skipped_usec += 3 * G_TIME_SPAN_MINUTE;
        assert_may_lack_ids(scene, databases, TRUE);
        databases_assert_pids(vkp_databases_servers(databases), &server, 1);
    }
    vkp_family_kill(scene->family, server);
    databases_look(scene, databases);
    assert_may_lack_ids(scene, databases, FALSE);
    g_assert_cmpint(g_unlink(aside), ==, 0);
}

/* As the kernel shows a file whose name it has forgotten, though it is still there. */
static void test_forgotten_name(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *shown = g_strconcat(scene->new_path, " (deleted)", NULL);
    g_autofree char *word = g_strconcat(scene->new_path, ".link", NULL); /* without a space */
    g_autoptr(VkpDatabases) databases = databases_new(scene, NULL);
    g_assert_cmpint(link(scene->new_path, shown), ==, 0);
    g_assert_cmpint(symlink(shown, word), ==, 0);
    pid_t server = databases_spawn_server(scene, word);
    assert_may_lack_ids(scene, databases, FALSE);
    databases_assert_pids(vkp_databases_servers(databases), &server, 1);
    g_assert_cmpint(g_unlink(shown), ==, 0);
    g_assert_cmpint(g_unlink(word), ==, 0);
}

/* Its server was killed in the middle of a write, so nobody can tell whose an id is. */
static void test_closed_neighbour(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *journal = g_strconcat(scene->old_path, "-journal", NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, scene->new_path);
    g_assert_true(g_file_set_contents(journal, "hot", -1, NULL));
    assert_may_lack_ids(scene, databases, TRUE);
    g_assert_cmpint(g_unlink(journal), ==, 0);
    assert_may_lack_ids(scene, databases, FALSE);
    g_assert_true(g_file_set_contents(journal, "hot", -1, NULL)); /* what was read is known */
    assert_may_lack_ids(scene, databases, FALSE);
    g_assert_cmpint(g_unlink(journal), ==, 0);
}

/* So many rows, or a slow disk: what was read of it is not all. */
static void test_half_read_neighbour(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = databases_new(scene, scene->new_path);
    assert_may_lack_ids(scene, databases, FALSE);
    fake_board_run(scene->old_board,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
                   "INSERT INTO workspaces (id) SELECT randomblob(16) FROM n",
                   VKP_SCHEMA_MAX_ROWS + 1);
    assert_may_lack_ids(scene, databases, TRUE);
}

/* ... in an earlier boot: no process of this one has its row there. */
static void test_old_closed_neighbour(DatabasesFixture *scene, G_GNUC_UNUSED gconstpointer data)
{
    const struct timespec long_ago[] = {{1000000000, 0}, {1000000000, 0}};
    g_autofree char *journal = g_strconcat(scene->old_path, "-journal", NULL);
    g_autoptr(VkpDatabases) databases = databases_new(scene, scene->new_path);
    g_assert_true(g_file_set_contents(journal, "hot", -1, NULL));
    g_assert_cmpint(utimensat(AT_FDCWD, scene->old_path, long_ago, 0), ==, 0);
    assert_may_lack_ids(scene, databases, TRUE);
    g_assert_cmpint(utimensat(AT_FDCWD, journal, long_ago, 0), ==, 0);
    assert_may_lack_ids(scene, databases, FALSE);
    g_assert_cmpint(g_unlink(journal), ==, 0);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(DatabasesFixture *, gconstpointer);
    } tests[] = {
        {"ours-stays-ours-while-it-is-out-of-sight", test_out_of_sight},
        {"ours-stays-ours-while-its-file-is-away-for-a-moment", test_away},
        {"ours-stays-ours-when-nothing-is-left-of-it", test_last_one_deleted},
        {"who-holds-a-deleted-file-is-told-or-an-error", test_deleted_and_short_of_descriptors},
        {"ours-is-found-under-its-new-name", test_renamed_between_looks},
        {"a-neighbour-outlives-its-file-while-its-server-lives", test_neighbour_away},
        {"what-has-got-the-number-of-a-former-file-is-not-that", test_number_of_former_file},
        {"what-was-moved-aside-and-back-lacks-nothing", test_moved_and_back},
        {"rows-in-a-former-file-are-missed-while-their-server-lives", test_backup_opened_at_last},
        {"who-has-a-file-open-that-is-only-shown-as-deleted-is-not-lost", test_forgotten_name},
        {"a-neighbour-that-was-never-read-may-have-any-id", test_closed_neighbour},
        {"a-neighbour-that-was-not-read-to-its-end-may-have-any-id", test_half_read_neighbour},
        {"a-neighbour-of-an-earlier-boot-has-none", test_old_closed_neighbour},
    };
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/databases-away/%s", tests[i].name);
        g_test_add(path, DatabasesFixture, NULL, databases_set_up, tests[i].run,
                   databases_tear_down);
    }
    return g_test_run();
}
