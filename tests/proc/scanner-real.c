/* SPDX-License-Identifier: Apache-2.0 */
#include "common/proc/scanner.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "common/base/error.h"
#include "common/base/guard.h"
#include "tests/lib/deadline.h"
#include "tests/lib/fake-proc.h"
#include "tests/proc/child.h"

/* The scanner over the real proc, looking at children that change. */

#define ID_A "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
#define PATIENCE_MS 10000

typedef struct {
    VkpReader *reader;
    VkpScanner *scanner;
    Child *child;
    VkpProcess *seen; /* the child at the last look; NULL: not there */
} Fixture;

static void set_up(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->reader = vkp_reader_open(NULL, NULL);
    fixture->scanner = vkp_scanner_new(fixture->reader, geteuid());
}

static void tear_down(Fixture *fixture, gconstpointer data)
{
    (void)data;
    vkp_process_unref(fixture->seen);
    child_free(fixture->child);
    vkp_scanner_free(fixture->scanner);
    vkp_reader_close(fixture->reader);
}

static const VkpProcess *look(Fixture *fixture)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(fixture->scanner, &error);
    g_assert_no_error(error);
    VkpProcess *process = vkp_snapshot_lookup(snapshot, child_pid(fixture->child));
    g_clear_pointer(&fixture->seen, vkp_process_unref);
    fixture->seen = process ? vkp_process_ref(process) : NULL;
    return fixture->seen;
}

static void spin(Child *self, gpointer data)
{
    (void)data;
    child_say(self);
    for (volatile guint64 i = 0;; i++) {
    }
}

static gboolean is_busy(gpointer data)
{
    return look(data)->cpu_percent > 5.0;
}

static gboolean is_calm(gpointer data)
{
    return look(data)->cpu_percent < 1.0;
}

static void test_cpu(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->child = child_start(spin, NULL);
    child_hear(fixture->child);
    g_assert_true(vkp_deadline_wait(PATIENCE_MS, is_busy, fixture));
    /* One thread has one core at most; ticks are coarse, and the machine may be busy. */
    g_assert_cmpfloat(fixture->seen->cpu_percent, <, 200.0);
    /* A first look at an old acquaintance tells of its whole life. */
    g_autoptr(VkpScanner) newcomer = vkp_scanner_new(fixture->reader, geteuid());
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(newcomer, NULL);
    const VkpProcess *first = vkp_snapshot_lookup(snapshot, child_pid(fixture->child));
    g_assert_cmpfloat(first->cpu_percent, >, 0.0);
    g_assert_cmpuint(first->cpu_ticks, >, 0);

    kill(child_pid(fixture->child), SIGSTOP);
    g_assert_true(vkp_deadline_wait(PATIENCE_MS, is_calm, fixture));
}

static void exec_when_told(Child *self, gpointer data)
{
    static const char *const command[] = {"cat", "-", NULL};
    static const char *const environment[] = {"VK_ATTEMPT_ID=" ID_A, NULL};
    (void)data;
    child_say(self);
    child_hear(self);
    child_exec(self, command, environment);
}

static gboolean is_marked_cat(gpointer data)
{
    const VkpProcess *process = look(data);
    return g_strcmp0(process->image->command[0], "cat") == 0 &&
           !vkp_uuid_is_nil(&process->image->marks.attempt_id);
}

static void test_exec(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->child = child_start(exec_when_told, NULL);
    child_hear(fixture->child);
    const VkpProcess *before = look(fixture);
    VkpIdentity identity = before->identity;
    g_assert_true(vkp_uuid_is_nil(&before->image->marks.attempt_id));
    child_say(fixture->child);
    g_assert_true(vkp_deadline_wait(PATIENCE_MS, is_marked_cat, fixture));
    g_assert_true(vkp_identity_equal(fixture->seen->identity, identity));
}

static void rename_when_told(Child *self, gpointer data)
{
    child_say(self);
    child_hear(self);
    /* What Node does with process.title: over its own arguments, and PR_SET_NAME. */
    char *arguments = data;
    gsize room = strlen(arguments);
    memset(arguments, 0, room);
    g_strlcpy(arguments, "npm exec x", room);
    prctl(PR_SET_NAME, "npm exec x");
    child_say(self);
    child_idle(self, NULL);
}

static char *own_arguments;

static void test_title(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->child = child_start(rename_when_told, own_arguments);
    child_hear(fixture->child);
    g_assert_true(g_str_has_suffix(look(fixture)->image->command[0], "scanner-real"));
    child_say(fixture->child);
    child_hear(fixture->child);
    const VkpProcess *process = look(fixture);
    g_assert_cmpstr(process->name, ==, "npm exec x");
    g_assert_cmpstr(process->image->command[0], ==, "npm exec x");
}

static void move_when_told(Child *self, gpointer data)
{
    child_say(self);
    child_hear(self);
    if (chdir(data) < 0)
        _exit(1);
    child_say(self);
    child_idle(self, NULL);
}

static void test_folder(Fixture *fixture, gconstpointer data)
{
    (void)data;
    g_autoptr(VkpFakeProc) top = vkp_fake_proc_new();
    g_autofree char *folder = g_build_filename(vkp_fake_proc_root(top), "worktree", NULL);
    g_assert_no_errno(g_mkdir(folder, 0755));
    VkpInode inode = vkp_file_inode(folder);
    fixture->child = child_start(move_when_told, folder);
    child_hear(fixture->child);
    g_assert_false(vkp_folder_is_within(look(fixture)->folder, inode));
    child_say(fixture->child);
    child_hear(fixture->child);
    g_assert_true(vkp_inode_equal(look(fixture)->folder->chain[0], inode));
    g_assert_cmpstr(fixture->seen->folder->path, ==, folder);

    g_assert_no_errno(g_rmdir(folder));
    g_assert_true(look(fixture)->folder->deleted);
    g_assert_cmpstr(fixture->seen->folder->path, ==, folder);
    g_assert_true(vkp_inode_equal(fixture->seen->folder->chain[0], inode));
}

static void exit_when_told(Child *self, gpointer data)
{
    (void)data;
    child_say(self);
    child_hear(self);
}

static void test_zombie(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->child = child_start(exit_when_told, NULL);
    child_hear(fixture->child);
    g_autoptr(VkpFolder) folder = vkp_folder_ref(look(fixture)->folder);
    g_assert_false(vkp_process_is_dead(fixture->seen));
    child_say(fixture->child);
    child_await_exit(fixture->child);
    const VkpProcess *zombie = look(fixture);
    g_assert_true(vkp_process_is_dead(zombie));
    g_assert_true(zombie->folder == folder);
    g_assert_cmpuint(g_strv_length(zombie->image->command), >, 0);

    /* Met as a zombie, it has neither. */
    g_autoptr(VkpScanner) newcomer = vkp_scanner_new(fixture->reader, geteuid());
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(newcomer, NULL);
    pid_t pid = child_pid(fixture->child);
    const VkpProcess *first = vkp_snapshot_lookup(snapshot, pid);
    g_assert_true(vkp_process_is_dead(first));
    g_assert_null(first->image);
    g_assert_null(first->folder);
    child_end(fixture->child);
    g_autoptr(VkpSnapshot) after = vkp_scanner_scan(fixture->scanner, NULL);
    g_assert_null(vkp_snapshot_lookup(after, pid));
}

static void *stay(void *data)
{
    child_say(data);
    child_idle(data, NULL);
    return NULL;
}

static void exit_leader(Child *self, gpointer data)
{
    (void)data;
    pthread_t thread;
    pthread_create(&thread, NULL, stay, self);
    pthread_exit(NULL);
}

static gboolean is_leaderless(gpointer data)
{
    return look(data)->state == 'Z';
}

static void test_leaderless(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->child = child_start(exit_leader, NULL);
    child_hear(fixture->child);
    g_assert_true(vkp_deadline_wait(PATIENCE_MS, is_leaderless, fixture));
    g_autoptr(VkpScanner) newcomer = vkp_scanner_new(fixture->reader, geteuid());
    g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(newcomer, NULL);
    const VkpProcess *first = vkp_snapshot_lookup(snapshot, child_pid(fixture->child));
    g_assert_false(vkp_process_is_dead(first));
    g_assert_true(g_str_has_suffix(first->image->command[0], "scanner-real"));
    g_assert_cmpuint(first->folder->n_chain, >, 0);
}

static int hold_parent(void *data)
{
    child_say(data);
    child_hear(data);
    return 0;
}

/* A parent waits for its vfork child uninterruptibly; with memory of its own, the child is free to
 * do what it likes meanwhile. */
static void wait_for_vfork(Child *self, gpointer data)
{
    (void)data;
    static char stack[256 * 1024] __attribute__((aligned(16)));
    if (clone(hold_parent, stack + sizeof stack, CLONE_VFORK | SIGCHLD, self) < 0)
        _exit(1);
    child_say(self);
    child_idle(self, NULL);
}

static gboolean is_in_disk_sleep(gpointer data)
{
    return look(data)->state == 'D';
}

static void test_disk_sleep(Fixture *fixture, gconstpointer data)
{
    (void)data;
    /* Whoever met the child before it fell asleep would know it. */
    g_autoptr(VkpScanner) newcomer = vkp_scanner_new(fixture->reader, geteuid());
    fixture->child = child_start(wait_for_vfork, NULL);
    child_hear(fixture->child);
    g_assert_true(vkp_deadline_wait(PATIENCE_MS, is_in_disk_sleep, fixture));
    VkpScanner *acquaintance = fixture->scanner;
    fixture->scanner = newcomer;
    const VkpProcess *asleep = look(fixture);
    g_autofree char *here = g_get_current_dir();
    g_assert_nonnull(asleep->image); /* its memory is nobody's but the child's */
    g_assert_cmpstr(asleep->folder->path, ==, here);
    g_assert_cmpuint(asleep->folder->n_chain, ==, 0);
    child_say(fixture->child);
    child_hear(fixture->child);
    const VkpProcess *awake = look(fixture);
    g_assert_nonnull(awake->image);
    g_assert_cmpuint(awake->folder->n_chain, >, 0);
    fixture->scanner = acquaintance;
}

static void test_start_times(Fixture *fixture, gconstpointer data)
{
    (void)data;
    fixture->child = child_start(child_idle, NULL);
    guint64 start = look(fixture)->start_time_usec;
    gint64 age = g_get_real_time() - (gint64)start;
    g_assert_cmpint(age, >=, 0);
    g_assert_cmpint(age, <, 60 * G_USEC_PER_SEC);
    for (guint i = 0; i < 20; i++)
        g_assert_cmpuint(look(fixture)->start_time_usec, ==, start);
}

static guint count_descriptors(void)
{
    guint n = 0;
    g_autoptr(GDir) directory = g_dir_open("/proc/self/fd", 0, NULL);
    while (g_dir_read_name(directory))
        n++;
    return n;
}

/* Children come and go while others are being looked at; every scan succeeds, and nothing leaks. */
static void fork_away(Child *self, gpointer data)
{
    (void)data;
    signal(SIGCHLD, SIG_IGN);
    child_say(self);
    for (guint i = 0; i < 3000 && !child_was_told(self); i++) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        if (pid < 0)
            g_usleep(100);
    }
    child_say(self);
    child_idle(self, NULL);
}

static void test_storm(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->child = child_start(fork_away, NULL);
    child_hear(fixture->child);
    guint n_before = count_descriptors();
    for (guint i = 0; i < 20; i++)
        g_assert_nonnull(look(fixture));
    /* The image guard's threads have one each. */
    g_assert_cmpuint(count_descriptors(), <=, n_before + 1 + VKP_GUARD_MAX_STUCK);
    child_say(fixture->child);
    child_hear(fixture->child);
    g_assert_nonnull(look(fixture));
}

static void test_no_descriptors(Fixture *fixture, G_GNUC_UNUSED gconstpointer data)
{
    fixture->child = child_start(child_idle, NULL);
    g_autoptr(VkpScanner) newcomer = vkp_scanner_new(fixture->reader, geteuid());
    g_assert_nonnull(look(fixture));
    struct rlimit before;
    g_assert_no_errno(getrlimit(RLIMIT_NOFILE, &before));
    /* From none to as many as a scan needs: half a list is never passed off as a whole one. */
    guint n_failed = 0;
    for (guint limit = 0; limit < 24; limit++) {
        struct rlimit few = {limit, before.rlim_max};
        g_autoptr(GError) error = NULL;
        g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &few));
        g_autoptr(VkpSnapshot) snapshot = vkp_scanner_scan(newcomer, &error);
        g_assert_no_errno(setrlimit(RLIMIT_NOFILE, &before));
        if (!snapshot) {
            n_failed++;
            g_assert_error(error, VKP_ERROR, VKP_ERROR_LIMITS_EXCEEDED);
            continue;
        }
        const VkpProcess *process = vkp_snapshot_lookup(snapshot, child_pid(fixture->child));
        g_assert_nonnull(process);
        g_assert_nonnull(process->image);
        g_assert_true(process->image->environment_known);
        g_assert_cmpuint(process->folder->n_chain, ==, fixture->seen->folder->n_chain);
    }
    g_assert_cmpuint(n_failed, >, 0);
    g_assert_cmpuint(n_failed, <, 24);
}

#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)

int main(int argc, char **argv)
{
    own_arguments = argv[0];
    g_test_init(&argc, &argv, NULL);
    ADD("/scanner-real/a-busy-child-has-a-figure", test_cpu);
    ADD("/scanner-real/an-exec-brings-a-new-image", test_exec);
    ADD("/scanner-real/a-new-title-is-seen", test_title);
    ADD("/scanner-real/a-folder-is-followed-even-deleted", test_folder);
    ADD("/scanner-real/a-zombie-keeps-what-was-known", test_zombie);
    ADD("/scanner-real/a-leader-that-exited-is-known-by-its-threads", test_leaderless);
    ADD("/scanner-real/in-disk-sleep-nothing-is-read-that-could-wait", test_disk_sleep);
    ADD("/scanner-real/start-times-do-not-jitter", test_start_times);
    ADD("/scanner-real/a-fork-storm-does-no-harm", test_storm);
    ADD("/scanner-real/out-of-descriptors-is-no-list-at-all", test_no_descriptors);
    return g_test_run();
}
