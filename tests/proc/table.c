/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/table.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <unistd.h>

#include "tests/lib/deadline.h"
#include "tests/lib/isolation.h"
#include "tests/proc/child.h"

/* Each test runs with all that the kernel tells, and without one or the other. */
typedef struct {
    const char *name;
    gboolean ignore_newest_pid;
    gboolean ignore_cpu_clocks;
} Means;

static const Means all_means[] = {
    {"with-both", FALSE, FALSE},
    {"without-newest-pid", TRUE, FALSE},
    {"without-cpu-clocks", FALSE, TRUE},
    {"with-neither", TRUE, TRUE},
};

typedef struct {
    VkpReader *reader;
    VkpTable *table;
    const Means *means;
} Scene;

static void set_up(Scene *scene, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    scene->reader = vkp_reader_open(NULL, &error);
    g_assert_no_error(error);
    scene->means = data;
    VkpTableOptions options = {.reader = scene->reader,
                               .uid = geteuid(),
                               .ignore_newest_pid = scene->means->ignore_newest_pid,
                               .ignore_cpu_clocks = scene->means->ignore_cpu_clocks};
    scene->table = vkp_table_new(&options);
}

static void tear_down(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    vkp_table_free(scene->table);
    vkp_reader_close(scene->reader);
}

static VkpSnapshot *tick(Scene *scene)
{
    g_autoptr(GError) error = NULL;
    VkpSnapshot *snapshot = vkp_table_tick(scene->table, VKP_TABLE_TICK, &error);
    g_assert_no_error(error);
    return snapshot;
}

static VkpProcess *dup_process(Scene *scene, pid_t pid)
{
    g_autoptr(VkpSnapshot) snapshot = tick(scene);
    VkpProcess *process = vkp_snapshot_lookup(snapshot, pid);
    return process ? vkp_process_ref(process) : NULL;
}

static void follow(Scene *scene, pid_t pid)
{
    g_autoptr(VkpProcess) process = dup_process(scene, pid);
    g_assert_nonnull(process);
    g_autoptr(GArray) identities = g_array_new(FALSE, FALSE, sizeof(VkpIdentity));
    g_array_append_val(identities, process->identity);
    vkp_table_follow(scene->table, identities);
}

typedef struct {
    Scene *scene;
    VkpSnapshot *last;
} Settling;

static gboolean is_same_as_before(gpointer data)
{
    Settling *settling = data;
    g_autoptr(VkpSnapshot) snapshot = tick(settling->scene);
    gboolean is_same = snapshot == settling->last;
    vkp_snapshot_unref(settling->last);
    settling->last = vkp_snapshot_ref(snapshot);
    return is_same;
}

static void test_same(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(Child) child = child_start(child_idle, NULL);
    Settling settling = {scene, NULL};
    g_assert_true(vkp_deadline_wait(10000, is_same_as_before, &settling));
    vkp_snapshot_unref(settling.last);
}

static void test_born(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpSnapshot) before = tick(scene);
    for (guint i = 0; i < 5; i++) {
        g_autoptr(Child) child = child_start(child_idle, NULL);
        g_autoptr(VkpProcess) process = dup_process(scene, child_pid(child));
        g_assert_true(process && process->parent_pid == getpid());
        g_assert_true(process && process->image && process->folder);
    }
}

static void test_gone(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(Child) child = child_start(child_idle, NULL);
    g_autoptr(VkpProcess) before = dup_process(scene, child_pid(child));
    g_assert_nonnull(before);
    child_end(child);
    g_autoptr(VkpProcess) after = dup_process(scene, child_pid(child));
    g_assert_null(after);
}

static void move_then_idle(Child *self, G_GNUC_UNUSED gpointer data)
{
    child_say(self);
    child_hear(self);
    if (g_chdir("/usr") < 0 || setpgid(0, 0) < 0)
        _exit(1);
    child_say(self);
    child_idle(self, NULL);
}

static void test_moves(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(Child) child = child_start(move_then_idle, NULL);
    child_hear(child);
    follow(scene, child_pid(child));
    child_say(child);
    child_hear(child);
    g_autoptr(VkpProcess) process = dup_process(scene, child_pid(child));
    g_assert_cmpstr(process->folder->path, ==, "/usr");
    g_assert_cmpint(process->group, ==, child_pid(child));
    g_assert_true(vkp_table_lookup(scene->table, process->identity) == process);
    g_assert_true(vkp_table_has_stirred(scene->table));
}

static void exec_then_idle(Child *self, G_GNUC_UNUSED gpointer data)
{
    child_say(self);
    child_hear(self);
    const char *const command[] = {"cat", NULL};
    const char *const environment[] = {"VIBE_KANBAN_TERMINAL=1", NULL};
    child_exec(self, command, environment);
}

static VkpTable *new_table_without_youth(VkpReader *reader)
{
    return vkp_table_new(&(VkpTableOptions){.reader = reader, .uid = geteuid(), .young_usec = 1});
}

static gboolean is_quiet_now(gpointer data)
{
    Scene *scene = data;
    g_autoptr(VkpSnapshot) snapshot = tick(scene);
    return vkp_table_is_quiet(scene->table);
}

/* Until the numbers of those who were born are no news any more. */
static void settle(Scene *scene)
{
    g_assert_true(vkp_deadline_wait(10000, is_quiet_now, scene));
}

typedef struct {
    VkpReader *reader;
    pid_t pid;
} Birth;

static gboolean is_past_first_tick(gpointer data)
{
    const Birth *birth = data;
    VkpStat stat;
    g_assert_true(vkp_reader_read_stat(birth->reader, birth->pid, &stat, NULL));
    return vkp_reader_uptime_ticks(birth->reader) > stat.start_ticks;
}

/* What the stat tells shows at a mere tick, the folder when somebody asks (or 5 s later). */
static void test_sample(void)
{
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    Scene scene = {reader, new_table_without_youth(reader), &all_means[0]};
    g_autoptr(Child) child = child_start(move_then_idle, NULL);
    child_hear(child);
    Birth birth = {reader, child_pid(child)};
    g_assert_true(vkp_deadline_wait(10000, is_past_first_tick, &birth)); /* or all is read again */
    follow(&scene, child_pid(child));
    settle(&scene);
    child_say(child);
    child_hear(child);
    g_autoptr(VkpProcess) sampled = dup_process(&scene, child_pid(child));
    g_assert_cmpint(sampled->group, ==, child_pid(child));
    g_assert_cmpstr(sampled->folder->path, !=, "/usr");
    g_autoptr(VkpSnapshot) asked = vkp_table_tick(scene.table, VKP_TABLE_NOW, NULL);
    g_assert_cmpstr(vkp_snapshot_lookup(asked, child_pid(child))->folder->path, ==, "/usr");
    vkp_table_free(scene.table);
}

typedef struct {
    Scene *scene;
    pid_t pid;
} Waiting;

static gboolean is_cat(gpointer data)
{
    const Waiting *waiting = data;
    g_autoptr(VkpProcess) process = dup_process(waiting->scene, waiting->pid);
    return process && g_str_equal(process->name, "cat") && process->image &&
           process->image->marks.is_terminal;
}

static void test_exec(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(Child) child = child_start(exec_then_idle, NULL);
    child_hear(child);
    follow(scene, child_pid(child));
    child_say(child);
    Waiting waiting = {scene, child_pid(child)};
    g_assert_true(vkp_deadline_wait(10000, is_cat, &waiting));
}

static void test_sampled_exec(void)
{
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    Scene scene = {reader, new_table_without_youth(reader), &all_means[0]};
    test_exec(&scene, NULL);
    vkp_table_free(scene.table);
}

static void test_quiet(void)
{
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    Scene scene = {reader, new_table_without_youth(reader), &all_means[0]};
    g_assert_false(vkp_table_is_quiet(scene.table));
    settle(&scene);
    g_autoptr(Child) child = child_start(child_idle, NULL);
    g_assert_false(vkp_table_is_quiet(scene.table));
    vkp_table_free(scene.table);
}

/* By the kernel's word, not the table's. */
static gboolean is_reaped(gpointer data)
{
    const Waiting *waiting = data;
    VkpStat stat;
    return !vkp_reader_read_stat(waiting->scene->reader, waiting->pid, &stat, NULL);
}

static void wait_for_alarm(void)
{
    alarm(CHILD_SECONDS);
    for (;;)
        pause();
}

static void fork_then_exit(Child *self, G_GNUC_UNUSED gpointer data)
{
    if (fork() == 0)
        wait_for_alarm();
    child_say(self);
    child_hear(self);
}

static pid_t only_child_of(Scene *scene, pid_t pid)
{
    g_autoptr(VkpSnapshot) snapshot = tick(scene);
    const GPtrArray *children = vkp_snapshot_children(snapshot, pid);
    g_assert_cmpuint(children->len, ==, 1);
    return ((const VkpProcess *)g_ptr_array_index(children, 0))->identity.pid;
}

/* The orphan does nothing itself: only its parent's end tells of it. */
static void test_orphan(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(Child) child = child_start(fork_then_exit, NULL);
    child_hear(child);
    follow(scene, child_pid(child));
    pid_t orphan = only_child_of(scene, child_pid(child));
    child_say(child);
    child_await_exit(child);
    g_autoptr(VkpProcess) process = dup_process(scene, orphan);
    g_assert_true(process && process->parent_pid == 1);
    kill(orphan, SIGKILL);
}

static void fork_a_chain(Child *self, G_GNUC_UNUSED gpointer data)
{
    if (fork() == 0) {
        if (fork() == 0)
            wait_for_alarm();
        child_say(self);
        wait_for_alarm();
    }
    child_idle(self, NULL);
}

/* Two generations die between two ticks: as many orphans after the first as before. */
static void test_orphans_orphan(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(Child) child = child_start(fork_a_chain, NULL);
    child_hear(child);
    pid_t middle = only_child_of(scene, child_pid(child));
    pid_t last = only_child_of(scene, middle);
    g_assert_no_errno(kill(middle, SIGKILL));
    child_end(child);
    Waiting waiting = {scene, middle};
    g_assert_true(vkp_deadline_wait(10000, is_reaped, &waiting));
    g_autoptr(VkpProcess) process = dup_process(scene, last);
    g_assert_true(process && process->parent_pid == 1);
    kill(last, SIGKILL);
}

static void *wait_forever(G_GNUC_UNUSED void *data)
{
    for (;;)
        pause();
    return NULL;
}

static void thread_then_idle(Child *self, G_GNUC_UNUSED gpointer data)
{
    GThread *threads[5];
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("thread", wait_forever, NULL);
    child_say(self);
    child_idle(self, NULL);
}

/* Threads take numbers, too, and have files in /proc. */
static void test_threads(Scene *scene, G_GNUC_UNUSED gconstpointer data)
{
    g_autoptr(VkpSnapshot) before = tick(scene);
    g_autoptr(Child) child = child_start(thread_then_idle, NULL);
    child_hear(child);
    for (guint turn = 0; turn < 2; turn++) {
        g_autoptr(VkpSnapshot) after = tick(scene);
        for (pid_t number = child_pid(child) + 1; number < child_pid(child) + 8; number++)
            g_assert_null(vkp_snapshot_lookup(after, number));
        g_assert_cmpuint(vkp_snapshot_lookup(after, child_pid(child))->threads, ==, 6);
    }
}

/* Neither young nor followed, and nobody was born since: only its clock tells. */
static void test_everybody(void)
{
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    Scene scene = {reader, new_table_without_youth(reader), &all_means[0]};
    g_autoptr(Child) child = child_start(move_then_idle, NULL);
    child_hear(child);
    settle(&scene);
    child_say(child);
    child_hear(child);
    g_autoptr(VkpProcess) before = dup_process(&scene, child_pid(child));
    g_assert_cmpstr(before->folder->path, !=, "/usr");
    g_autoptr(VkpSnapshot) now = vkp_table_tick(scene.table, VKP_TABLE_EVERYBODY, NULL);
    g_assert_cmpstr(vkp_snapshot_lookup(now, child_pid(child))->folder->path, ==, "/usr");
    vkp_table_free(scene.table);
}

static void add(const char *name, void (*test)(Scene *scene, gconstpointer data))
{
    for (guint i = 0; i < G_N_ELEMENTS(all_means); i++) {
        g_autofree char *path = g_strdup_printf("/proc/table/%s/%s", name, all_means[i].name);
        g_test_add(path, Scene, &all_means[i], set_up, test, tear_down);
    }
}

int main(int argc, char **argv)
{
    vkp_isolation_enter(argv);
    g_test_init(&argc, &argv, NULL);
    add("the-same-while-nothing-changes", test_same);
    add("shows-who-was-born", test_born);
    add("lacks-who-is-gone", test_gone);
    add("sees-a-followed-one-move", test_moves);
    add("sees-an-exec", test_exec);
    g_test_add_func("/proc/table/reads-no-more-than-stat-of-who-has-run", test_sample);
    g_test_add_func("/proc/table/sees-an-exec-by-the-stat", test_sampled_exec);
    g_test_add_func("/proc/table/is-quiet-while-nobody-is-born", test_quiet);
    add("knows-an-orphans-new-parent", test_orphan);
    add("knows-the-new-parent-of-an-orphans-orphan", test_orphans_orphan);
    add("takes-no-thread-for-a-process", test_threads);
    g_test_add_func("/proc/table/looks-at-everybody-who-has-run-when-asked", test_everybody);
    return g_test_run();
}
