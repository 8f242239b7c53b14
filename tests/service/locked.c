/* SPDX-License-Identifier: Apache-2.0 */
/* The board while its owner keeps us from reading it. */
#include <glib/gstdio.h>
#include <sqlite3.h>
#include <unistd.h>

#include "service/manager.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/family.h"
#include "tests/lib/isolation.h"
#include "tests/lib/test-loop.h"
#include "tests/service/members.h"

typedef struct {
    char *folder;
    char *database_path;
    FakeBoard *board;
    sqlite3 *owner;
    VkpFamily *family;
    VkpTestLoop *loop;
    VkpManager *manager;
} Scene;

static VkpManager *new_manager(const Scene *scene)
{
    VkpManagerOptions options = {
        .database_path = scene->database_path,
        .places = {.home = scene->folder},
        .tick_usec = G_TIME_SPAN_HOUR,
        .watched_usec = G_TIME_SPAN_HOUR,
        .uid = getuid(),
        .loop = vkp_test_loop_ops(scene->loop),
    };
    g_autoptr(GError) error = NULL;
    VkpManager *manager = vkp_manager_new(&options, &error);
    g_assert_no_error(error);
    return manager;
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->folder = g_dir_make_tmp("vkp-locked-XXXXXX", NULL);
    scene->database_path = g_build_filename(scene->folder, "board.sqlite", NULL);
    scene->board = fake_board_new(scene->database_path, FAKE_LAYOUT_E_LATE);
    fake_board_add_attempt(scene->board, &(FakeAttempt){.id = fake_id(1), .branch = "before"});
    g_assert_cmpint(sqlite3_open(scene->database_path, &scene->owner), ==, SQLITE_OK);
    scene->family = vkp_family_new(20, 60);
    scene->loop = vkp_test_loop_new();
    scene->manager = new_manager(scene);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_manager_free(scene->manager);
    g_assert_cmpuint(vkp_test_loop_n_sources(scene->loop), ==, 0);
    vkp_test_loop_free(scene->loop);
    vkp_family_free(scene->family);
    sqlite3_close(scene->owner);
    fake_board_free(scene->board);
    g_unlink(scene->database_path);
    g_rmdir(scene->folder);
    g_free(scene->database_path);
    g_free(scene->folder);
}

static void spawn_member(Scene *scene)
{
    VkpUuid id = fake_id(1);
    char text[VKP_UUID_TEXT_SIZE];
    g_autofree char *mark = g_strdup_printf("VK_WORKSPACE_ID=%s", vkp_uuid_to_text(&id, text));
    const char *const environment[] = {mark, NULL};
    vkp_family_spawn(scene->family,
                     &(VkpActor){.script = "name agent idle", .environment = environment});
    vkp_family_settle(scene->family, 1);
}

static void run(Scene *scene, const char *sql)
{
    g_assert_cmpint(sqlite3_exec(scene->owner, sql, NULL, NULL, NULL), ==, SQLITE_OK);
}

static const char *branch(const Scene *scene)
{
    g_autoptr(GPtrArray) members = list_members(scene->manager);
    g_assert_cmpuint(members->len, ==, 1);
    return ((const VkpMember *)g_ptr_array_index(members, 0))->tie.branch;
}

static gboolean is_told(gpointer data)
{
    return g_strcmp0(branch(data), "after") == 0;
}

static void refresh(Scene *scene)
{
    g_autoptr(GError) error = NULL;
    vkp_manager_refresh(scene->manager, &error);
    g_assert_no_error(error);
}

/* The next tick is an hour away. */
static void test_passing(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    spawn_member(scene);
    refresh(scene);
    vkp_manager_start(scene->manager);
    run(scene, "BEGIN EXCLUSIVE; UPDATE workspaces SET branch = 'after'");
    refresh(scene);
    g_assert_cmpstr(branch(scene), ==, "before");
    g_assert_cmpint(vkp_manager_facts(scene->manager).database_state, ==, VKP_DATABASE_OK);
    run(scene, "COMMIT");
    g_assert_true(vkp_test_loop_run(scene->loop, 10000, is_told, scene));
}

/* As at the start of the session, when the board's server and we start together. */
static void test_from_the_start(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    spawn_member(scene);
    run(scene, "BEGIN EXCLUSIVE; UPDATE workspaces SET branch = 'after'");
    refresh(scene);
    vkp_manager_start(scene->manager);
    g_assert_cmpint(vkp_manager_facts(scene->manager).database_state, ==, VKP_DATABASE_LOCKED);
    run(scene, "COMMIT");
    g_assert_true(vkp_test_loop_run(scene->loop, 10000, is_told, scene));
}

/* Without ticks in between, only the end of all retries leaves the loop with the tick alone. */
static gboolean has_tick_alone(gpointer data)
{
    return vkp_test_loop_n_sources(((const Scene *)data)->loop) == 1;
}

/* An owner that keeps the lock for good must not keep an idle service awake. */
static void test_for_good(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    run(scene, "BEGIN EXCLUSIVE");
    refresh(scene);
    vkp_manager_start(scene->manager);
    g_assert_cmpuint(vkp_test_loop_n_sources(scene->loop), ==, 2);
    g_assert_true(vkp_test_loop_run(scene->loop, 20000, has_tick_alone, scene));
    g_assert_cmpint(vkp_manager_facts(scene->manager).database_state, ==, VKP_DATABASE_LOCKED);
    run(scene, "COMMIT");
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        {"a-board-is-read-soon-after-its-lock-goes", test_passing},
        {"a-board-locked-from-the-start-is-read-soon-after", test_from_the_start},
        {"a-lock-for-good-is-left-to-the-ticks", test_for_good},
    };
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/locked/%s", tests[i].name);
        g_test_add(path, Scene, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
