/* SPDX-License-Identifier: Apache-2.0 */
#include "service/manager.h"

#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/error.h"
#include "tests/lib/deadline.h"
#include "tests/lib/fake-board.h"
#include "tests/lib/family.h"
#include "tests/lib/isolation.h"
#include "tests/lib/test-loop.h"
#include "tests/service/members.h"

/* The service without its bus, on a loop of the test's own. */
typedef struct {
    char *folder;
    char *database_path;
    FakeBoard *board;
    VkpFamily *family;
    VkpTestLoop *loop;
    VkpManager *manager;
    GPtrArray *changes; /* char*: "added NAME" ... */
    guint n_samples;
    VkpFacts last_facts;
    guint n_results;
    gboolean is_done;
    gboolean is_given_up;
} Scene;

static void on_changed(const VkpChange *change, void *data)
{
    Scene *scene = data;
    g_ptr_array_add(scene->changes,
                    g_strdup_printf("%s %s", vkp_change_kind_to_string(change->kind),
                                    change->member->process->name));
}

static void on_sampled(G_GNUC_UNUSED const VkpRoster *roster, void *data)
{
    ((Scene *)data)->n_samples++;
}

static void on_facts_changed(G_GNUC_UNUSED const VkpFacts *before, const VkpFacts *after,
                             void *data)
{
    ((Scene *)data)->last_facts = *after;
}

static void on_killed(const GPtrArray *results, void *data)
{
    Scene *scene = data;
    scene->n_results = results->len;
    scene->is_done = TRUE;
}

static void on_given_up(const GPtrArray *results, void *data)
{
    Scene *scene = data;
    g_assert_cmpuint(results->len, ==, 1);
    const VkpResult *result = g_ptr_array_index(results, 0);
    g_assert_cmpint(result->outcome, ==, VKP_OUTCOME_NONE);
    scene->is_given_up = TRUE;
}

/* `database_path` NULL: it finds its own. */
static VkpManager *new_manager(Scene *scene, const char *database_path)
{
    VkpManagerOptions options = {
        .database_path = database_path,
        .places = {.home = scene->folder},
        .uid = getuid(),
        .loop = vkp_test_loop_ops(scene->loop),
    };
    g_autoptr(GError) error = NULL;
    VkpManager *manager = vkp_manager_new(&options, &error);
    g_assert_no_error(error);
    VkpManagerListener listener = {on_changed, on_sampled, on_facts_changed, scene};
    vkp_manager_set_listener(manager, &listener);
    return manager;
}

static void set_up(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    scene->folder = g_dir_make_tmp("vkp-manager-XXXXXX", NULL);
    scene->database_path = g_build_filename(scene->folder, "board.sqlite", NULL);
    scene->board = fake_board_new(scene->database_path, FAKE_LAYOUT_E_LATE);
    fake_board_add_attempt(
        scene->board,
        &(FakeAttempt){.id = fake_id(1), .folder = "/nonexistent/worktree", .name = "one"});
    scene->family = vkp_family_new(100, 60);
    scene->loop = vkp_test_loop_new();
    scene->changes = g_ptr_array_new_with_free_func(g_free);
    scene->manager = new_manager(scene, scene->database_path);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_manager_free(scene->manager);
    g_assert_cmpuint(vkp_test_loop_n_sources(scene->loop), ==, 0);
    vkp_test_loop_free(scene->loop);
    vkp_family_free(scene->family);
    g_ptr_array_unref(scene->changes);
    fake_board_free(scene->board);
    g_unlink(scene->database_path);
    g_rmdir(scene->folder);
    g_free(scene->database_path);
    g_free(scene->folder);
}

static pid_t spawn_member(Scene *scene, const char *script)
{
    VkpUuid id = fake_id(1);
    char text[VKP_UUID_TEXT_SIZE];
    g_autofree char *mark = g_strdup_printf("VK_WORKSPACE_ID=%s", vkp_uuid_to_text(&id, text));
    const char *const environment[] = {mark, NULL};
    guint n_births = vkp_family_n_births(scene->family);
    pid_t pid =
        vkp_family_spawn(scene->family, &(VkpActor){.script = script, .environment = environment});
    vkp_family_settle(scene->family, n_births + 1);
    return pid;
}

static void refresh(Scene *scene)
{
    g_autoptr(GError) error = NULL;
    vkp_manager_refresh(scene->manager, &error);
    g_assert_no_error(error);
}

static gboolean has_changes(gpointer data)
{
    return ((const Scene *)data)->changes->len > 0;
}

static gboolean has_samples(gpointer data)
{
    return ((const Scene *)data)->n_samples >= 2;
}

static gboolean is_done(gpointer data)
{
    return ((const Scene *)data)->is_done;
}

static void assert_change(const Scene *scene, guint index, const char *expected)
{
    g_assert_cmpuint(scene->changes->len, >, index);
    g_assert_cmpstr(g_ptr_array_index(scene->changes, index), ==, expected);
}

static void test_before_the_first_look(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_assert_cmpuint(n_members(scene->manager), ==, 0);
    g_assert_cmpuint(vkp_manager_facts(scene->manager).process_count, ==, 0);
}

static void test_refresh(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = spawn_member(scene, "name agent idle");
    refresh(scene);
    g_assert_nonnull(find_member(scene->manager, pid));
    assert_change(scene, 0, "added agent");
    g_assert_cmpuint(scene->changes->len, ==, 1);
    g_assert_cmpuint(scene->last_facts.process_count, ==, 1);
    g_assert_cmpint(scene->last_facts.database_state, ==, VKP_DATABASE_OK);
    g_assert_cmpuint(scene->last_facts.degraded, ==, 0);
}

/* By its pidfd: nothing looks at the system here, no tick runs. */
static void test_exit_without_ticks(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = spawn_member(scene, "name agent idle");
    refresh(scene);
    g_ptr_array_set_size(scene->changes, 0);
    vkp_family_kill(scene->family, pid);
    g_assert_true(vkp_test_loop_run(scene->loop, 10000, has_changes, scene));
    assert_change(scene, 0, "removed agent");
    g_assert_cmpuint(n_members(scene->manager), ==, 0);
    g_assert_cmpuint(scene->last_facts.process_count, ==, 0);
}

/* Whether this kernel tells of a collection; `pidfd` is of a process that was collected. */
static gboolean is_told_of(int pidfd)
{
    struct pollfd entry = {pidfd, 0, 0};
    return poll(&entry, 1, 0) > 0 && (entry.revents & POLLHUP);
}

static pid_t spawn_own_member(void)
{
    VkpUuid id = fake_id(1);
    char text[VKP_UUID_TEXT_SIZE];
    g_autofree char *mark = g_strdup_printf("VK_WORKSPACE_ID=%s", vkp_uuid_to_text(&id, text));
    const char *const environment[] = {mark, NULL};
    const char *const arguments[] = {"sleep", "60", NULL};
    g_autoptr(GError) error = NULL;
    pid_t pid = 0;
    g_spawn_async(NULL, (char **)arguments, (char **)environment,
                  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid, &error);
    g_assert_no_error(error);
    return pid;
}

/* Its environment is in place only some time after the exec has closed what it must. */
static gboolean is_member_seen(gpointer data)
{
    Scene *scene = data;
    refresh(scene);
    return n_members(scene->manager) == 1;
}

/* Its parent takes longer to collect it than anybody would look every so often. */
static void test_late_collection_without_ticks(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = spawn_own_member();
    g_auto(VkpFd) pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    g_assert_true(vkp_deadline_wait(10000, is_member_seen, scene));
    g_ptr_array_set_size(scene->changes, 0);
    g_assert_cmpint(kill(pid, SIGKILL), ==, 0);
    g_assert_false(vkp_test_loop_run(scene->loop, 500, has_changes, scene));
    g_assert_cmpint(waitpid(pid, NULL, 0), ==, pid);
    if (!is_told_of(pidfd)) {
        g_test_skip("this kernel does not tell of a collection");
        return;
    }
    g_assert_true(vkp_test_loop_run(scene->loop, 10000, has_changes, scene));
    assert_change(scene, 0, "removed sleep");
}

static void test_birth_with_ticks(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_manager_start(scene->manager);
    spawn_member(scene, "name agent idle");
    g_assert_true(vkp_test_loop_run(scene->loop, 10000, has_changes, scene));
    assert_change(scene, 0, "added agent");
    g_assert_cmpuint(scene->n_samples, ==, 0);
    vkp_manager_set_watched(scene->manager, TRUE);
    g_assert_true(vkp_test_loop_run(scene->loop, 10000, has_samples, scene));
}

static void test_kill(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = spawn_member(scene, "name agent idle");
    VkpScope scope = {.kind = VKP_SCOPE_ALL};
    VkpKillOptions options = {.grace_ms = 1000};
    VkpKillListener listener = {.done = on_killed, .data = scene};
    g_autoptr(GError) error = NULL;
    vkp_manager_kill(scene->manager, &scope, &options, &listener, &error);
    g_assert_no_error(error);
    g_assert_false(scene->is_done);
    g_assert_true(vkp_test_loop_run(scene->loop, 10000, is_done, scene));
    g_assert_cmpuint(scene->n_results, ==, 1);
    VkpRelative relative;
    g_assert_false(vkp_relative_read(pid, &relative) && vkp_relative_is_alive(&relative));
}

/* Freed in the middle of a job: no source is left (see tear_down). */
static void test_freed_meanwhile(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    spawn_member(scene, "name agent ignore 15 idle");
    VkpScope scope = {.kind = VKP_SCOPE_ALL};
    VkpKillOptions options = {.grace_ms = 60000};
    VkpKillListener listener = {on_killed, on_given_up, scene};
    g_assert_true(vkp_manager_kill(scene->manager, &scope, &options, &listener, NULL));
    vkp_test_loop_turn(scene->loop, 50);
    g_clear_pointer(&scene->manager, vkp_manager_free);
    g_assert_false(scene->is_done);
    g_assert_true(scene->is_given_up);
}

/* An empty job answers by a timer; where there is none to be had, it is an error and no answer. */
static void test_no_timer(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpScope scope = {.kind = VKP_SCOPE_ALL};
    VkpKillOptions options = {.dry_run = TRUE};
    VkpKillListener listener = {.done = on_killed, .data = scene};
    g_autoptr(GError) error = NULL;
    refresh(scene);
    vkp_test_loop_fail_after(scene->loop, 0);
    g_assert_false(vkp_manager_kill(scene->manager, &scope, &options, &listener, &error));
    g_assert_nonnull(error);
    g_assert_false(scene->is_done);
    vkp_test_loop_fail_after(scene->loop, -1);
}

static void assert_not_registrable(Scene *scene, pid_t pid)
{
    VkpUuid execution = fake_id(2);
    g_autoptr(GError) error = NULL;
    g_assert_false(vkp_manager_register(scene->manager, &execution, pid, &error));
    g_assert_error(error, VKP_ERROR, VKP_ERROR_PERMISSION_DENIED);
    g_assert_null(find_member(scene->manager, pid));
}

/* The server is no member, and nobody has looked since it came. */
static void test_register_server(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t parent = vkp_family_run(
        scene->family, "name npx fork 1 ( name server open %s idle ) idle", scene->database_path);
    vkp_family_settle(scene->family, 2);
    assert_not_registrable(scene, vkp_family_find(scene->family, "server").pid);
    assert_not_registrable(scene, parent);
    assert_not_registrable(scene, getpid());
}

/* Nobody has looked for databases since. */
static void test_register_new_server(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autofree char *home_part = g_build_filename(scene->folder, ".vkswarm", NULL);
    g_autofree char *folder = g_build_filename(home_part, "db", NULL);
    g_autofree char *path = g_build_filename(folder, "db.sqlite", NULL);
    vkp_manager_free(scene->manager);
    scene->manager = new_manager(scene, NULL);
    refresh(scene);
    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_autoptr(FakeBoard) board = fake_board_new(path, FAKE_LAYOUT_E_LATE);
    vkp_family_run(scene->family, "name server open %s idle", path);
    vkp_family_settle(scene->family, 1);
    assert_not_registrable(scene, vkp_family_find(scene->family, "server").pid);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(g_rmdir(folder), ==, 0);
    g_assert_cmpint(g_rmdir(home_part), ==, 0);
}

static void test_register_spared(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t applet = vkp_family_run(scene->family, "name applet idle");
    vkp_family_settle(scene->family, 1);
    g_autoptr(GArray) buses = g_array_new(FALSE, FALSE, sizeof(pid_t));
    vkp_manager_set_spared(scene->manager, buses, applet);
    assert_not_registrable(scene, applet);
}

static void test_register(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    pid_t pid = vkp_family_run(scene->family, "name agent idle");
    vkp_family_settle(scene->family, 1);
    VkpUuid execution = fake_id(2);
    g_autoptr(GError) error = NULL;
    vkp_manager_register(scene->manager, &execution, pid, &error);
    g_assert_no_error(error);
    const VkpMember *member = find_member(scene->manager, pid);
    g_assert_true(member && member->tie.evidence == VKP_EVIDENCE_REGISTERED);
}

static void test_no_proc(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    VkpManagerOptions options = {
        .proc_root = "/nonexistent",
        .places = {.home = scene->folder},
        .loop = vkp_test_loop_ops(scene->loop),
    };
    g_autoptr(GError) error = NULL;
    g_assert_null(vkp_manager_new(&options, &error));
    g_assert_nonnull(error);
}

int main(int argc, char **argv)
{
    const struct {
        const char *name;
        void (*run)(Scene *, gconstpointer);
    } tests[] = {
        {"before-the-first-look-nobody-is-there", test_before_the_first_look},
        {"a-refresh-tells-its-listener", test_refresh},
        {"an-exit-is-known-without-a-tick", test_exit_without_ticks},
        {"a-late-collection-is-known-without-a-tick", test_late_collection_without_ticks},
        {"a-birth-is-known-within-ticks", test_birth_with_ticks},
        {"a-kill-answers-from-the-loop", test_kill},
        {"freed-in-the-middle-of-a-kill-it-tells-how-it-stands", test_freed_meanwhile},
        {"without-a-timer-a-kill-is-refused", test_no_timer},
        {"a-registered-process-is-a-member", test_register},
        {"who-has-the-database-open-cant-be-registered", test_register_server},
        {"who-opens-a-new-database-cant-be-registered", test_register_new_server},
        {"who-is-spared-cant-be-registered", test_register_spared},
        {"without-proc-there-is-no-manager", test_no_proc},
    };
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    for (guint i = 0; i < G_N_ELEMENTS(tests); i++) {
        g_autofree char *path = g_strdup_printf("/service/manager/%s", tests[i].name);
        g_test_add(path, Scene, NULL, set_up, tests[i].run, tear_down);
    }
    return g_test_run();
}
