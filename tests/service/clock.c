/* SPDX-License-Identifier: Apache-2.0 */
/* The wall clock is set while the service runs: see clock-preload.c. Ours stays right. */
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/service/fixture.h"

#define YEAR (G_GINT64_CONSTANT(366) * 86400)

typedef struct {
    Fixture *fixture;
    volatile gint64 *offset; /* s */
    pid_t agent;             /* registered for execution 31, without a mark */
    pid_t worker;            /* the agent's child, with a mark */
    pid_t bystander;
} Scene;

/* The kernel lets nobody set the clock before 1970 or after 2232. */
static const gint64 jumps[] = {-3600, 3600, -20 * YEAR, 0, 50 * YEAR, -G_MAXINT32, 200 * YEAR, 0};

static void open_clock(Scene *scene)
{
    Fixture *fixture = scene->fixture;
    g_autofree char *path = g_build_filename(fixture->folder, "clock", NULL);
    static const gint64 right = 0;
    g_assert_true(g_file_set_contents(path, (const char *)&right, sizeof right, NULL));
    int fd = open(path, O_RDWR | O_CLOEXEC);
    g_assert_cmpint(fd, >=, 0);
    scene->offset = mmap(NULL, sizeof right, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    g_assert_true(scene->offset != MAP_FAILED);
    close(fd);
    fixture->environment = g_environ_setenv(fixture->environment, "VKP_TEST_CLOCK", path, TRUE);
    fixture->environment = g_environ_setenv(fixture->environment, "LD_PRELOAD",
                                            g_getenv("VKP_TEST_CLOCK_PRELOAD"), TRUE);
}

static pid_t child_of(Scene *scene, pid_t parent)
{
    g_autoptr(GArray) all = vkp_family_list(scene->fixture->family, TRUE);
    for (guint i = 0; i < all->len; i++)
        if (g_array_index(all, VkpRelative, i).parent_pid == parent)
            return g_array_index(all, VkpRelative, i).pid;
    g_assert_not_reached();
}

static void register_for(Scene *scene, pid_t pid, guint execution)
{
    g_autofree char *id = fixture_id(execution);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) reply = fixture_call(scene->fixture, "RegisterProcess",
                                             g_variant_new("(su)", id, (guint32)pid), &error);
    g_assert_no_error(error);
}

static void open_scene(Scene *scene, Fixture *fixture)
{
    scene->fixture = fixture;
    open_clock(scene);
    scene->agent = vkp_family_run(fixture->family, "setpgid name agent fork 1 "
                                                   "( setpgid name worker idle ) idle");
    scene->bystander = vkp_family_run(fixture->family, "setpgid name bystander idle");
    vkp_family_settle(fixture->family, 3);
    scene->worker = child_of(scene, scene->agent);
    fixture_start_service(fixture, NULL);
    register_for(scene, scene->agent, 31);
}

static void assert_member(Scene *scene, GVariant *processes, pid_t pid, guint attempt)
{
    g_autofree char *id = fixture_id(attempt);
    g_autoptr(GVariant) process = fixture_find(processes, pid);
    gboolean is_leftover = TRUE;
    if (!process)
        g_error("With a clock wrong by %" G_GINT64_FORMAT " s process %d is nobody", *scene->offset,
                pid);
    g_assert_cmpstr(fixture_text(process, "task_attempt_id"), ==, id);
    g_assert_true(g_variant_lookup(process, "is_leftover", "b", &is_leftover));
    if (is_leftover)
        g_error("With a clock wrong by %" G_GINT64_FORMAT " s process %d is a leftover: %s",
                *scene->offset, pid, fixture_text(process, "leftover_reason"));
}

static void assert_members(Scene *scene)
{
    g_autoptr(GVariant) processes = fixture_list(scene->fixture, "{}");
    g_autoptr(GVariant) agent = fixture_find(processes, scene->agent);
    g_autoptr(GVariant) bystander = fixture_find(processes, scene->bystander);
    assert_member(scene, processes, scene->agent, 21);
    assert_member(scene, processes, scene->worker, 21);
    g_assert_cmpstr(fixture_text(agent, "evidence"), ==, "registered");
    g_assert_null(bystander);
    g_autoptr(GVariant) reply =
        fixture_kill(scene->fixture, "leftovers", "", "{'dry_run': <true>}");
    fixture_assert_counts(reply, 0, 0);
}

static void close_scene(Scene *scene)
{
    g_assert_cmpint(fixture_stop_service(scene->fixture), ==, 0);
    munmap((void *)scene->offset, sizeof *scene->offset);
}

static void test_jumps(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene = {0};
    open_scene(&scene, fixture);
    assert_members(&scene);
    for (guint i = 0; i < G_N_ELEMENTS(jumps); i++) {
        *scene.offset = jumps[i];
        assert_members(&scene);
    }
    close_scene(&scene);
}

/* A restart knows what was seen before, and that by a clock that is wrong from its start. */
static void test_jumps_between_runs(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene = {0};
    open_scene(&scene, fixture);
    assert_members(&scene);
    for (guint i = 0; i < G_N_ELEMENTS(jumps); i++) {
        g_assert_cmpint(fixture_stop_service(fixture), ==, 0);
        *scene.offset = jumps[i];
        fixture_start_service(fixture, NULL);
        assert_members(&scene);
    }
    close_scene(&scene);
}

/* Rows are written by the same wrong clock, and ticks go on under it: nobody asks here. */
static void test_new_ones(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    Scene scene = {0};
    open_scene(&scene, fixture);
    g_autoptr(GError) error = NULL;
    g_autoptr(GVariant) subscribed = fixture_call(fixture, "Subscribe", NULL, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < G_N_ELEMENTS(jumps); i++) {
        gint64 now_sec = g_get_real_time() / G_USEC_PER_SEC + jumps[i];
        if (now_sec <= 0)
            continue; /* a row is not written there */
        *scene.offset = jumps[i];
        fake_board_add_execution(fixture->board,
                                 &(FakeExecution){.id = fake_id(100 + i),
                                                  .attempt_id = fake_id(22),
                                                  .started_usec = now_sec * G_USEC_PER_SEC});
        guint from = fixture->signals->len;
        guint n_births = vkp_family_n_births(fixture->family);
        pid_t agent = fixture_spawn_member(fixture, 22, "setpgid name agent idle");
        vkp_family_settle(fixture->family, n_births + 1);
        g_autoptr(GVariant) added = fixture_wait_change(fixture, from, "added", agent);
        register_for(&scene, agent, 100 + i);
        g_autoptr(GVariant) processes = fixture_list(fixture, "{'executors_only': <true>}");
        assert_member(&scene, processes, agent, 22);
        g_autofree char *id = fixture_id(100 + i);
        g_autoptr(GVariant) reply = fixture_kill(fixture, "execution", id, "{}");
        fixture_assert_counts(reply, 1, 0);
        g_assert_cmpstr(fixture_outcome(reply, agent), ==, "exited");
        assert_members(&scene);
    }
    close_scene(&scene);
}

/* What no clock says, and what SQLite makes numbers of. */
static void test_absurd_dates(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    static const char *const dates[] = {"9999-12-31T23:59:59.999999999+00:00",
                                        "2500-01-01 00:00:00",
                                        "0001-01-01 00:00:00",
                                        "1969-12-31 23:59:59",
                                        "-2026-01-10 03:00:00",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "18446744073709551616",
                                        "1e308",
                                        ""};
    Scene scene = {0};
    open_scene(&scene, fixture);
    for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
        fake_board_add_execution(fixture->board, &(FakeExecution){.id = fake_id(100 + i),
                                                                  .attempt_id = fake_id(22),
                                                                  .started_at = dates[i]});
        guint n_births = vkp_family_n_births(fixture->family);
        pid_t agent = fixture_spawn_member(fixture, 22, "setpgid name agent idle");
        vkp_family_settle(fixture->family, n_births + 1);
        register_for(&scene, agent, 100 + i);
        g_autoptr(GVariant) processes = fixture_list(fixture, "{'executors_only': <true>}");
        assert_member(&scene, processes, agent, 22);
        assert_members(&scene);
    }
    g_autofree char *attempt = fixture_id(22);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "attempt", attempt, "{}");
    fixture_assert_counts(reply, G_N_ELEMENTS(dates), 0);
    assert_members(&scene);
    close_scene(&scene);
}

static gboolean enter_namespace(Fixture *fixture, gint64 offset)
{
    g_autofree char *text = g_strdup_printf("%" G_GINT64_FORMAT, offset);
    fixture->environment =
        g_environ_setenv(fixture->environment, "VKP_TEST_BOOT_OFFSET", text, TRUE);
    g_free(fixture->program);
    fixture->program = g_strdup(g_getenv("VKP_TEST_TIME_NAMESPACE"));
    g_auto(GStrv) environment =
        g_environ_setenv(g_strdupv(fixture->environment), "VKP_TEST_SERVICE", "/bin/true", TRUE);
    int status = -1;
    g_autoptr(GError) error = NULL;
    g_spawn_sync(NULL, (char *[]){fixture->program, NULL}, environment, G_SPAWN_DEFAULT, NULL, NULL,
                 NULL, NULL, &status, &error);
    g_assert_no_error(error);
    return status == 0;
}

/* The kernel tells start times by the reader's clock since boot, which is another one there. */
static void run_in_namespace(Fixture *fixture, gint64 offset)
{
    Scene scene = {0};
    if (!enter_namespace(fixture, offset)) {
        g_test_skip("no time namespace to be had here");
        return;
    }
    open_scene(&scene, fixture);
    assert_members(&scene);
    *scene.offset = -3600;
    assert_members(&scene);
    g_autoptr(GVariant) processes = fixture_list(fixture, "{}");
    g_autoptr(GVariant) agent = fixture_find(processes, scene.agent);
    guint64 started_usec = 0;
    g_assert_true(g_variant_lookup(agent, "start_time", "t", &started_usec));
    g_assert_cmpint(ABS((gint64)started_usec + G_TIME_SPAN_HOUR - g_get_real_time()), <,
                    G_TIME_SPAN_MINUTE);
    g_autofree char *attempt = fixture_id(21);
    g_autoptr(GVariant) reply = fixture_kill(fixture, "attempt", attempt, "{'force': <true>}");
    fixture_assert_counts(reply, 2, 0);
    close_scene(&scene);
}

static void test_namespace_ahead(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    run_in_namespace(fixture, 10 * YEAR);
}

/* Booted a minute ago, as it says there: everybody else is older than that. */
static void test_namespace_behind(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    struct timespec now;
    g_assert_cmpint(clock_gettime(CLOCK_BOOTTIME, &now), ==, 0);
    run_in_namespace(fixture, MIN(60 - now.tv_sec, 0));
}

static void add_tests(void)
{
    fixture_add("/service/clock/nobody-is-lost-by-a-jump-from-nothing", test_jumps);
    fixture_add("/service/clock/nobody-is-lost-by-a-jump-between-runs-from-nothing",
                test_jumps_between_runs);
    fixture_add("/service/clock/who-comes-under-a-wrong-clock-is-known-from-nothing",
                test_new_ones);
    fixture_add("/service/clock/a-time-namespace-ahead-from-nothing", test_namespace_ahead);
    fixture_add("/service/clock/a-time-namespace-behind-from-nothing", test_namespace_behind);
    fixture_add("/service/clock/absurd-dates-lose-nobody-from-nothing", test_absurd_dates);
}

int main(int argc, char **argv)
{
    return fixture_main(argc, argv, add_tests);
}
