/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/crowd.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/lib/figures.h"

#define LIFETIME_SECONDS 600
#define N_THREADS 11
#define WORK_USEC 100

#define MEMBER_WORD "--as-a-member"

struct Crowd {
    pid_t holder; /* the parent of the bystanders */
    GArray *members;
};

static volatile sig_atomic_t is_busy;
static volatile sig_atomic_t is_stubborn;

static void on_switch(int number)
{
    if (number == SIGHUP)
        is_stubborn = !is_stubborn;
    else if (number == SIGTERM && !is_stubborn)
        _exit(0);
    else if (number != SIGTERM)
        is_busy = number == SIGUSR1;
}

static void work(void)
{
    double end = figures_now() + WORK_USEC;
    while (figures_now() < end)
        continue;
}

static G_NORETURN void be_member(int ready)
{
    /* Of several that are pending the last one's handler would run first. */
    struct sigaction action = {.sa_handler = on_switch};
    sigfillset(&action.sa_mask);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    alarm(LIFETIME_SECONDS);
    (void)!write(ready, "", 1);
    close(ready);
    for (;;) {
        if (!is_busy)
            pause();
        work();
        usleep(100000);
    }
}

void crowd_enter(int argc, char **argv)
{
    if (argc == 3 && g_str_equal(argv[1], MEMBER_WORD))
        be_member(atoi(argv[2]));
}

static gpointer wait_forever(G_GNUC_UNUSED gpointer data)
{
    for (;;)
        pause();
    return NULL;
}

static G_NORETURN void be_bystander(CrowdKind kind)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    alarm(LIFETIME_SECONDS);
    for (guint i = 1; kind == CROWD_THREADED && i < N_THREADS; i++)
        g_thread_unref(g_thread_new("thread", wait_forever, NULL));
    while (kind == CROWD_BUSY) {
        work();
        usleep(1000000);
    }
    wait_forever(NULL);
    _exit(0);
}

static G_NORETURN void be_holder(CrowdKind kind, guint n, int ready)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (guint i = 0; i < n; i++)
        if (fork() == 0)
            be_bystander(kind);
    (void)!write(ready, "", 1);
    wait_forever(NULL);
    _exit(0);
}

/* A pipe that closes itself at the exec would close too early: the new environment is in place only
 * afterwards. */
pid_t crowd_start_member(const char *mark)
{
    int started[2];
    char byte;
    g_assert_cmpint(pipe(started), ==, 0);
    pid_t pid = fork();
    if (pid != 0) {
        close(started[1]);
        g_assert_cmpint(read(started[0], &byte, 1), ==, 1);
        close(started[0]);
        return pid;
    }
    g_autofree char *ready = g_strdup_printf("%d", started[1]);
    const char *const argv[] = {"member", MEMBER_WORD, ready, NULL};
    const char *const environment[] = {mark, NULL};
    execve("/proc/self/exe", (char **)argv, (char **)environment);
    _exit(1);
}

pid_t crowd_start_sleeper(const char *mark)
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    const char *const argv[] = {"sleep", G_STRINGIFY(LIFETIME_SECONDS), NULL};
    const char *const environment[] = {mark, NULL};
    execve("/bin/sleep", (char **)argv, (char **)environment);
    _exit(1);
}

void crowd_end(pid_t member)
{
    kill(member, SIGKILL);
    waitpid(member, NULL, 0);
}

Crowd *crowd_new(CrowdKind kind, guint n, guint n_members, const char *mark)
{
    Crowd *crowd = g_new0(Crowd, 1);
    int ready[2];
    char byte;
    g_assert_cmpint(pipe(ready), ==, 0);
    crowd->members = g_array_new(FALSE, FALSE, sizeof(pid_t));
    crowd->holder = fork();
    if (crowd->holder == 0)
        be_holder(kind, n, ready[1]);
    close(ready[1]);
    g_assert_cmpint(read(ready[0], &byte, 1), ==, 1);
    close(ready[0]);
    for (guint i = 0; i < n_members; i++) {
        pid_t member = crowd_start_member(mark);
        g_array_append_val(crowd->members, member);
    }
    return crowd;
}

void crowd_free(Crowd *crowd)
{
    if (!crowd)
        return;
    for (guint i = 0; i < crowd->members->len; i++)
        crowd_end(g_array_index(crowd->members, pid_t, i));
    crowd_end(crowd->holder);
    g_array_unref(crowd->members);
    g_free(crowd);
}

void crowd_set_members_busy(Crowd *crowd, gboolean are_busy)
{
    for (guint i = 0; i < crowd->members->len; i++)
        kill(g_array_index(crowd->members, pid_t, i), are_busy ? SIGUSR1 : SIGUSR2);
}

void crowd_toggle_stubborn(Crowd *crowd)
{
    for (guint i = 0; i < crowd->members->len; i++)
        kill(g_array_index(crowd->members, pid_t, i), SIGHUP);
}

guint crowd_n_members(const Crowd *crowd)
{
    return crowd->members->len;
}
