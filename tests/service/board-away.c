/* SPDX-License-Identifier: Apache-2.0 */
/* A living agent of a living server, while something happens to the file of their board. Beside it
 * lies another board, as an old release has left it. */
#include <glib/gstdio.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/base/error.h"
#include "service/manager.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/family.h"
#include "tests/lib/isolation.h"
#include "tests/lib/test-loop.h"
#include "tests/service/members.h"

typedef struct {
    char *home;
    char *folder;
    char *old_path;
    char *path;
    char *aside;
    FakeBoard *old_board;
    FakeBoard *board;
    VkpFamily *family;
    VkpTestLoop *loop;
    VkpManager *manager;
    pid_t server;
    pid_t agent;
} Scene;

static VkpManager *new_manager(const Scene *scene)
{
    VkpManagerOptions options = {
        .places = {.home = scene->home},
        .uid = getuid(),
        .loop = vkp_test_loop_ops(scene->loop),
    };
    g_autoptr(GError) error = NULL;
    VkpManager *manager = vkp_manager_new(&options, &error);
    g_assert_no_error(error);
    return manager;
}

static void add_rows(FakeBoard *board)
{
    fake_board_add_attempt(board, &(FakeAttempt){.id = fake_id(2), .name = "ours"});
    fake_board_add_execution(board, &(FakeExecution){.id = fake_id(3), .attempt_id = fake_id(2)});
}

static void grow_older(const Scene *scene);
static void refresh(Scene *scene);
static void assert_executor(const Scene *scene);

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->home = g_dir_make_tmp("vkp-away-XXXXXX", NULL);
    scene->folder = g_build_filename(scene->home, ".local/share/vibe-kanban", NULL);
    g_mkdir_with_parents(scene->folder, 0700);
    scene->old_path = g_build_filename(scene->folder, "db.sqlite", NULL);
    scene->path = g_build_filename(scene->folder, "db.v2.sqlite", NULL);
    scene->aside = g_build_filename(scene->folder, "aside", NULL);
    scene->old_board = fake_board_new(scene->old_path, FAKE_LAYOUT_B_EXECUTOR);
    scene->board = fake_board_new(scene->path, FAKE_LAYOUT_E_LATE);
    add_rows(scene->board);
    scene->family = vkp_family_new(20, 60);
    VkpUuid id = fake_id(2);
    char text[VKP_UUID_TEXT_SIZE];
    scene->server = vkp_family_run(scene->family,
                                   "name server open %s fork 1 ( setpgid env VK_WORKSPACE_ID=%s "
                                   "exec-as agent ( name agent idle ) ) idle",
                                   scene->path, vkp_uuid_to_text(&id, text));
    vkp_family_settle(scene->family, 2);
    scene->agent = vkp_family_find(scene->family, "agent").pid;
    scene->loop = vkp_test_loop_new();
    scene->manager = new_manager(scene);
    grow_older(scene);
    refresh(scene);
    assert_executor(scene);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_manager_free(scene->manager);
    vkp_test_loop_free(scene->loop);
    vkp_family_free(scene->family);
    fake_board_free(scene->board);
    fake_board_free(scene->old_board);
    g_unlink(scene->path);
    g_unlink(scene->old_path);
    g_unlink(scene->aside);
    const char *const made[] = {".local/share/vibe-kanban", ".local/share", ".local", "."};
    for (guint i = 0; i < G_N_ELEMENTS(made); i++) {
        g_autofree char *folder = g_build_filename(scene->home, made[i], NULL);
        (void)g_rmdir(folder);
    }
    g_free(scene->home);
    g_free(scene->folder);
    g_free(scene->old_path);
    g_free(scene->path);
    g_free(scene->aside);
}

/* Whoever is younger than our view of the board is no leftover yet. */
static void grow_older(const Scene *scene)
{
    VkpRelative agent;
    struct timespec now;
    g_assert_true(vkp_relative_read(scene->agent, &agent));
    guint64 ticks_per_second = (guint64)sysconf(_SC_CLK_TCK);
    do {
        g_usleep(1000);
        clock_gettime(CLOCK_BOOTTIME, &now);
    } while ((guint64)now.tv_sec * ticks_per_second +
                 (guint64)now.tv_nsec * ticks_per_second / 1000000000 <
             agent.start_ticks + 2);
}

static void refresh(Scene *scene)
{
    g_autoptr(GError) error = NULL;
    vkp_manager_refresh(scene->manager, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(vkp_manager_facts(scene->manager).leftover_count, ==, 0);
}

static void restart(Scene *scene)
{
    vkp_manager_free(scene->manager);
    scene->manager = new_manager(scene);
    refresh(scene);
}

/* 0: it is no member. */
static guint confidence_of_agent(const Scene *scene)
{
    const VkpMember *member = find_member(scene->manager, scene->agent);
    return member ? member->tie.confidence : 0;
}

/* As before anything happened. */
static void assert_executor(const Scene *scene)
{
    g_assert_cmpuint(confidence_of_agent(scene), ==, 100);
    g_assert_cmpuint(vkp_manager_facts(scene->manager).executor_count, ==, 1);
}

static void assert_state(const Scene *scene, VkpDatabaseState state)
{
    VkpFacts facts = vkp_manager_facts(scene->manager);
    g_assert_cmpstr(facts.database_path, ==, scene->path);
    g_assert_cmpstr(vkp_database_state_to_string(facts.database_state), ==,
                    vkp_database_state_to_string(state));
}

static void assert_server_is_known(const Scene *scene)
{
    VkpUuid id = fake_id(3);
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_manager_register(scene->manager, &id, scene->server, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
}

static void test_moved_aside(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(g_rename(scene->path, scene->aside), ==, 0);
    refresh(scene);
    assert_state(scene, VKP_DATABASE_MISSING);
    assert_executor(scene);
    assert_server_is_known(scene);
    g_assert_cmpint(g_rename(scene->aside, scene->path), ==, 0);
    refresh(scene);
    assert_state(scene, VKP_DATABASE_OK);
    assert_executor(scene);
}

static void test_deleted(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(g_unlink(scene->path), ==, 0);
    refresh(scene);
    assert_state(scene, VKP_DATABASE_MISSING);
    assert_executor(scene);
    assert_server_is_known(scene);
    restart(scene); /* nothing tells whose it is any more: somebody's */
    g_assert_cmpuint(confidence_of_agent(scene), ==, 0);
}

static void replace(Scene *scene, gboolean with_attempt)
{
    g_autoptr(FakeBoard) backup = fake_board_new(scene->aside, FAKE_LAYOUT_E_LATE);
    if (with_attempt)
        add_rows(backup);
    g_assert_cmpint(g_rename(scene->aside, scene->path), ==, 0);
}

/* From before the attempt was made. */
static void test_older_backup(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    replace(scene, FALSE);
    for (guint i = 0; i < 2; i++) {
        refresh(scene);
        assert_state(scene, VKP_DATABASE_OK);
        g_assert_cmpuint(confidence_of_agent(scene), >, 0);  /* listed, */
        g_assert_cmpuint(confidence_of_agent(scene), <, 60); /* and spared */
        assert_server_is_known(scene);
        restart(scene);
    }
}

static void test_backup(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    replace(scene, TRUE);
    for (guint i = 0; i < 2; i++) {
        refresh(scene);
        assert_state(scene, VKP_DATABASE_OK);
        assert_executor(scene);
        assert_server_is_known(scene);
        restart(scene);
    }
}

/* Its new name is one that we know, too: there it can be read. */
static void test_renamed(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpint(g_rename(scene->path, scene->old_path), ==, 0);
    refresh(scene);
    VkpFacts facts = vkp_manager_facts(scene->manager);
    g_assert_cmpstr(facts.database_path, ==, scene->old_path);
    g_assert_cmpint(facts.database_state, ==, VKP_DATABASE_OK);
    assert_executor(scene);
}

static void assert_unmoved(Scene *scene, const char *what)
{
    g_test_message("%s", what);
    refresh(scene);
    assert_executor(scene);
}

/* What its owner, a person with sqlite3, or a migration without a transaction does to it. */
static void test_owner_at_work(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const steps[] = {
        "VACUUM",
        "PRAGMA journal_mode = WAL",
        "VACUUM",
        "PRAGMA wal_checkpoint(TRUNCATE)",
        "PRAGMA journal_mode = PERSIST",
        "CREATE TABLE copy AS SELECT * FROM execution_processes",
        "DROP TABLE execution_processes",
        "ALTER TABLE copy RENAME TO execution_processes",
        "CREATE TABLE copy AS SELECT * FROM workspaces",
        "DROP TABLE workspaces",
        "CREATE VIEW workspaces AS SELECT * FROM copy",
        "DROP VIEW workspaces",
        "ALTER TABLE copy RENAME TO workspaces",
        "CREATE TABLE copy (id BLOB PRIMARY KEY, workspace_id BLOB) WITHOUT ROWID",
        "INSERT INTO copy SELECT id, workspace_id FROM sessions",
        "DROP TABLE sessions",
        "ALTER TABLE copy RENAME TO sessions",
        "PRAGMA journal_mode = TRUNCATE",
        "PRAGMA page_size = 512; VACUUM",
        "PRAGMA page_size = 65536; VACUUM",
    };
    for (guint i = 0; i < G_N_ELEMENTS(steps); i++) {
        fake_board_run(scene->board, "%s", steps[i]);
        assert_unmoved(scene, steps[i]);
    }
    assert_state(scene, VKP_DATABASE_OK);
}

/* In place, as `cp` does it. */
static void write_over(const Scene *scene, const char *bytes, gsize length)
{
    FILE *file = g_fopen(scene->path, "we");
    g_assert_nonnull(file);
    g_assert_cmpuint(fwrite(bytes, 1, length, file), ==, length);
    g_assert_cmpint(fclose(file), ==, 0);
}

static void test_copied_over(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *bytes = NULL;
    gsize length = 0;
    g_assert_true(g_file_get_contents(scene->path, &bytes, &length, NULL));
    const gsize lengths[] = {0, 1, 100, 4096, length / 2, length - 1, length};
    for (guint i = 0; i < G_N_ELEMENTS(lengths); i++) {
        write_over(scene, bytes, lengths[i]);
        assert_unmoved(scene, "a part of it");
    }
    assert_state(scene, VKP_DATABASE_OK);
    g_autofree char *noise = g_memdup2(bytes, length);
    for (gsize i = 0; i < length; i++)
        noise[i] = (char)g_test_rand_int();
    write_over(scene, noise, length);
    assert_unmoved(scene, "noise");
    assert_state(scene, VKP_DATABASE_CORRUPT);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        {"moved-aside-and-back", test_moved_aside},
        {"deleted-under-its-server", test_deleted},
        {"an-older-backup-put-in-its-place", test_older_backup},
        {"a-backup-put-in-its-place", test_backup},
        {"renamed-to-the-others-name", test_renamed},
        {"changed-in-every-way-by-its-owner", test_owner_at_work},
        {"copied-over-little-by-little", test_copied_over},
    };
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    /* What is wrong with the board is warned of. */
    g_log_set_always_fatal((GLogLevelFlags)(G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL));
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/board-away/%s", tests[i].name);
        g_test_add(path, Scene, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
