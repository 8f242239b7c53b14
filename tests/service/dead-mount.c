/* SPDX-License-Identifier: Apache-2.0 */
/* Folders on a file system whose server does not answer any more. */
#include <signal.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/lib/served-mount.h"
#include "tests/service/fixture.h"

/* Hung calls would fail the test after a minute. A second is usual for nothing here, but the
 * machine is shared. */
#define USUAL_USEC (3 * G_TIME_SPAN_SECOND)

#define RETURN_MS 30000

typedef struct {
    Fixture *fixture;
    char *mount;
    char *inside; /* the folder in it */
    char *alias;  /* the same, by a symlink outside */
    VkpServedMount *served;
} Scene;

static gboolean scene_set_up(Scene *scene, Fixture *fixture)
{
    const char *reason = NULL;
    *scene = (Scene){.fixture = fixture};
    scene->mount = g_build_filename(fixture->folder, "mount", NULL);
    g_assert_no_errno(g_mkdir_with_parents(scene->mount, 0755));
    scene->served = vkp_served_mount_new(scene->mount, &reason);
    if (!scene->served) {
        g_test_skip(reason);
        g_free(scene->mount);
        return FALSE;
    }
    g_autofree char *link = g_build_filename(fixture->folder, "link", NULL);
    g_assert_no_errno(symlink(scene->mount, link));
    scene->inside = g_build_filename(scene->mount, "inside", NULL);
    scene->alias = g_build_filename(link, "inside", NULL);
    return TRUE;
}

static void scene_tear_down(Scene *scene)
{
    vkp_served_mount_free(scene->served);
    g_free(scene->mount);
    g_free(scene->inside);
    g_free(scene->alias);
}

static void add_attempt(Scene *scene, guint number, const char *folder)
{
    fake_board_add_attempt(scene->fixture->board, &(FakeAttempt){
                                                      .id = fake_id(number),
                                                      .task_id = fake_id(12),
                                                      .folder = folder,
                                                      .branch = "remote",
                                                      .name = "remote",
                                                      .agent = "CLAUDE_CODE",
                                                  });
}

static pid_t spawn_in(Scene *scene, const char *folder, const char *script)
{
    guint n_births = vkp_family_n_births(scene->fixture->family);
    pid_t pid = vkp_family_run(scene->fixture->family, "chdir %s %s", folder, script);
    vkp_family_settle(scene->fixture->family, n_births + 1);
    return pid;
}

static pid_t spawn_agent(Scene *scene, guint attempt, const char *script)
{
    guint n_births = vkp_family_n_births(scene->fixture->family);
    pid_t pid = fixture_spawn_member(scene->fixture, attempt, script);
    vkp_family_settle(scene->fixture->family, n_births + 1);
    return pid;
}

static GVariant *list_in_time(Scene *scene)
{
    gint64 begin_usec = g_get_monotonic_time();
    GVariant *processes = fixture_list(scene->fixture, "{}");
    g_assert_cmpint(g_get_monotonic_time() - begin_usec, <, USUAL_USEC);
    return processes;
}

/* NULL: it is no member. */
static char *dup_evidence(Scene *scene, pid_t pid)
{
    g_autoptr(GVariant) processes = list_in_time(scene);
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    return process ? g_strdup(fixture_text(process, "evidence")) : NULL;
}

static void assert_evidence(Scene *scene, pid_t pid, const char *expected)
{
    g_autofree char *evidence = dup_evidence(scene, pid);
    g_assert_cmpstr(evidence, ==, expected);
}

/* A kill looks at everybody. */
static gboolean has_one_waiting(gpointer data)
{
    const Scene *scene = data;
    g_autofree char *id = fixture_id(21);
    g_autoptr(GVariant) reply = fixture_kill(scene->fixture, "attempt", id, "{'dry_run': <true>}");
    g_assert_cmpuint(vkp_served_mount_n_waiting(scene->served), <=, 1);
    return vkp_served_mount_n_waiting(scene->served) > 0;
}

/* The service asks, sooner or later: on a busy machine it may have lost patience before it began.
 * And while it gets no answer it does not ask again. */
static void assert_asked_once(Scene *scene)
{
    g_assert_true(vkp_deadline_wait(RETURN_MS, has_one_waiting, scene));
    g_assert_true(has_one_waiting(scene));
    g_assert_cmpuint(vkp_served_mount_n_waiting(scene->served), ==, 1);
}

static void assert_killed_in_time(Scene *scene, guint attempt, pid_t pid, const char *options)
{
    g_autofree char *id = fixture_id(attempt);
    gint64 begin_usec = g_get_monotonic_time();
    g_autoptr(GVariant) reply = fixture_kill(scene->fixture, "attempt", id, options);
    g_assert_cmpint(g_get_monotonic_time() - begin_usec, <, USUAL_USEC);
    g_assert_nonnull(fixture_outcome(reply, pid));
    fixture_assert_counts(reply, 1, 0);
}

typedef struct {
    Scene *scene;
    pid_t pid;
} Awaited;

static gboolean has_evidence(gpointer data)
{
    const Awaited *awaited = data;
    g_autofree char *evidence = dup_evidence(awaited->scene, awaited->pid);
    return g_strcmp0(evidence, "working_directory") == 0;
}

/* A worktree of the board's is there, and nobody is in it. */
static void test_worktree(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene;
    if (!scene_set_up(&scene, fixture))
        return;
    add_attempt(&scene, 24, scene.inside);
    pid_t before = spawn_agent(&scene, 21, "name before idle");
    assert_evidence(&scene, before, "environment");

    vkp_served_mount_fall_silent(scene.served);
    pid_t after = spawn_agent(&scene, 22, "name after idle");
    assert_evidence(&scene, after, "environment");
    assert_asked_once(&scene);
    assert_killed_in_time(&scene, 21, before, "{}");
    assert_killed_in_time(&scene, 22, after, "{'force': <true>}");
    g_assert_cmpuint(vkp_served_mount_n_waiting(scene.served), ==, 1);
    scene_tear_down(&scene);
}

/* Somebody is there, who is nobody's, and was not seen before. */
static void test_folder(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene;
    if (!scene_set_up(&scene, fixture))
        return;
    pid_t agent = spawn_agent(&scene, 21, "name agent idle");
    pid_t far = spawn_in(&scene, scene.inside, "name far idle");
    vkp_served_mount_fall_silent(scene.served);
    fixture_start_service(fixture, NULL);

    assert_evidence(&scene, agent, "environment");
    assert_evidence(&scene, far, NULL);
    assert_asked_once(&scene);
    assert_killed_in_time(&scene, 21, agent, "{}");
    scene_tear_down(&scene);
}

/* Somebody with an unknown mark has a file open that is called like a board. It is on a disk, but
 * the path that we see leads over another file system, as in another mount namespace. */
static void test_stray_board(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *inside = g_build_filename(fixture->folder, "mount", "inside", NULL);
    g_autofree char *file = g_build_filename(inside, "db.v2.sqlite", NULL);
    g_autofree char *script = g_strdup_printf("name server open %s idle", file);
    g_assert_no_errno(g_mkdir_with_parents(inside, 0755));
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    Scene scene = {.fixture = fixture};
    (void)spawn_agent(&scene, 77, script);
    if (!scene_set_up(&scene, fixture))
        return;
    vkp_served_mount_fall_silent(scene.served);
    fixture_start_service(fixture, NULL);
    pid_t agent = spawn_agent(&scene, 21, "name agent idle");
    assert_evidence(&scene, agent, "environment");
    assert_killed_in_time(&scene, 21, agent, "{}");
    g_assert_cmpuint(vkp_served_mount_n_waiting(scene.served), ==, 0);
    scene_tear_down(&scene);
}

/* The path alone tells where they are; also by whom a kill compares it anew. */
static void test_member(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene;
    if (!scene_set_up(&scene, fixture))
        return;
    add_attempt(&scene, 24, scene.inside);
    add_attempt(&scene, 25, scene.mount);
    pid_t known = spawn_in(&scene, scene.mount, "name known idle");
    assert_evidence(&scene, known, "working_directory");
    pid_t member = spawn_in(&scene, scene.inside, "name member idle");
    vkp_served_mount_fall_silent(scene.served);

    assert_evidence(&scene, member, "working_directory");
    assert_evidence(&scene, known, "working_directory");
    assert_killed_in_time(&scene, 24, member, "{'include_weak': <true>}");
    assert_killed_in_time(&scene, 25, known, "{'include_weak': <true>}");
    scene_tear_down(&scene);
}

/* While it is silent nobody knows where the symlink leads. */
static void test_return(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene;
    if (!scene_set_up(&scene, fixture))
        return;
    add_attempt(&scene, 24, scene.alias);
    pid_t agent = spawn_agent(&scene, 21, "name agent idle");
    pid_t far = spawn_in(&scene, scene.inside, "name far idle");
    vkp_served_mount_fall_silent(scene.served);
    fixture_start_service(fixture, NULL);
    assert_evidence(&scene, agent, "environment");
    assert_evidence(&scene, far, NULL);

    vkp_served_mount_answer(scene.served);
    g_assert_true(vkp_deadline_wait(RETURN_MS, has_evidence, &(Awaited){&scene, far}));
    g_assert_cmpuint(vkp_served_mount_n_waiting(scene.served), ==, 0);
    scene_tear_down(&scene);
}

/* Its server has ended: all that waits gets an error, and so does whoever comes. */
static void test_end(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene;
    if (!scene_set_up(&scene, fixture))
        return;
    add_attempt(&scene, 24, scene.inside);
    pid_t far = spawn_in(&scene, scene.inside, "name far idle");
    vkp_served_mount_fall_silent(scene.served);
    fixture_start_service(fixture, NULL);
    assert_evidence(&scene, far, "working_directory");
    pid_t agent = spawn_agent(&scene, 21, "name agent idle");
    scene_tear_down(&scene);
    assert_evidence(&(Scene){.fixture = fixture}, agent, "environment");
    assert_killed_in_time(&(Scene){.fixture = fixture}, 21, agent, "{}");
}

static gboolean is_off_the_bus(gpointer data)
{
    Fixture *fixture = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply =
        fixture_call(fixture, "List", g_variant_new_parsed("(@a{sv} {},)"), &error);
    return g_error_matches(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN);
}

/* Its last thread cannot end before, but it gives up name, bus and lock. */
static void test_stop(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene;
    if (!scene_set_up(&scene, fixture))
        return;
    pid_t far = spawn_in(&scene, scene.inside, "name far idle");
    vkp_served_mount_fall_silent(scene.served);
    fixture_start_service(fixture, NULL);
    assert_evidence(&scene, far, NULL);

    GPid stuck = fixture->service;
    g_assert_no_errno(kill(stuck, SIGTERM));
    g_assert_true(vkp_deadline_wait(RETURN_MS, is_off_the_bus, fixture));
    fixture_start_service(fixture, NULL);
    assert_evidence(&scene, far, NULL);
    scene_tear_down(&scene);
    g_assert_cmpint(fixture_reap(stuck), ==, 0);
}

static void add_tests(void)
{
    fixture_add("/service/dead-mount/a-worktree-there-keeps-nobody-waiting", test_worktree);
    fixture_add("/service/dead-mount/a-stranger-there-keeps-nobody-waiting-from-nothing",
                test_folder);
    fixture_add("/service/dead-mount/the-way-to-a-stray-board-keeps-nobody-waiting-from-nothing",
                test_stray_board);
    fixture_add("/service/dead-mount/who-is-there-is-known-by-the-path-and-killed", test_member);
    fixture_add("/service/dead-mount/evidence-returns-with-the-answers-from-nothing", test_return);
    fixture_add("/service/dead-mount/another-service-can-take-over-from-nothing", test_stop);
    fixture_add("/service/dead-mount/its-end-does-no-harm-from-nothing", test_end);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
