/* SPDX-License-Identifier: Apache-2.0 */
/* clang-format off */
/* Processes that resist. All births are bounded by the stage's tickets.
 *
 *   hydra           two children; each of the three grows two more for every child that dies, and
 *                   two when it is itself told to end
 *   twins           two processes, each of which starts another twin when the other one dies
 *   storm N MS      N idle children, one every MS milliseconds
 *   hop N MS        forks and exits, N times over: each process lives for MS milliseconds only
 *   hop-sessions N MS  the same, each in a session of its own
 *   leaderless      the leader thread exits, another one goes on
 *   vfork           a parent in vfork(), in uninterruptible (though killable) sleep, and its child
 *   trace ( S )     a child that plays S and is held in a ptrace stop
 *   pid-namespace ( S )  a child that plays S as init of a pid namespace
 *   exec-again N    executes itself N times over, then settles and idles
 *   forge           writes other ids over those in its environment */
/* clang-format on */
#include "tests/lib/actor.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void grow_heads(Actor *actor, int n)
{
    while (n-- > 0)
        if (actor_fork(actor) == 0)
            unruly_hydra(actor);
}

void unruly_hydra(Actor *actor)
{
    actor->on_term = (Script){NULL, NULL};
    actor_handle(SIGTERM);
    /* Only the first one starts with children: the rest of the births are for deaths. */
    bool is_first = !actor->is_head;
    actor->is_head = true;
    if (is_first)
        grow_heads(actor, 2);
    actor_settle(actor);
    for (;;) {
        actor_pause(actor, -1, -1);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            grow_heads(actor, 2);
        if (actor_take_term(actor)) {
            grow_heads(actor, 2);
            _exit(0);
        }
    }
}

/* Watches `other` and becomes the parent of its successor. */
static void watch_twin(Actor *actor, pid_t other)
{
    for (;;) {
        int pidfd = (int)syscall(SYS_pidfd_open, other, 0);
        actor_settle(actor);
        while (pidfd >= 0 && !actor_is_readable(pidfd))
            actor_pause(actor, pidfd, -1);
        close(pidfd);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        pid_t self = getpid();
        pid_t child = actor_fork(actor);
        if (child < 0)
            _exit(0);
        other = child == 0 ? self : child;
    }
}

void unruly_twins(Actor *actor)
{
    pid_t self = getpid();
    pid_t child = actor_fork(actor);
    watch_twin(actor, child == 0 ? self : child);
}

void unruly_storm(Actor *actor, int n, int pause_ms)
{
    char *idle[] = {(char *)"idle", NULL};
    actor_settle(actor);
    while (n-- > 0) {
        if (actor_fork_play(actor, (Script){idle, idle + 1}) < 0)
            return;
        if (pause_ms > 0)
            actor_pause(actor, -1, pause_ms);
    }
}

void unruly_hop(Actor *actor, int n, int life_ms, bool own_session)
{
    actor_settle(actor);
    while (n-- > 0) {
        pid_t child = actor_fork(actor);
        if (child > 0)
            _exit(0);
        if (child < 0)
            return;
        if (own_session)
            setsid();
        actor_pause(actor, -1, life_ms);
    }
}

static void *live_on(void *data)
{
    Actor *actor = data;
    char path[64];
    char state = 'R';
    snprintf(path, sizeof path, "/proc/%d/stat", getpid());
    /* Settled when the leader can be seen to have gone. */
    while (state != 'Z') {
        FILE *file = fopen(path, "re");
        if (!file || fscanf(file, "%*d %*s %c", &state) != 1)
            actor_fail(path);
        fclose(file);
        actor_pause(actor, -1, 1);
    }
    actor_settle(actor);
    for (;;)
        actor_pause(actor, -1, -1);
    return NULL;
}

void unruly_leaderless(Actor *actor)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, live_on, actor) != 0)
        actor_fail("pthread_create");
    pthread_exit(NULL);
}

/* vfork() itself may not be followed by anything but exec, and these steps go on: the same clone
 * flags with memory of its own make the same parent. */
void unruly_vfork(Actor *actor)
{
    if (!actor_take_ticket(actor))
        return;
    atomic_fetch_add(&actor->stage->n_settled, 1);
    actor->has_settled = true;
    if (syscall(SYS_clone, CLONE_VFORK | SIGCHLD, 0, 0, 0, 0) == 0) {
        actor_begin(actor);
        actor_settle(actor);
        for (;;)
            actor_pause(actor, -1, -1);
    }
}

/* The child says when it is there, and plays only when nobody traces it any more, which is when the
 * tracer has died. */
static void be_traced(Actor *actor, int fd, Script script)
{
    actor_settle(actor);
    if (write(fd, "", 1) != 1)
        actor_fail("write");
    actor_pause(actor, fd, -1);
    actor_play(actor, script);
    _exit(0);
}

void unruly_trace(Actor *actor, Script script)
{
    int ends[2];
    char there;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        actor_fail("socketpair");
    pid_t child = actor_fork(actor);
    if (child == 0) {
        close(ends[1]);
        be_traced(actor, ends[0], script);
    }
    if (child < 0)
        return;
    close(ends[0]);
    if (read(ends[1], &there, 1) != 1)
        actor_fail("read");
    if (ptrace(PTRACE_SEIZE, child, 0, 0) < 0 || ptrace(PTRACE_INTERRUPT, child, 0, 0) < 0)
        actor_fail("ptrace");
    if (waitpid(child, NULL, 0) != child)
        actor_fail("waitpid");
    actor_settle(actor);
}

void unruly_pid_namespace(Actor *actor, Script script)
{
    if (unshare(geteuid() == 0 ? CLONE_NEWPID : CLONE_NEWUSER | CLONE_NEWPID) < 0)
        actor_fail("unshare");
    actor_fork_play(actor, script);
}

void unruly_exec_again(Actor *actor, int n)
{
    if (n <= 0) {
        actor_settle(actor);
        for (;;)
            actor_pause(actor, -1, -1);
    }
    char number[16];
    char *words[] = {actor->words[0], (char *)"exec-again", number, NULL};
    snprintf(number, sizeof number, "%d", n - 1);
    actor_unblock_all();
    atomic_fetch_sub(&actor->stage->n_started, 1); /* the new image counts itself */
    execv("/proc/self/exe", words);
    actor_fail("exec");
}

/* The words stay: they are the script. */
void unruly_title(void)
{
    for (char **variable = environ; *variable; variable++)
        memset(*variable, 'x', strlen(*variable));
}

void unruly_forge(void)
{
    for (char **variable = environ; *variable; variable++) {
        char *last = *variable + strlen(*variable) - 1;
        if (!strncmp(*variable, "VK_", 3))
            *last = *last == '0' ? '1' : '0';
    }
}
