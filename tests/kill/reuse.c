/* SPDX-License-Identifier: Apache-2.0 */
/* Pids that are reused under the killer's eyes, within one clock tick, so that pid and start time
 * are the same: clone3() with set_tid in a user namespace of our own makes it happen at will, at a
 * random moment of every kill. The roster is forged to insist on the first holder. Nothing that we
 * send may reach the second one.
 *
 * The killer is the init of the namespace; the swapper is its child and the parent of both holders.
 * VKP_REUSE_RUNS says how often (3000). */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/kill/job.h"
#include "tests/kill/sketch.h"
#include "tests/lib/test-loop.h"

#define DEFAULT_RUNS 3000
#define NAIVE_RUNS 100
#define MARK "VK_ATTEMPT_ID=0b7c1e2f-6f0b-4ff1-b07a-6d3ef2b5aaaa"
#define NO_MARK "xx_attempt_id=0b7c1e2f-6f0b-4ff1-b07a-6d3ef2b5aaaa"
#define REUSED_PID 300
#define EXIT_SKIPPED 77

typedef struct {
    volatile sig_atomic_t hits;     /* signals that the stranger got */
    volatile sig_atomic_t barriers; /* of which the last one is ours */
} Shared;

/* What the swapper tells when a run is over. */
typedef struct {
    gboolean is_hit;
    guint64 stranger_ticks;
} Report;

typedef struct {
    int to_swapper;
    int from_swapper;
    pid_t swapper;
    VkpReader *reader;
    VkpTestLoop *loop;
    VkpRoster *roster; /* that insists */
    guint n_same_tick;
    guint n_hits;
} Bench;

static Shared *shared;
static volatile sig_atomic_t is_stranger;

/* ---- the swapper ---- */

static void count_signal(int number)
{
    if (number == SIGRTMAX)
        shared->barriers++;
    else if (is_stranger)
        shared->hits++;
}

static pid_t fork_as(pid_t pid)
{
    struct clone_args arguments = {
        .exit_signal = SIGCHLD, .set_tid = (guint64)(uintptr_t)&pid, .set_tid_size = 1};
    pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child < 0)
        _exit(1);
    while (child == 0 && pause() < 0)
        continue;
    return child;
}

/* Its mark and its folder are inherited: both are right from the first instruction on. */
static pid_t fork_member(const char *folder)
{
    is_stranger = 0;
    memcpy(environ[0], MARK, sizeof MARK);
    if (chdir(folder) < 0)
        _exit(1);
    return fork_as(REUSED_PID);
}

static pid_t fork_stranger(void)
{
    is_stranger = 1;
    memcpy(environ[0], NO_MARK, sizeof NO_MARK);
    if (chdir("/") < 0)
        _exit(1);
    return fork_as(REUSED_PID);
}

static void end(pid_t pid)
{
    kill(pid, SIGKILL);
    while (waitpid(pid, NULL, 0) < 0)
        if (errno != EINTR)
            _exit(1);
}

static void spin(guint usec)
{
    gint64 until = g_get_monotonic_time() + usec;
    while (g_get_monotonic_time() < until)
        continue;
}

/* Standard signals are delivered before real-time ones: when the barrier was handled, so was all
 * that came before. Who was stopped or killed handles nothing. */
static gboolean was_hit(pid_t stranger)
{
    int before = shared->barriers;
    int status;
    kill(stranger, SIGRTMAX);
    while (shared->barriers == before) {
        if (waitpid(stranger, &status, WNOHANG | WUNTRACED) == stranger) {
            if (WIFSTOPPED(status))
                end(stranger);
            return TRUE;
        }
        sched_yield();
    }
    end(stranger);
    return shared->hits > 0;
}

static guint64 start_of(pid_t pid)
{
    VkpStat stat;
    g_autoptr(VkpReader) reader = vkp_reader_open(NULL, NULL);
    return vkp_reader_read_stat(reader, pid, &stat, NULL) ? stat.start_ticks : 0;
}

static void swap_for_ever(int from_killer, int to_killer, const char *folder)
{
    struct sigaction action = {.sa_handler = count_signal, .sa_flags = SA_RESTART};
    const int counted[] = {SIGTERM, SIGCONT, SIGHUP, SIGINT, SIGRTMAX};
    for (guint i = 0; i < G_N_ELEMENTS(counted); i++)
        sigaction(counted[i], &action, NULL);
    signal(SIGPIPE, SIG_IGN); /* the killer hangs up when it is done: an error will do */
    guint delay_usec;
    for (;;) {
        pid_t member = fork_member(folder);
        if (write(to_killer, &member, sizeof member) != sizeof member ||
            read(from_killer, &delay_usec, sizeof delay_usec) != sizeof delay_usec) {
            end(member);
            _exit(0);
        }
        spin(delay_usec);
        end(member);
        shared->hits = 0;
        pid_t stranger = fork_stranger();
        Report report = {.stranger_ticks = start_of(stranger)};
        if (read(from_killer, &delay_usec, sizeof delay_usec) != sizeof delay_usec)
            _exit(0);
        report.is_hit = was_hit(stranger);
        if (write(to_killer, &report, sizeof report) != sizeof report)
            _exit(0);
    }
}

/* ---- the killer ---- */

static VkpRoster *insist(void *data, GError **error)
{
    (void)error;
    return vkp_roster_ref(((Bench *)data)->roster);
}

static void on_done(VkpKillJob *job, GPtrArray *results, void *data)
{
    (void)job;
    *(GPtrArray **)data = results;
}

static gboolean is_set(gpointer data)
{
    return *(gpointer *)data != NULL;
}

static void send_word(Bench *bench, guint word)
{
    g_assert_cmpint(write(bench->to_swapper, &word, sizeof word), ==, sizeof word);
}

static VkpIdentity begin_run(Bench *bench, VkpEvidence evidence)
{
    pid_t pid = 0;
    g_assert_cmpint(read(bench->from_swapper, &pid, sizeof pid), ==, sizeof pid);
    g_assert_cmpint(pid, ==, REUSED_PID);
    VkpMember *member = sketch_after_life(bench->reader, pid, evidence);
    VkpIdentity identity = member->process->identity;
    bench->roster = vkp_roster_new();
    vkp_roster_add(bench->roster, member);
    vkp_roster_seal(bench->roster);
    return identity;
}

static void end_run(Bench *bench, VkpIdentity identity)
{
    Report report = {0};
    send_word(bench, 0);
    g_assert_cmpint(read(bench->from_swapper, &report, sizeof report), ==, sizeof report);
    bench->n_hits += report.is_hit;
    bench->n_same_tick += report.stranger_ticks == identity.start_ticks;
    g_clear_pointer(&bench->roster, vkp_roster_unref);
}

static void run_job(Bench *bench, guint run)
{
    static const VkpEvidence kinds[] = {VKP_EVIDENCE_ENVIRONMENT, VKP_EVIDENCE_REGISTERED,
                                        VKP_EVIDENCE_REMEMBERED, VKP_EVIDENCE_WORKING_DIRECTORY};
    VkpScope scope = {.kind = VKP_SCOPE_ATTEMPT, .id = sketch_id(1)};
    VkpKillOptions options = {.grace_ms = 2000, .force = run % 2 == 1};
    VkpKillContext context = {.reader = bench->reader,
                              .loop = vkp_test_loop_ops(bench->loop),
                              .fresh_roster = insist,
                              .data = bench,
                              .frozen_path = run % 4 == 1 ? "/tmp/frozen" : NULL};
    VkpIdentity identity = begin_run(bench, kinds[run / 4 % G_N_ELEMENTS(kinds)]);
    VkpPlan *plan = vkp_plan_build(&scope, &options, bench->roster, NULL);
    g_assert_cmpuint(plan->targets->len, ==, 1);
    g_autoptr(VkpKillJob) job = vkp_kill_job_new(&context, &scope, &options, plan);
    g_autoptr(GPtrArray) results = NULL;
    send_word(bench, (guint)g_random_int_range(0, 300));
    g_assert_true(vkp_kill_job_start(job, on_done, &results, NULL));
    g_assert_true(vkp_test_loop_run(bench->loop, 20000, is_set, &results));
    g_assert_cmpuint(results->len, ==, 1);
    end_run(bench, identity);
}

/* What most programs do: look whether it is the right one, then kill() its number. Time enough goes
 * by in between, as it does on a busy machine. */
static void run_naively(Bench *bench)
{
    VkpIdentity identity = begin_run(bench, VKP_EVIDENCE_ENVIRONMENT);
    gboolean is_right = start_of(identity.pid) == identity.start_ticks;
    send_word(bench, 0);
    spin(2000);
    if (is_right)
        kill(identity.pid, SIGTERM);
    end_run(bench, identity);
}

static Bench *bench_new(const char *folder)
{
    int forth[2];
    int back[2];
    g_assert_no_errno(pipe2(forth, O_CLOEXEC));
    g_assert_no_errno(pipe2(back, O_CLOEXEC));
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    g_assert_true(shared != MAP_FAILED);
    Bench *bench = g_new0(Bench, 1);
    bench->swapper = fork();
    if (bench->swapper == 0) {
        close(forth[1]);
        close(back[0]);
        swap_for_ever(forth[0], back[1], folder);
    }
    close(forth[0]);
    close(back[1]);
    bench->to_swapper = forth[1];
    bench->from_swapper = back[0];
    bench->reader = vkp_reader_open(NULL, NULL);
    bench->loop = vkp_test_loop_new();
    return bench;
}

static void bench_free(Bench *bench)
{
    close(bench->to_swapper);
    close(bench->from_swapper);
    waitpid(bench->swapper, NULL, 0);
    vkp_test_loop_free(bench->loop);
    vkp_reader_close(bench->reader);
    g_free(bench);
}

static void tell(const char *what, const Bench *bench, guint n_runs)
{
    printf("# %s: %u runs, %u with the same pid and tick, %u wrong signals\n", what, n_runs,
           bench->n_same_tick, bench->n_hits);
    fflush(stdout);
}

static gboolean may_choose_pids(void)
{
    pid_t pid = REUSED_PID;
    struct clone_args arguments = {
        .exit_signal = SIGCHLD, .set_tid = (guint64)(uintptr_t)&pid, .set_tid_size = 1};
    pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0)
        _exit(0);
    return child > 0 && waitpid(child, NULL, 0) == child;
}

/* In the namespace, as its init. */
static int live_inside(guint n_runs)
{
    /* A folder that the stranger is not in. */
    if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0 ||
        mount("tmpfs", "/tmp", "tmpfs", 0, NULL) < 0 || !may_choose_pids())
        return EXIT_SKIPPED;
    Bench *naive = bench_new("/tmp");
    for (guint i = 0; i < NAIVE_RUNS; i++)
        run_naively(naive);
    tell("kill() after a check", naive, NAIVE_RUNS);
    guint n_naive_hits = naive->n_hits;
    bench_free(naive);

    Bench *bench = bench_new("/tmp");
    for (guint i = 0; i < n_runs; i++)
        run_job(bench, i);
    tell("our job", bench, n_runs);
    guint n_hits = bench->n_hits;
    guint n_same_tick = bench->n_same_tick;
    bench_free(bench);
    /* It must have been possible to go wrong, or this proves nothing. */
    g_assert_cmpuint(n_naive_hits, >, 0);
    g_assert_cmpuint(n_same_tick, >, n_runs / 10);
    g_assert_cmpuint(n_hits, ==, 0);
    return 0;
}

static gboolean write_text(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    gboolean is_written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    if (fd >= 0)
        close(fd);
    return is_written;
}

static void enter_namespaces(void)
{
    g_autofree char *uids = g_strdup_printf("0 %u 1", geteuid());
    g_autofree char *gids = g_strdup_printf("0 %u 1", getegid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) < 0 ||
        !write_text("/proc/self/setgroups", "deny") || !write_text("/proc/self/uid_map", uids) ||
        !write_text("/proc/self/gid_map", gids))
        _exit(EXIT_SKIPPED);
    pid_t init = fork();
    if (init == 0) {
        /* The mark is to lie where /proc/PID/environ shows it. */
        char *words[] = {(char *)"reuse", (char *)"--inside", NULL};
        char *runs = g_strdup_printf("VKP_REUSE_RUNS=%s", g_getenv("VKP_REUSE_RUNS")
                                                              ? g_getenv("VKP_REUSE_RUNS")
                                                              : G_STRINGIFY(DEFAULT_RUNS));
        char *variables[] = {(char *)MARK, runs, NULL};
        execve("/proc/self/exe", words, variables);
        _exit(1);
    }
    int status = 1;
    while (waitpid(init, &status, 0) < 0 && errno == EINTR)
        continue;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

static void test_stranger_is_never_hit(void)
{
    pid_t child = fork();
    if (child == 0)
        enter_namespaces();
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        g_assert_cmpint(errno, ==, EINTR);
    g_assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == EXIT_SKIPPED)
        g_test_skip("User namespaces with a pid namespace of their own cannot be had");
    else
        g_assert_cmpint(WEXITSTATUS(status), ==, 0);
}

int main(int argc, char **argv)
{
    if (argc == 2 && g_str_equal(argv[1], "--inside"))
        return live_inside((guint)MAX(atoi(g_getenv("VKP_REUSE_RUNS")), 1));
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kill/reuse/stranger-is-never-hit", test_stranger_is_never_hit);
    return g_test_run();
}
