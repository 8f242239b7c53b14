/* SPDX-License-Identifier: Apache-2.0 */
#include "service/databases.h"

#include <glib/gstdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/base/error.h"
#include "common/proc/scanner.h"
#include "tests/lib/deadline.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/fake-proc.h"
#include "tests/lib/family.h"
#include "tests/lib/isolation.h"

/* A home with two boards in it, looked at with the real /proc. */
typedef struct {
    char *home;
    char *data_home;
    char *old_path;
    char *new_path;
    FakeBoard *old_board; /* attempt fake_id(1) */
    FakeBoard *new_board; /* attempt fake_id(2) */
    VkpFamily *family;
    VkpReader *reader;
    VkpScanner *scanner;
    guint64 grace_usec;      /* 0: the usual */
    VkpDatabases *databases; /* for has_become_ours() */
} Scene;

static FakeBoard *make_board(const char *path, guint id)
{
    FakeBoard *board = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    fake_board_add_attempt(board,
                           &(FakeAttempt){.id = fake_id(id), .folder = "/nonexistent/worktree"});
    return board;
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->home = g_dir_make_tmp("vkp-databases-XXXXXX", NULL);
    scene->data_home = g_build_filename(scene->home, "data", NULL);
    g_autofree char *folder = g_build_filename(scene->data_home, "vibe-kanban", NULL);
    g_mkdir_with_parents(folder, 0700);
    scene->old_path = g_build_filename(folder, "db.sqlite", NULL);
    scene->new_path = g_build_filename(folder, "db.v2.sqlite", NULL);
    scene->old_board = make_board(scene->old_path, 1);
    scene->new_board = make_board(scene->new_path, 2);
    scene->family = vkp_family_new(20, 60);
    scene->reader = vkp_reader_open(NULL, NULL);
    scene->scanner = vkp_scanner_new(scene->reader, getuid());
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
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

static VkpDatabases *new_databases(const Scene *scene, const char *chosen_path)
{
    VkpDatabasesOptions options = {
        .reader = scene->reader,
        .uid = getuid(),
        .chosen_path = chosen_path,
        .places = {.home = scene->home, .data_home = scene->data_home},
        .grace_usec = scene->grace_usec,
    };
    return vkp_databases_new(&options);
}

static gboolean look(const Scene *scene, VkpDatabases *databases)
{
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(scene->scanner, NULL);
    return vkp_databases_refresh(databases, snapshot, VKP_LOOK_NOW);
}

static void assert_ours(const VkpDatabases *databases, const char *path)
{
    g_assert_cmpstr(vkp_store_path(vkp_databases_store(databases)), ==, path);
}

static pid_t spawn_server(const Scene *scene, const char *path)
{
    guint n_births = vkp_family_n_births(scene->family);
    pid_t server = vkp_family_run(scene->family, "name server open %s idle", path);
    vkp_family_settle(scene->family, n_births + 1);
    return server;
}

static void assert_pids(const GArray *pids, const pid_t *expected, guint n_expected)
{
    g_assert_cmpuint(pids->len, ==, n_expected);
    for (guint i = 0; i < n_expected; i++)
        g_assert_cmpint(g_array_index(pids, pid_t, i), ==, expected[i]);
}

static void test_no_server(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    g_assert_true(look(scene, databases));
    assert_ours(databases, scene->new_path);
    g_assert_false(look(scene, databases));
    assert_pids(vkp_databases_servers(databases), NULL, 0);
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

static void test_held_one_is_ours(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    look(scene, databases);
    pid_t server = spawn_server(scene, scene->old_path);
    g_assert_true(look(scene, databases));
    assert_ours(databases, scene->old_path);
    assert_pids(vkp_databases_servers(databases), &server, 1);
    assert_pids(vkp_databases_other_servers(databases), NULL, 0);
    assert_held_by(databases, server, TRUE);
    assert_held_by(databases, getpid(), FALSE);
    VkpUuid id = fake_id(1);
    VkpBoard *board = vkp_store_board(vkp_databases_store(databases));
    g_assert_nonnull(vkp_board_lookup_attempt(board, &id));

    vkp_family_kill(scene->family, server);
    look(scene, databases);
    assert_pids(vkp_databases_servers(databases), NULL, 0);
}

/* Who could not be asked, for want of descriptors, is asked again though he did nothing since. */
static void test_short_of_descriptors(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    pid_t server = spawn_server(scene, scene->old_path);
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
    assert_pids(vkp_databases_servers(databases), NULL, 0);

    vkp_databases_refresh(databases, snapshot, VKP_LOOK_NOW);
    assert_ours(databases, scene->old_path);
    assert_pids(vkp_databases_servers(databases), &server, 1);
}

/* Ours stays ours while its server lives, whatever else is started or written. */
static void test_two_servers(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    pid_t ours = spawn_server(scene, scene->old_path);
    look(scene, databases);
    pid_t other = spawn_server(scene, scene->new_path);
    look(scene, databases);
    assert_ours(databases, scene->old_path);
    assert_pids(vkp_databases_servers(databases), &ours, 1);
    assert_pids(vkp_databases_other_servers(databases), &other, 1);
}

/* ... and its new server is protected from its first moment. */
static void test_restart(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    pid_t before = spawn_server(scene, scene->old_path);
    look(scene, databases);
    pid_t other = spawn_server(scene, scene->new_path);
    look(scene, databases);
    vkp_family_kill(scene->family, before);
    g_assert_false(look(scene, databases));
    assert_ours(databases, scene->old_path);
    assert_pids(vkp_databases_servers(databases), NULL, 0);
    pid_t after = spawn_server(scene, scene->old_path);
    look(scene, databases);
    assert_ours(databases, scene->old_path);
    assert_pids(vkp_databases_servers(databases), &after, 1);
    assert_pids(vkp_databases_other_servers(databases), &other, 1);
}

static gboolean has_new_board(gpointer data)
{
    Scene *scene = data;
    look(scene, scene->databases);
    const char *path = vkp_store_path(vkp_databases_store(scene->databases));
    return g_str_equal(path, scene->new_path);
}

static void test_return(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->grace_usec = 1;
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    scene->databases = databases;
    pid_t before = spawn_server(scene, scene->old_path);
    look(scene, databases);
    pid_t other = spawn_server(scene, scene->new_path);
    look(scene, databases);
    assert_ours(databases, scene->old_path);
    vkp_family_kill(scene->family, before);
    g_assert_true(vkp_deadline_wait(10000, has_new_board, scene));
    assert_pids(vkp_databases_servers(databases), &other, 1);

    pid_t after = spawn_server(scene, scene->old_path);
    g_assert_true(look(scene, databases));
    assert_ours(databases, scene->old_path);
    assert_pids(vkp_databases_servers(databases), &after, 1);
}

static void test_choice(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = new_databases(scene, scene->old_path);
    pid_t other = spawn_server(scene, scene->new_path);
    look(scene, databases);
    assert_ours(databases, scene->old_path);
    assert_pids(vkp_databases_other_servers(databases), &other, 1);
}

static void test_foreign_ids(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpDatabases) databases = new_databases(scene, scene->old_path);
    VkpUuid own = fake_id(1);
    VkpUuid foreign = fake_id(2);
    VkpUuid later = fake_id(3);
    look(scene, databases);
    GHashTable *ids = vkp_databases_foreign_ids(databases);
    g_assert_true(g_hash_table_contains(ids, &foreign));
    g_assert_false(g_hash_table_contains(ids, &own));
    fake_board_add_attempt(scene->new_board,
                           &(FakeAttempt){.id = later, .folder = "/nonexistent/worktree"});
    look(scene, databases);
    g_assert_true(g_hash_table_contains(vkp_databases_foreign_ids(databases), &later));

    g_assert_cmpint(g_unlink(scene->new_path), ==, 0);
    look(scene, databases);
    g_assert_cmpuint(g_hash_table_size(vkp_databases_foreign_ids(databases)), ==, 0);
}

/* The chosen file by another name is not a neighbour. */
static void test_same_file_twice(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *alias = g_build_filename(scene->home, "alias.sqlite", NULL);
    g_assert_cmpint(symlink(scene->new_path, alias), ==, 0);
    g_autoptr(VkpDatabases) databases = new_databases(scene, alias);
    look(scene, databases);
    VkpUuid own = fake_id(2);
    g_assert_false(g_hash_table_contains(vkp_databases_foreign_ids(databases), &own));
    g_assert_cmpint(g_unlink(alias), ==, 0);
}

/* Of somebody whom no board knows: only then other boards are looked for. */
static void spawn_bearer(const Scene *scene, guint id)
{
    VkpUuid uuid = fake_id(id);
    char text[VKP_UUID_TEXT_SIZE];
    guint n_births = vkp_family_n_births(scene->family);
    vkp_family_run(scene->family, "env VK_WORKSPACE_ID=%s exec-as agent ( idle )",
                   vkp_uuid_to_text(&uuid, text));
    vkp_family_settle(scene->family, n_births + 1);
}

static char *dup_checkout_path(const Scene *scene)
{
    g_autofree char *folder = g_build_filename(scene->home, "checkout", NULL);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    return g_build_filename(folder, "db.v2.sqlite", NULL);
}

static void remove_checkout(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* As a debug build does it: in dev_assets of its checkout. */
static void test_board_at_another_place(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = dup_checkout_path(scene);
    g_autoptr(FakeBoard) board = make_board(path, 7);
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    pid_t other = spawn_server(scene, path);
    look(scene, databases);
    assert_pids(vkp_databases_other_servers(databases), NULL, 0);

    spawn_bearer(scene, 7);
    VkpUuid id = fake_id(7);
    look(scene, databases);
    assert_ours(databases, scene->new_path);
    g_assert_true(vkp_databases_have_stirred(databases));
    assert_pids(vkp_databases_servers(databases), NULL, 0);
    assert_pids(vkp_databases_other_servers(databases), &other, 1);
    g_assert_true(g_hash_table_contains(vkp_databases_foreign_ids(databases), &id));

    vkp_family_kill(scene->family, other);
    look(scene, databases);
    assert_pids(vkp_databases_other_servers(databases), NULL, 0);
    g_assert_true(g_hash_table_contains(vkp_databases_foreign_ids(databases), &id));
    remove_checkout(path);
    look(scene, databases);
    g_assert_false(g_hash_table_contains(vkp_databases_foreign_ids(databases), &id));
}

/* Many a program keeps a db.sqlite; some of them encrypt it. */
static void test_program_with_such_a_file(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *path = dup_checkout_path(scene);
    g_assert_true(
        g_file_set_contents(path, "no database at all, and long enough for one", -1, NULL));
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    spawn_server(scene, path);
    spawn_bearer(scene, 7);
    for (guint i = 0; i < 2; i++) {
        look(scene, databases);
        assert_ours(databases, scene->new_path);
        assert_pids(vkp_databases_other_servers(databases), NULL, 0);
    }
    remove_checkout(path);
}

static void test_nothing_there(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *aside = g_strconcat(scene->new_path, ".aside", NULL);
    g_assert_cmpint(g_rename(scene->new_path, aside), ==, 0);
    g_assert_cmpint(g_unlink(scene->old_path), ==, 0);
    g_autoptr(VkpDatabases) databases = new_databases(scene, NULL);
    look(scene, databases);
    g_assert_cmpint(vkp_store_state(vkp_databases_store(databases)), ==, VKP_DATABASE_MISSING);
    g_assert_cmpuint(vkp_databases_board_current_usec(databases), ==, 0);
    g_assert_cmpint(g_rename(aside, scene->new_path), ==, 0);
    g_assert_true(look(scene, databases));
    assert_ours(databases, scene->new_path);
    g_assert_cmpint(vkp_store_state(vkp_databases_store(databases)), ==, VKP_DATABASE_OK);
}

/* Another system's processes are measured by its clock, not by ours. */
static void test_foreign_clock(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpFakeProc) proc = vkp_fake_proc_new();
    g_autoptr(VkpReader) reader = vkp_reader_open(vkp_fake_proc_root(proc), NULL);
    g_autoptr(VkpScanner) scanner = vkp_scanner_new(reader, getuid());
    Scene foreign = *scene;
    foreign.reader = reader;
    foreign.scanner = scanner;
    g_autoptr(VkpDatabases) databases = new_databases(&foreign, NULL);
    guint64 before = (guint64)g_get_real_time();
    look(&foreign, databases);
    guint64 boot = VKP_FAKE_BOOT_TIME_SECONDS * G_USEC_PER_SEC;
    guint64 current = boot + vkp_databases_board_current_usec(databases);
    g_assert_cmpuint(current, >=, before);
    g_assert_cmpuint(current, <=, (guint64)g_get_real_time());
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
#define ADD(name, run) g_test_add("/service/databases/" name, Scene, NULL, set_up, run, tear_down)
    ADD("without-a-server-the-newest-is-ours", test_no_server);
    ADD("the-one-that-a-server-holds-is-ours", test_held_one_is_ours);
    ADD("a-server-is-found-after-a-shortage", test_short_of_descriptors);
    ADD("ours-stays-ours-while-its-server-lives", test_two_servers);
    ADD("a-restart-of-its-server-leaves-ours-ours", test_restart);
    ADD("ours-is-ours-again-when-its-server-is-back", test_return);
    ADD("the-users-choice-always-wins", test_choice);
    ADD("ids-of-the-neighbours-are-foreign", test_foreign_ids);
    ADD("the-same-file-by-another-name-is-no-neighbour", test_same_file_twice);
    ADD("a-board-that-a-server-holds-elsewhere-is-a-neighbour", test_board_at_another_place);
    ADD("what-is-no-board-makes-no-server", test_program_with_such_a_file);
    ADD("one-that-appears-is-picked-up", test_nothing_there);
    ADD("another-systems-clock-is-asked", test_foreign_clock);
    return g_test_run();
}
